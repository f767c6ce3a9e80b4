"""Workspaces: departments, each with its own providers, keys, configs and money; and the organisation around them."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

DEFAULT = "default"
"""The organisation's id, and the slug of the workspace that is always there."""


class OrganisationRow(SQLModel, table=True):
    """The one organisation."""

    __tablename__ = "organisations"

    id: str = Field(default=DEFAULT, primary_key=True)
    name: str = "Organisation"
    defaults: str | None = None
    """JSON: what holds in every workspace."""


class WorkspaceRow(SQLModel, table=True):
    """One workspace. Its slug is what everything else names it by, and is never given to another."""

    __tablename__ = "workspaces"

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    description: str | None = None
    defaults: str | None = None
    """JSON: metadata, and the schema that metadata must fit."""
    usage_limits: str | None = None
    """JSON: budgets, as the admin API has them."""
    rate_limits: str | None = None
    """JSON, likewise."""
    is_default: bool = False
    status: str = "active"
    """Or `archived`: deleted, but its logs still name it."""
    created_at_ms: int
    updated_at_ms: int | None = None


async def organisation(session: AsyncSession) -> OrganisationRow:
    """The organisation; a new row where nothing was ever said about it."""
    return await session.get(OrganisationRow, DEFAULT) or OrganisationRow()


async def all_workspaces(session: AsyncSession, status: str | None = "active") -> list[WorkspaceRow]:
    """Every workspace of that status, or of any, oldest first."""
    oldest_first = select(WorkspaceRow).order_by(col(WorkspaceRow.created_at_ms), col(WorkspaceRow.id))
    return list(
        await session.exec(oldest_first if status is None else oldest_first.where(WorkspaceRow.status == status))
    )


async def workspace_named(session: AsyncSession, name: str) -> WorkspaceRow | None:
    """The active workspace of that slug or id."""
    named = (col(WorkspaceRow.slug) == name) | (col(WorkspaceRow.id) == name)
    return (await session.exec(select(WorkspaceRow).where(named, WorkspaceRow.status == "active"))).one_or_none()


async def slug_is_taken(session: AsyncSession, slug: str) -> bool:
    """Whether a workspace has, or ever had, that slug."""
    return (await session.exec(select(WorkspaceRow.id).where(WorkspaceRow.slug == slug))).first() is not None
