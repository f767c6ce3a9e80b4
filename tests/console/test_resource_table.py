"""The list of a catalog, without a screen: how many rows become a list while others have a turn."""

import asyncio

from console.widgets.columns import Column
from console.widgets.resource_table import measured, widest

COLUMNS = (Column("name", "name", 4), Column("left", "left", 4, right=True))


async def test_many_rows_are_made_some_at_a_time() -> None:
    """Of rows too many for one go each is there, columns want the widest of all, and others have turns meanwhile."""
    turns = 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    rows = [(f"key-{number}", ("模型" * 8 if number == 10 else f"app-{number}", "–")) for number in range(3_000)]
    counting = asyncio.create_task(count_turns())
    made = await measured(COLUMNS, iter(rows))
    counting.cancel()

    assert list(made.items()) == rows
    assert made.wants == widest(COLUMNS, dict(rows)) == {"name": 32, "left": 1}
    assert turns > 3


async def test_no_rows_want_no_width() -> None:
    """Nothing is a list too."""
    assert (await measured(COLUMNS, ())) == {}
