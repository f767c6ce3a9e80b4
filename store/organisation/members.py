"""Members: which user has which role in which workspace."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import store.organisation.users
import store.organisation.workspaces  # noqa: F401  (its table is referred to)


class MemberRow(SQLModel, table=True):
    """One membership; it goes with the user."""

    __tablename__ = "members"

    workspace: str = Field(primary_key=True, foreign_key="workspaces.slug", ondelete="CASCADE")
    user_id: str = Field(primary_key=True, foreign_key="users.id", ondelete="CASCADE", index=True)
    role: str
    """`admin`, `manager`, `member` or `auditor`."""
    created_at_ms: int
    updated_at_ms: int | None = None


async def all_members(session: AsyncSession) -> list[MemberRow]:
    """Every membership, oldest first."""
    oldest_first = (col(MemberRow.created_at_ms), col(MemberRow.user_id))
    return list(await session.exec(select(MemberRow).order_by(*oldest_first)))


async def members_of(session: AsyncSession, workspace: str) -> list[MemberRow]:
    """Who belongs to a workspace, oldest first."""
    theirs = select(MemberRow).where(MemberRow.workspace == workspace)
    return list(await session.exec(theirs.order_by(col(MemberRow.created_at_ms), col(MemberRow.user_id))))


async def member_of(session: AsyncSession, workspace: str, user_id: str) -> MemberRow | None:
    """A user's membership in a workspace."""
    return await session.get(MemberRow, (workspace, user_id))
