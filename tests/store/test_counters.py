"""What requests charge to budgets is written with their records: all of it, once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from store.database import Database
from store.limits.charges import MOST
from store.limits.counters import adjustment_of, all_adjustments, counters_since, forget_counters
from store.records import Charge, LogRecord
from tests.store.records import ids, log_record, put

COST = 1_234


def charged(*charges: Charge) -> LogRecord:
    """A request that counts to some budgets."""
    return log_record(cost=COST, charges=charges)


def counted(file: Path) -> dict[tuple[str, int], tuple[int, int, int]]:
    """Every counter."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT * FROM counters")
        return {(id, start): (nanodollars, tokens, requests) for id, start, nanodollars, tokens, requests in rows}


def test_charges_add_up_by_counter_and_period(file: Path) -> None:
    """Each counter has the sum of what was charged to it in each period."""
    put(file, [charged(Charge("key", 0, 5, 6, 1)), charged(Charge("key", 0, 7, 8, 1), Charge("team", 99, 1, 2, 1))])
    put(file, [charged(Charge("team", 100, 3, 0, 0))])

    assert counted(file) == {("key", 0): (12, 14, 2), ("team", 99): (1, 2, 1), ("team", 100): (3, 0, 0)}


def test_record_that_comes_again_is_not_charged_again(file: Path) -> None:
    """A record drained twice, as after a crash, counts once; a new one beside it counts too."""
    once = charged(Charge("key", 0, COST, 10, 1))
    put(file, [once])

    put(file, [once, charged(Charge("key", 0, COST, 10, 1)), once])

    assert counted(file) == {("key", 0): (2 * COST, 20, 2)}
    assert len(ids(file)) == 2


def test_record_that_comes_twice_at_once_is_charged_once(file: Path) -> None:
    """The same record twice in one batch counts once."""
    once = charged(Charge("key", 0, COST, 10, 1))

    put(file, [once, once])

    assert counted(file) == {("key", 0): (COST, 10, 1)}


def test_counters_equal_the_ledger(file: Path) -> None:
    """However records are spread over batches and statements, a counter is the sum of their costs."""
    records = [charged(Charge("key", number % 3, COST, number, 1)) for number in range(120)]
    for part in (records[:7], records[:60], records[30:]):
        put(file, part)

    assert len(ids(file)) == 120
    assert sum(nanodollars for nanodollars, _, _ in counted(file).values()) == 120 * COST
    assert sum(tokens for _, tokens, _ in counted(file).values()) == sum(range(120))


@pytest.mark.parametrize(
    "charge", [Charge("key", 0, 2**64 - 1, 1, 1), Charge("key", -5, -3, 1, 1)], ids=["huge", "below"]
)
def test_odd_charge_does_not_keep_its_record_back(file: Path, charge: Charge) -> None:
    """A charge that SQLite could not hold is bounded; its record and its neighbours are written."""
    put(file, [charged(charge), charged(Charge("other", 0, 1, 1, 1))])

    assert len(ids(file)) == 2
    assert counted(file)[("other", 0)] == (1, 1, 1)
    assert 0 <= counted(file)[("key", 0)][0] <= MOST


async def test_counters_are_read_back_and_forgotten(file: Path, database: Database) -> None:
    """At the start the counters are there, oldest first; old periods can be forgotten, endless ones stay."""
    put(file, [charged(Charge("a", 50, 1, 1, 1), Charge("b", 20, 2, 2, 1), Charge("forever", 0, 3, 3, 1))])
    async with database.session() as session:
        before = [(row.counter_id, row.nanodollars) for row in await counters_since(session, 0)]
        await forget_counters(session, before_ms=40)
        await session.commit()
        after = [row.counter_id for row in await counters_since(session, 0)]

    assert before == [("forever", 3), ("b", 2), ("a", 1)]
    assert after == ["forever", "a"]


async def test_adjustments_are_kept(database: Database) -> None:
    """What an operator changed about a counter is there after a restart."""
    async with database.session() as session:
        row = await adjustment_of(session, "key")
        row.raised, row.raised_until_ms = 500, 99
        session.add(row)
        await session.commit()

    async with database.session() as session:
        found: Sequence[object] = [(each.counter_id, each.raised) for each in await all_adjustments(session)]

    assert found == [("key", 500)]
