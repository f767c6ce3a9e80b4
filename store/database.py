"""The database: one SQLite file, read and written by sessions."""

import asyncio
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from store.schema import MIGRATIONS, DatabaseUnusable, prepare

__all__ = ["Database", "DatabaseUnusable", "open_database"]

ON_CONNECT = ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 5000")
"""NORMAL: a power cut may undo the last changes but damages nothing."""


class Database:
    """An open file; close it in the end."""

    def __init__(self, file: Path, engine: AsyncEngine) -> None:
        self.file = file
        self._engine = engine

    def session(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session of its own for each task; nothing is kept that the caller does not commit."""
        return AsyncSession(self._engine, expire_on_commit=False)

    async def close(self) -> None:
        """Let go of the file."""
        await self._engine.dispose()


async def open_database(file: Path, *, migrations: Path = MIGRATIONS) -> Database:
    """Open a file, made or upgraded where needed; raises `DatabaseUnusable`."""
    await asyncio.to_thread(prepare, file, migrations)
    engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(file)))
    event.listen(engine.sync_engine, "connect", configure)
    return Database(file, engine)


def configure(connection: Any, _record: object) -> None:
    """SQLite forgets most settings with the connection."""
    cursor = connection.cursor()
    for setting in ON_CONNECT:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
