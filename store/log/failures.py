"""Failures of a period by their class, from the index of failures."""

from sqlalchemy import literal_column
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.log.error_classes import class_from
from store.log.filter import LogFilter, where
from store.log.rows import FAILED, LogRow
from store.log.types import text_of


async def failures_by_class(session: AsyncSession, narrowed: LogFilter) -> dict[str, int]:
    """How many failures of each class there are among the requests that fit."""
    code_and_fault = (text_of("error_code"), text_of("error_fault"))
    wanted = select(*code_and_fault, LogRow.status, func.count())
    wanted = wanted.where(literal_column(FAILED), *where(narrowed))
    rows = await session.exec(wanted.group_by(*code_and_fault, col(LogRow.status)))
    found: dict[str, int] = {}
    for code, fault, status, number in rows:
        name = class_from(code or "", fault or "", status)
        found[name] = found.get(name, 0) + number
    return found
