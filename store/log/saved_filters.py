"""Filters of the log that somebody gave a name."""

from collections.abc import Sequence

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.rollups.rows import SavedFilterRow


async def saved_filters(session: AsyncSession, workspace: str | None) -> Sequence[SavedFilterRow]:
    """Those of a workspace, or (None) all, by name."""
    wanted = select(SavedFilterRow).order_by(col(SavedFilterRow.name))
    if workspace is not None:
        wanted = wanted.where(col(SavedFilterRow.workspace) == workspace)
    return (await session.exec(wanted)).all()


async def delete_filter(session: AsyncSession, id: str) -> None:
    """Forget one; the caller commits."""
    await session.exec(delete(SavedFilterRow).where(col(SavedFilterRow.id) == id))
