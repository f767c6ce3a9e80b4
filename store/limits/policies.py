"""Policies: limits on whatever requests their conditions find, one counter for each group."""

from collections.abc import Collection

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class PolicyRow(SQLModel, table=True):
    """One policy."""

    __tablename__ = "policies"

    id: str = Field(primary_key=True)
    kind: str
    """`usage-limits` or `rate-limits`."""
    name: str | None = None
    workspace: str | None = None
    """None: for the whole organisation."""
    status: str = "active"
    """Or `archived`."""
    rule: str
    """JSON: conditions, groups and the limit, as the admin API has them."""
    created_at_ms: int
    updated_at_ms: int | None = None


async def all_policies(session: AsyncSession, status: str = "active") -> list[PolicyRow]:
    """Every policy of that status, oldest first."""
    theirs = select(PolicyRow).where(PolicyRow.status == status)
    return list(await session.exec(theirs.order_by(col(PolicyRow.created_at_ms), col(PolicyRow.id))))


async def policies_of(session: AsyncSession, ids: Collection[str] | None) -> list[PolicyRow]:
    """Those of these policies that are in force, oldest first; None: of all."""
    if ids is None:
        return await all_policies(session)
    theirs = select(PolicyRow).where(PolicyRow.status == "active", col(PolicyRow.id).in_(ids))
    return list(await session.exec(theirs.order_by(col(PolicyRow.created_at_ms), col(PolicyRow.id))))


async def policy_by_id(session: AsyncSession, kind: str, policy_id: str) -> PolicyRow | None:
    """The policy of that kind with that id."""
    row = await session.get(PolicyRow, policy_id)
    return row if row is not None and row.kind == kind else None
