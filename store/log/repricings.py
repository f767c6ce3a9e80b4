"""Repricings: a period of the log whose costs are reckoned anew, and how far that is."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.ids import LogId
from store.log.columns import bill_of
from store.log.rows import LogRow
from store.log.short_ids import short
from store.records import LogRecord
from store.rollups.amendments import Key, amend_all, keys_of
from store.rollups.measures import CORE, Bag, core_of, extras_of, pour
from store.rollups.rollups import facets_of, moment_of

NAME = "INSERT INTO log_names (name) SELECT :shape WHERE NOT EXISTS (SELECT 1 FROM log_names WHERE name = :shape)"
CHANGE = (
    "UPDATE logs SET cost = :cost, unpriced = :unpriced, rest = :rest, "
    "shape = (SELECT id FROM log_names WHERE name = :shape) WHERE id = :id"
)
CHARGE = (
    "UPDATE counters SET nanodollars = max(0, nanodollars + :more) WHERE counter_id = :id AND period_start_ms = :start"
)


class RepricingRow(SQLModel, table=True):
    """One repricing. How far it is stands in the transaction that changes the costs, so that none is changed twice."""

    __tablename__ = "repricings"

    id: str = Field(primary_key=True)
    workspace: str
    """Whose costs; empty: everybody's."""
    status: str
    """`in_progress`, `success`, `failed` or `stopped`."""
    filters: str
    """The query of `/v1/logs`, as a JSON object."""
    is_applied: bool
    """Whether costs are changed; otherwise it only says what would."""
    with_budgets: bool
    """Whether what budgets have counted in their present period is corrected too."""
    until_ms: int
    cursor: str | None = None
    """The last request that was looked at; what is older follows."""
    report: str = "{}"
    """What it came to so far, as JSON."""
    created_by: str
    created_at_ms: int
    updated_at_ms: int
    error: str | None = None


async def repricing_by_id(session: AsyncSession, id: str) -> RepricingRow | None:
    """One, as it is in the database now."""
    return await session.get(RepricingRow, id, populate_existing=True)


async def all_repricings(session: AsyncSession, workspace: str | None) -> Sequence[RepricingRow]:
    """Those of a workspace, or (None) all, the newest first."""
    wanted = select(RepricingRow).order_by(col(RepricingRow.id).desc())
    if workspace is not None:
        wanted = wanted.where(col(RepricingRow.workspace) == workspace)
    return (await session.exec(wanted)).all()


async def unfinished(session: AsyncSession) -> Sequence[RepricingRow]:
    """Those that were under way when the gateway ended."""
    return (await session.exec(select(RepricingRow).where(col(RepricingRow.status) == "in_progress"))).all()


async def is_summed_up(session: AsyncSession, ids: Sequence[LogId]) -> bool:
    """Whether all these requests are in the rollups already: what is not will be summed up as it then stands."""
    connection = await session.connection()
    mark = (await connection.execute(text("SELECT value FROM facts WHERE name = 'rolled_up'"))).first()
    newest = (await session.exec(select(func.max(LogRow.number)).where(col(LogRow.id).in_(ids)))).one()
    return (newest or 0) <= (int(mark[0]) if mark else 0)


async def change_bills(session: AsyncSession, changed: Sequence[tuple[LogRecord, LogRecord]]) -> None:
    """Write what requests cost in place of what stood there, and correct every sum; the caller commits."""
    connection = await session.connection()
    more: dict[Key, Bag] = {}
    for before, after in changed:
        shape, rest = bill_of(after)
        await connection.execute(text(NAME), {"shape": shape})
        said = {"id": short(after.id), "cost": after.cost, "unpriced": after.unpriced, "shape": shape, "rest": rest}
        await connection.execute(text(CHANGE), said)
        bag = difference(counted(before), counted(after))
        for key in keys_of(after.workspace, [*facets_of(after)], moment_of(after)):
            pour(bag, more.setdefault(key, {}))
    await amend_all(session, more, 0)


def counted(record: LogRecord) -> Bag:
    """Everything that a request adds to the metrics."""
    return dict(zip(CORE, core_of(record), strict=True)) | extras_of(record)


def difference(before: Bag, after: Bag) -> Bag:
    """What is to be added, without what stays."""
    both = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    return {name: number for name, number in both.items() if number}


async def charge_more(session: AsyncSession, counter_id: str, period_start_ms: int, nanodollars: int) -> None:
    """Correct what a counter was charged in a period; the caller commits."""
    said = {"id": counter_id, "start": period_start_ms, "more": nanodollars}
    await (await session.connection()).execute(text(CHARGE), said)
