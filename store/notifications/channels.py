"""Where notifications go, and which were sent already."""

from sqlalchemy.dialects.sqlite import insert
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession


class ChannelRow(SQLModel, table=True):
    """One place that notifications go to; its URL is sealed about `channel:<id>`."""

    __tablename__ = "channels"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    kind: str
    """What the URL begins with, such as `slack` or `mailtos`."""
    sealed_url: bytes
    masked_url: str
    events: str
    """JSON list of the kinds of event it is told of; empty: all."""
    enabled: bool = True
    created_at_ms: int
    updated_at_ms: int | None = None


class NoticeRow(SQLModel, table=True):
    """An event that was told, so that it is told once in its period."""

    __tablename__ = "notices"

    mark: str = Field(primary_key=True)
    at_ms: int = Field(index=True)


async def all_channels(session: AsyncSession) -> list[ChannelRow]:
    """Every channel, oldest first."""
    return list(await session.exec(select(ChannelRow).order_by(col(ChannelRow.created_at_ms), col(ChannelRow.id))))


async def channel_by_id(session: AsyncSession, channel_id: str) -> ChannelRow | None:
    """The channel with that id."""
    return await session.get(ChannelRow, channel_id)


async def is_first(session: AsyncSession, mark: str, at_ms: int) -> bool:
    """Whether an event was not told before; from now on it was. The caller commits."""
    row = insert(NoticeRow).values(mark=mark, at_ms=at_ms).on_conflict_do_nothing()
    return bool((await session.exec(row)).rowcount)


async def forget_notices(session: AsyncSession, before_ms: int) -> None:
    """Let go of what was told long ago."""
    await session.exec(delete(NoticeRow).where(col(NoticeRow.at_ms) < before_ms))
