"""What is added to rollups afterwards: feedback, and costs that were reckoned anew.

The log writer alone writes rollups, and knows the newest by heart. What others have to add stands beside them, in a
table of the same shape, written in the transaction that writes what is counted; whoever sums up reads both.
"""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import text
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from store.rollups.measures import Bag, pour
from store.rollups.rollups import DAY, HOUR, HOURS_KEPT_DAYS, METADATA, MINUTE, MINUTES_KEPT_DAYS, OTHERS

Facets = Sequence[tuple[str, str]]
Key = tuple[int, str, int, str, str]
KEY = "(grain, facet, start_ms, value, workspace) = (:grain, :facet, :start, :value, :workspace)"
IS_THERE = f"SELECT 1 FROM rollups WHERE {KEY}"
GET = f"SELECT counts FROM rollup_amendments WHERE {KEY}"
PUT = (
    "INSERT INTO rollup_amendments VALUES (:grain, :facet, :start, :value, :workspace, :at, :counts) "
    "ON CONFLICT (grain, facet, start_ms, value, workspace) DO UPDATE "
    "SET counts = excluded.counts, last_ms = max(last_ms, excluded.last_ms)"
)
DROP = (
    "DELETE FROM rollup_amendments WHERE (grain, facet, start_ms, value, workspace) IN (SELECT grain, facet, start_ms, "
    "value, workspace FROM rollup_amendments WHERE grain = :grain AND start_ms < :until LIMIT 500)"
)
encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(dict[str, int]).decode


class RollupAmendmentRow(SQLModel, table=True):
    """What is to be added to a row of the rollups; counts may be negative."""

    __tablename__ = "rollup_amendments"
    __table_args__ = ({"sqlite_with_rowid": False},)

    grain: int = Field(primary_key=True)
    facet: str = Field(primary_key=True)
    start_ms: int = Field(primary_key=True)
    value: str = Field(primary_key=True)
    workspace: str = Field(primary_key=True)
    last_ms: int
    counts: bytes
    """A `Bag` as MessagePack."""


async def amend(session: AsyncSession, where: tuple[str, Facets], at_ms: int, more: Bag) -> None:
    """Add counts to every bucket of a request: of a workspace, under some facets. The caller commits."""
    await amend_all(session, dict.fromkeys(keys_of(where[0], where[1], at_ms), more), at_ms)


async def amend_all(session: AsyncSession, more: dict[Key, Bag], at_ms: int) -> None:
    """Add counts to buckets. A value that its bucket had no room for is counted with the others there."""
    connection = await session.connection()
    for (grain, facet, start, value, workspace), bag in more.items():
        said = {"grain": grain, "facet": facet, "start": start, "value": value, "workspace": workspace}
        if facet and (await connection.execute(text(IS_THERE), said)).first() is None:
            others = said | {"value": OTHERS}
            said = others if (await connection.execute(text(IS_THERE), others)).first() is not None else said
        found = (await connection.execute(text(GET), said)).first()
        counts = decode(found[0]) if found else {}
        pour(bag, counts)
        kept = {name: number for name, number in counts.items() if number}
        await connection.execute(text(PUT), said | {"at": at_ms, "counts": encode(kept)})


def keys_of(workspace: str, facets: Facets, at_ms: int) -> Iterator[Key]:
    """The buckets that a request is counted in; metadata has none of minutes."""
    for facet, value in facets:
        for grain in (HOUR, DAY) if facet.startswith(METADATA) else (MINUTE, HOUR, DAY):
            yield grain, facet, at_ms - at_ms % grain, value, workspace


async def drop_old(session: AsyncSession, now_ms: int) -> bool:
    """Drop some of what is finer than rollups of its age are; whether there was any. The caller commits."""
    connection = await session.connection()
    for grain, days in ((MINUTE, MINUTES_KEPT_DAYS), (HOUR, HOURS_KEPT_DAYS)):
        said = {"grain": grain, "until": now_ms - days * DAY}
        if (await connection.execute(text(DROP), said)).rowcount:
            return True
    return False
