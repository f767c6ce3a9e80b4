"""The right to write, taken before anything is read: beside a busy log SQLite would refuse it at once afterwards."""

from sqlmodel.ext.asyncio.session import AsyncSession


async def begin_writing(session: AsyncSession) -> None:
    """Begin a transaction that will write; waits for its turn."""
    await (await session.connection()).exec_driver_sql("BEGIN IMMEDIATE")
