"""Writes one export: each batch is on the disk before the database says that it is."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import IO, TYPE_CHECKING

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select, update

from gateway.domain import Caller
from gateway.errors import GatewayError, TooMuch
from gateway.exports.lines import batches
from gateway.log.patient import patiently
from gateway.log.query import filter_of
from gateway.moments import now_ms
from store.ids import KeyId, LogId, Slug
from store.log.exports import ExportRow, export_by_id
from store.log.filter import LogFilter, where
from store.log.rows import LogRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gateway.exports.lines import Batch, Denied
    from gateway.plant import Plant
    from store.database import Database

log = logging.getLogger("tollhouse.exports")
FRESH_SECONDS = 5.0


async def write(plant: Plant, export_id: str, place: Callable[[ExportRow], Path]) -> None:
    """Write an export from where it is, unless it was stopped; what goes wrong is noted in it."""
    async with plant.database.session() as session:
        row = await export_by_id(session, export_id)
    if row is None or row.status != "in_progress":
        return
    try:
        await plant.writer.caught_up(FRESH_SECONDS)
        await written(plant, row, place(row))
    except (OSError, SQLAlchemyError, GatewayError) as error:
        log.warning("export %s failed: %s", row.id, error)
        await note(plant.database, row.id, status="failed", error=str(error)[:500])


async def written(plant: Plant, row: ExportRow, place: Path) -> None:
    """All of it from where it is; what a crash left behind the last batch is cut off first."""
    narrowed, database = filter_in(row), plant.database
    if row.total is None and row.cursor is None:
        await note(database, row.id, total=await counted(database, narrowed))
    fields, cursor = msgspec.json.decode(row.fields, type=list[str]), LogId(row.cursor) if row.cursor else None
    records, size = row.records, row.bytes
    with await asyncio.to_thread(opened, place, row.bytes) as file:
        async for batch in batches(database, narrowed, fields, row.format, cursor, denied_in(row, plant)):
            await asyncio.to_thread(put, file, batch)
            records, size = records + batch.records, size + len(batch.data)
            if not await note(database, row.id, records=records, bytes=size, cursor=batch.cursor):
                return  # it was stopped
    await note(database, row.id, status="success")


def denied_in(row: ExportRow, plant: Plant) -> Denied:
    """What an export may not have: as the key says that made it, and the workspace of each request, now."""
    every = plant.snapshot.callers.values()
    own = next((each.denied_fields for each in every if each.key_id == row.created_by), frozenset())

    def denied(workspace: str) -> frozenset[str]:
        found = plant.snapshot.workspaces.get(Slug(workspace))
        return own if found is None else own | found.denied_fields

    return denied


def opened(file: Path, size: int) -> IO[bytes]:
    """The file, for its owner's eyes only, cut to a size."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    found = os.fdopen(os.open(file, os.O_CREAT | os.O_RDWR, 0o600), "r+b")
    found.truncate(size)
    found.seek(size)
    return found


def put(file: IO[bytes], batch: Batch) -> None:
    """Write a batch, so that not even a power cut undoes it once the database knows of it."""
    file.write(batch.data)
    file.flush()
    os.fsync(file.fileno())


async def note(database: Database, export_id: str, **values: object) -> bool:
    """Write down how far an export is, unless it was stopped meanwhile; whether it goes on."""
    mine = (col(ExportRow.id) == export_id, col(ExportRow.status) == "in_progress")
    async with database.session() as session:
        found = await session.exec(update(ExportRow).where(*mine).values(updated_at_ms=now_ms(), **values))
        await session.commit()
    return bool(found.rowcount)


def filter_in(row: ExportRow) -> LogFilter:
    """The filter of an export, of what whoever made it may see. Raises BadRequest."""
    whose = Caller(KeyId(""), "", Slug(row.workspace), frozenset(), is_organisation=row.is_whole)
    found = filter_of(msgspec.json.decode(row.filters, type=dict[str, str]), whose, set())
    ends = [each for each in (found.until_ms, row.until_ms) if each is not None]
    return msgspec.structs.replace(found, until_ms=min(ends, default=None))


async def counted(database: Database, narrowed: LogFilter) -> int | None:
    """How many requests fit; None where counting takes too long, or words lead."""
    if narrowed.words:
        return None
    try:
        async with database.session() as session, patiently(session):
            return (await session.exec(select(func.count()).select_from(LogRow).where(*where(narrowed)))).one()
    except TooMuch:
        return None
