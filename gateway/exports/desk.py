"""Exports under way: one after the other, each batch on the disk before the database says that it is."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import IO, TYPE_CHECKING

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, func, select, update

from gateway.api.admin.log_query import filter_of
from gateway.api.admin.patient import patiently
from gateway.api.moments import now_ms
from gateway.domain import Caller
from gateway.errors import GatewayError, TooMuch
from gateway.exports.lines import batches
from store.exports import ExportRow, export_by_id, finished_before, unfinished
from store.ids import KeyId, LogId, Slug
from store.log_filter import LogFilter, where
from store.log_rows import LogRow

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exports.lines import Batch
    from gateway.plant import Plant
    from store.database import Database

log = logging.getLogger("tollhouse.exports")
DAY_MS = 86_400_000
FRESH_SECONDS = 5.0


class Desk:
    """Owns the exports that are being written; they end with the gateway, and go on with the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = asyncio.Lock()

    def file(self, row: ExportRow) -> Path:
        """Where an export is, or will be."""
        return self._folder / f"{row.id}.{row.format}"

    def begin(self, plant: Plant, export_id: str) -> None:
        """Write it in the background, when its turn comes."""
        task = asyncio.create_task(self._write(plant, export_id))
        plant.errands.add(task)
        task.add_done_callback(plant.errands.discard)

    async def go_on(self, plant: Plant) -> None:
        """Take up what an earlier run of the gateway left."""
        async with plant.database.session() as session:
            rows = await unfinished(session)
        for row in rows:
            self.begin(plant, row.id)

    async def forget_old(self, plant: Plant, days: int, at_ms: int) -> None:
        """Delete what nobody has touched for so many days; 0: nothing."""
        if not days:
            return
        async with plant.database.session() as session:
            for row in await finished_before(session, at_ms - days * DAY_MS):
                self.file(row).unlink(missing_ok=True)
                await session.delete(row)
            await session.commit()

    async def _write(self, plant: Plant, export_id: str) -> None:
        async with self._turn:
            async with plant.database.session() as session:
                row = await export_by_id(session, export_id)
            if row is None or row.status != "in_progress":
                return
            try:
                await plant.writer.caught_up(FRESH_SECONDS)
                await self._written(plant, row)
            except (OSError, SQLAlchemyError, GatewayError) as error:
                log.warning("export %s failed: %s", row.id, error)
                await note(plant.database, row.id, status="failed", error=str(error)[:500])

    async def _written(self, plant: Plant, row: ExportRow) -> None:
        """All of it from where it is; what a crash left behind the last batch is cut off first."""
        narrowed = filter_in(row)
        if row.total is None and row.cursor is None:
            await note(plant.database, row.id, total=await counted(plant.database, narrowed))
        fields, cursor = msgspec.json.decode(row.fields, type=list[str]), LogId(row.cursor) if row.cursor else None
        records, size = row.records, row.bytes
        with await asyncio.to_thread(opened, self.file(row), row.bytes) as file:
            async for batch in batches(plant.database, narrowed, fields, row.format, cursor):
                await asyncio.to_thread(put, file, batch)
                records, size = records + batch.records, size + len(batch.data)
                if not await note(plant.database, row.id, records=records, bytes=size, cursor=batch.cursor):
                    return  # it was stopped
        await note(plant.database, row.id, status="success")


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
