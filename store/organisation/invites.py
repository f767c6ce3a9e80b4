"""Invites: people who may become users, once, with a token that only they have."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class InviteRow(SQLModel, table=True):
    """One invite; only the keyed hash of its token is kept."""

    __tablename__ = "invites"

    id: str = Field(primary_key=True)
    email: str
    """In lower case."""
    role: str
    """In the organisation."""
    workspaces: str
    """JSON: `[{"id", "role"}]`, workspaces by slug."""
    key_scopes: str | None = None
    """JSON list: what the user's API key in each of these workspaces may do; None: there will be no such key."""
    token_hash: str = Field(unique=True)
    status: str = "pending"
    """Or `accepted`, `cancelled`; one past its time is `expired`, whatever it says here."""
    invited_by: str
    """The API key's id, or the user's."""
    created_at_ms: int
    expires_at_ms: int
    accepted_at_ms: int | None = None


async def all_invites(session: AsyncSession) -> list[InviteRow]:
    """Every invite, oldest first."""
    return list(await session.exec(select(InviteRow).order_by(col(InviteRow.created_at_ms), col(InviteRow.id))))


async def invite_by_id(session: AsyncSession, invite_id: str) -> InviteRow | None:
    """The invite with that id."""
    return await session.get(InviteRow, invite_id)


async def invite_by_hash(session: AsyncSession, token_hash: str) -> InviteRow | None:
    """The invite whose token it is."""
    return (await session.exec(select(InviteRow).where(InviteRow.token_hash == token_hash))).one_or_none()
