"""Questions that would take too long are stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import OperationalError
from sqlmodel.ext.asyncio.session import AsyncSession


class TookTooLong(Exception):
    """The answer was not found in the time there was."""


@asynccontextmanager
async def within(session: AsyncSession, seconds: float) -> AsyncIterator[None]:
    """Stop what SQLite is at when the time is over. Raises TookTooLong."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert connection is not None, "it is open"

    async def stop() -> None:
        await asyncio.sleep(seconds)
        while True:
            await connection.interrupt()  # what began just after the last one goes on otherwise
            await asyncio.sleep(0.05)

    stopping = asyncio.create_task(stop())
    try:
        yield
    except OperationalError as error:
        if "interrupted" not in str(error.orig):
            raise
        raise TookTooLong(f"no answer within {seconds:g} s") from error
    finally:
        stopping.cancel()
