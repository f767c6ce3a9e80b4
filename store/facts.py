"""Facts: single values that the gateway keeps about itself, such as its master key's fingerprint."""

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


class FactRow(SQLModel, table=True):
    """One named value."""

    __tablename__ = "facts"

    name: str = Field(primary_key=True)
    value: bytes


async def fact(session: AsyncSession, name: str) -> bytes | None:
    """What is remembered under that name."""
    row = await session.get(FactRow, name, populate_existing=True)
    return None if row is None else row.value


async def remember(session: AsyncSession, name: str, value: bytes) -> None:
    """Keep a value in place of the one before; the caller commits."""
    row = insert(FactRow).values(name=name, value=value)
    await session.exec(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))
