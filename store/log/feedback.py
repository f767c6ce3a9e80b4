"""Feedback on traces: what people thought of an answer, and the request that it counts for."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from store.log.types import ShortId
from store.records import LogRecord
from store.rollups.amendments import Facets, amend
from store.rollups.measures import Bag
from store.rollups.rollups import facets_of

FULL_WEIGHT = 1000
"""A weight of 1; weights are kept in thousandths, for sums of whole numbers have no order."""


class FeedbackRow(SQLModel, table=True):
    """One verdict on a trace. It counts for the last request that the trace had when it was given."""

    __tablename__ = "feedback"

    id: str = Field(primary_key=True)
    trace_id: str = Field(sa_type=ShortId, index=True)
    """As the log has it, for they are joined."""
    workspace: str
    log_id: str | None = Field(default=None, index=True)
    """The request it counts for; None where the trace had none."""
    at_ms: int
    """When that request arrived: there it stands in every graph."""
    facets: str
    """Under what that request is counted, as JSON: it stays so, also when the record is long gone."""
    value: int
    weight: int
    """Thousandths."""
    metadata_: str = Field(sa_column_kwargs={"name": "metadata"})
    """A JSON object."""
    created_at_ms: int
    updated_at_ms: int


def facets_for(record: LogRecord | None) -> str:
    """Under what feedback on a request is counted; without one only with everything."""
    return msgspec.json.encode([*facets_of(record)] if record is not None else [("", "")]).decode()


def counted(row: FeedbackRow, sign: int = 1) -> Bag:
    """What one verdict adds to the metrics, or with -1 takes from them."""
    product = row.value * row.weight
    return {"fb": sign, "fb_w": sign * row.weight, "fb_v": sign * product, f"v:{row.value}": sign}


async def add_feedback(session: AsyncSession, row: FeedbackRow) -> None:
    """Keep a new verdict, and count it; the caller commits."""
    has_other = row.log_id is not None and (await session.exec(of_logs([row.log_id]).limit(1))).first() is not None
    bag = counted(row) if row.log_id is None or has_other else {**counted(row), "fb_of": 1}
    session.add(row)
    await amend(session, where(row), row.at_ms, bag)


async def change_feedback(session: AsyncSession, row: FeedbackRow, value: int, weight: int, now_ms: int) -> None:
    """Change a verdict, and what it counts; the caller commits."""
    before = counted(row, -1)
    row.value, row.weight, row.updated_at_ms = value, weight, now_ms
    after = counted(row)
    session.add(row)
    await amend(session, where(row), row.at_ms, {n: before.get(n, 0) + after.get(n, 0) for n in {*before, *after}})


def where(row: FeedbackRow) -> tuple[str, Facets]:
    """The workspace and the facets that a verdict counts under."""
    return row.workspace, [(facet, value) for facet, value in msgspec.json.decode(row.facets)]


async def feedback_by_id(session: AsyncSession, id: str) -> FeedbackRow | None:
    """One verdict."""
    return await session.get(FeedbackRow, id)


async def feedback_on(session: AsyncSession, trace_id: str, workspace: str | None) -> Sequence[FeedbackRow]:
    """Every verdict on a trace, the oldest first; None: of any workspace."""
    wanted = select(FeedbackRow).where(col(FeedbackRow.trace_id) == trace_id)
    if workspace is not None:
        wanted = wanted.where(col(FeedbackRow.workspace) == workspace)
    return (await session.exec(wanted.order_by(col(FeedbackRow.id)))).all()


def of_logs(ids: Iterable[str]) -> SelectOfScalar[FeedbackRow]:
    """The verdicts that count for some requests, as a question."""
    return select(FeedbackRow).where(col(FeedbackRow.log_id).in_(list(ids)))


async def counts_by_log(session: AsyncSession, ids: Iterable[str]) -> dict[str, Bag]:
    """What the verdicts on some requests add to the metrics, by request."""
    found: dict[str, Bag] = {}
    for row in await session.exec(of_logs(ids)):
        bag = found.setdefault(row.log_id or "", {"fb_of": 1})
        for name, number in counted(row).items():
            bag[name] = bag.get(name, 0) + number
    return found
