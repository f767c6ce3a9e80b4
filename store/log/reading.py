"""The log as it is read: a page of it, one record whole, and what a period cost."""

from typing import Any, cast

import msgspec
from sqlalchemy import ColumnElement, literal_column
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from store.ids import LogId, Nanodollars
from store.log.columns import COLUMNS, EXPRESSIONS
from store.log.compressing import bodies_in
from store.log.filter import LogFilter, where
from store.log.finding import candidates
from store.log.rows import LogBodyRow, LogRow
from store.log.short_ids import order
from store.log.whole import record_from
from store.records import LogRecord
from store.rollups.rollups import DAY, LAST_MOMENT
from store.rollups.sums import Period, Question, sums

__all__ = ["LogBodyRow", "LogRow", "Totals", "ids_in_trace", "log_by_id", "page", "totals_since"]

READ: list[ColumnElement[Any]] = [literal_column(EXPRESSIONS.get(name, f"logs.{name}")) for name in COLUMNS]


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a period came to."""

    requests: int
    errors: int
    cost: Nanodollars
    """Of those that have a price."""
    unpriced: int
    """Requests that used tokens without a known price, so that `cost` is too low."""


async def page(
    session: AsyncSession, narrowed: LogFilter, *, limit: int, before: LogId | None = None
) -> list[LogRecord]:
    """Records newest first, older than `before`; without bodies and headers, which only `log_by_id` reads."""
    found = await candidates(session, narrowed, limit=limit, before=before)
    conditions = where(narrowed) if found is None else [col(LogRow.id).in_(sorted(found, key=order)[-limit:])]
    wanted = whole(LogRow.number).where(*conditions).order_by(col(LogRow.id).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(LogRow.id < before)
    return [record_from(row[1:]) for row in await session.exec(wanted)]


def whole(first: Any) -> Select[Any]:
    """A SELECT of what `record_from` wants, after a column more."""
    return cast("Select[Any]", select(first, *READ).select_from(LogRow))


async def log_by_id(session: AsyncSession, log_id: LogId) -> LogRecord | None:
    """One record whole, as it was written."""
    wanted = whole(LogBodyRow.body).join(LogBodyRow, col(LogBodyRow.log) == LogRow.number, isouter=True)
    found = (await session.exec(wanted.where(LogRow.id == log_id))).one_or_none()
    return None if found is None else with_bodies(record_from(found[1:]), found[0])


async def ids_in_trace(session: AsyncSession, trace_id: str) -> set[str]:
    """Which records of a trace are there."""
    return set((await session.exec(select(LogRow.id).where(LogRow.trace_id == trace_id))).all())


async def totals_since(session: AsyncSession, since_ms: int) -> Totals:
    """Sums over the records since then, from the beginning of that minute; read from the rollups."""
    period = Period(since_ms=since_ms, until_ms=LAST_MOMENT, grain=DAY)
    every = (await sums(session, Question(period=period), with_times=False)).values()
    requests, errors, cost, unpriced = (
        sum(each.counts.get(name, 0) for each in every) for name in ("n", "e", "cost", "free")
    )
    return Totals(requests=requests, errors=errors, cost=Nanodollars(cost), unpriced=unpriced)


def with_bodies(record: LogRecord, body: bytes | None) -> LogRecord:
    """The record with what went over the wire."""
    if body is None:
        return record
    return msgspec.structs.replace(record, **msgspec.structs.asdict(bodies_in(body)))
