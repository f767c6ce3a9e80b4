"""Finding records by the rarest of what is asked for: a label or a word leads, all else is checked of what it finds."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.ids import LogId
from store.log.filter import AT_ONCE, LogFilter, where
from store.log.ranges import ROWID, Labelled, how_many, label_ids
from store.log.rows import LogRow
from store.log.text import words
from store.log.text_index import parts_of
from store.rollups.rows import LogLabelRow

SLACK = 500
"""Rows are in the order in which requests ended, pages in that in which they began: so many may have changed places."""
COUNTED = 5_000
"""Labels that more records have are all common."""
PART_AT_ONCE = 20_000
"""Records with a word, looked at in one part of the index; what is left over are those of a word that all have."""


async def candidates(
    session: AsyncSession, narrowed: LogFilter, *, limit: int, before: LogId | None
) -> list[str] | None:
    """Ids of the newest records that fit, among them the `limit` newest; None where nothing is there to lead."""
    if narrowed.words:
        return await by_words(session, narrowed, limit=limit + SLACK, before=before)
    leads = [each for each in narrowed.labels if len(each.values) == 1 and each.facet != "status"]
    if not leads or narrowed.trace_id:
        return None
    lead = await rarest(session, leads)
    wanted = select(LogRow.id, ROWID).join(LogLabelRow, col(LogLabelRow.log) == ROWID).where(label_ids(lead))
    wanted = wanted.where(*where(without(narrowed, lead)))
    if before is not None:
        below = select(ROWID).where(col(LogRow.id) <= before)
        newest = below.order_by(col(LogRow.id).desc()).limit(1).correlate(None).scalar_subquery()
        wanted = wanted.where(LogRow.id < before, col(LogLabelRow.log) <= newest + AT_ONCE)
    found = await session.exec(wanted.order_by(col(LogLabelRow.log).desc()).limit(limit + SLACK))
    return [row[0] for row in found]


async def rarest(session: AsyncSession, leads: Sequence[Labelled]) -> Labelled:
    """The label that the fewest records have."""
    if len(leads) == 1:
        return leads[0]
    counts = [(await session.exec(how_many(lead, COUNTED))).one() for lead in leads]
    return leads[counts.index(min(counts))]


def without(narrowed: LogFilter, lead: Labelled) -> LogFilter:
    """What is left to check."""
    return msgspec.structs.replace(narrowed, labels=tuple(each for each in narrowed.labels if each != lead))


async def by_words(session: AsyncSession, narrowed: LogFilter, *, limit: int, before: LogId | None) -> list[str]:
    """Ids of records with all the words, part by part from the newest."""
    found: list[str] = []
    match = " ".join(f'"{word}"' for word in words(narrowed.words))
    connection = await session.connection()
    tables = await connection.execute(text("SELECT name FROM sqlite_master WHERE name LIKE 'log_text_%'"))
    conditions = where(narrowed) if before is None else [*where(narrowed), col(LogRow.id) < before]
    for part in parts_of([row[0] for row in tables]) if match else []:
        with_words = text(f"SELECT rowid FROM log_text_{part} WHERE log_text_{part} MATCH :match ORDER BY rowid DESC")
        rows = [row[0] for row in await connection.execute(with_words, {"match": match})]
        for start in range(0, len(rows), PART_AT_ONCE):
            some = select(LogRow.id).where(ROWID.in_(rows[start : start + PART_AT_ONCE]), *conditions)
            found += await session.exec(some.order_by(ROWID.desc()).limit(limit))
            if len(found) >= limit:
                return found
    return found
