"""What people were, or would have been, told of lately: the newest thousand, in words."""

from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

KEPT = 1_000


class EventRow(SQLModel, table=True):
    """One event, once in its period, whether or not anybody could be told."""

    __tablename__ = "events"

    mark: str = Field(primary_key=True)
    """The same for the same in the same period."""
    at_ms: int = Field(index=True)
    kind: str
    title: str
    text: str
    level: str
    """What kind of thing it is about: of a budget its level, else `api_key` or `provider`, or nothing."""
    owner: str
    """Its id; of a provider and a workspace the slug."""
    limit_id: str | None = None
    """Of a budget: its id in `/v1/limits`."""


async def keep_event(session: AsyncSession, row: EventRow) -> None:
    """Keep it, if it is the first of its mark, and let the oldest go. The caller commits."""
    if await session.get(EventRow, row.mark) is None:
        session.add(row)
        newest = select(EventRow.mark).order_by(col(EventRow.at_ms).desc()).limit(KEPT)
        await session.exec(delete(EventRow).where(col(EventRow.mark).not_in(newest)))


async def latest_events(session: AsyncSession) -> list[EventRow]:
    """All that are kept, the newest first."""
    return list(await session.exec(select(EventRow).order_by(col(EventRow.at_ms).desc(), col(EventRow.mark))))
