"""What is added to rollups afterwards is summed up with them, undone without a trace, and dropped with them."""

from store.database import Database
from store.rollups.amendments import amend, drop_old
from store.rollups.rollups import DAY, MINUTE, OTHERS, VALUES_KEPT
from store.rollups.sums import Question, period_of, sums
from tests.store.records import log_record, put

NOON = 1_764_072_000_000
RED = ("metadata.team", "red")


async def counted(database: Database, facet: str, now_ms: int = NOON) -> dict[str, dict[str, int]]:
    """What a day came to, by the values of a facet."""
    period = period_of(NOON - DAY // 2, NOON + DAY // 2, now_ms)
    async with database.session() as session:
        found = await sums(session, Question(period=period, facet=facet))
    whole: dict[str, dict[str, int]] = {}
    for (_, value), part in found.items():
        bag = whole.setdefault(value, {})
        for name, number in part.counts.items():
            bag[name] = bag.get(name, 0) + number
    return whole


async def test_amendments_add_up_with_the_rollups(database: Database) -> None:
    """Counts that are added stand with those of the log, whole and by facet; what is taken back is gone."""
    put(database.file, [log_record(created_at_ms=NOON, metadata={"team": "red"}, cost=5, usage={})])
    where = ("default", [("", ""), RED])

    async with database.session() as session:
        await amend(session, where, NOON, {"fb": 1, "cost": 2})
        await session.commit()
    added = await counted(database, ""), await counted(database, RED[0])
    async with database.session() as session:
        await amend(session, where, NOON, {"fb": -1, "cost": -2})
        await session.commit()
    undone = (await counted(database, ""))[""]

    assert [found[value]["cost"] for found, value in zip(added, ("", "red"), strict=True)] == [7, 7]
    assert [found[value]["n"] for found, value in zip(added, ("", "red"), strict=True)] == [1, 1]
    assert (undone.get("fb", 0), undone["cost"]) == (0, 5)


async def test_value_without_room_is_counted_with_the_others(database: Database) -> None:
    """Where a bucket had no room for a value, what is added for it goes where its requests went."""
    many = [log_record(created_at_ms=NOON, metadata={"team": f"t{number}"}) for number in range(VALUES_KEPT + 5)]
    put(database.file, many)

    async with database.session() as session:
        for value in ("t0", f"t{VALUES_KEPT + 4}"):
            await amend(session, ("default", [("metadata.team", value)]), NOON, {"fb": 1})
        await session.commit()
    found = await counted(database, "metadata.team")

    assert {value: bag["fb"] for value, bag in found.items() if bag.get("fb")} == {"t0": 1, OTHERS: 1}


async def test_fine_amendments_go_with_the_rollups(database: Database) -> None:
    """Minutes are dropped after days, and hours after months; days stay, and so does the sum."""
    put(database.file, [log_record(created_at_ms=NOON)])
    later = NOON + 400 * DAY
    async with database.session() as session:
        await amend(session, ("default", [("", "")]), NOON, {"fb": 1})
        await session.commit()
        rounds = 0
        while await drop_old(session, later):
            await session.commit()
            rounds += 1
        left = (await session.connection()).exec_driver_sql("SELECT grain FROM rollup_amendments")
        grains = [row[0] for row in await left]

    assert (rounds, grains) == (2, [DAY])
    assert MINUTE not in grains
    assert (await counted(database, "", later))[""]["fb"] == 1
