"""Repricings: a period of the log whose costs are reckoned anew, and how far that is."""

from collections.abc import Sequence

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession


class RepricingRow(SQLModel, table=True):
    """One repricing. How far it is stands in the transaction that changes the costs, so that none is changed twice."""

    __tablename__ = "repricings"

    id: str = Field(primary_key=True)
    workspace: str
    """Whose costs; empty: everybody's."""
    status: str
    """`in_progress`, `success`, `failed` or `stopped`."""
    filters: str
    """The query of `/v1/logs`, as a JSON object."""
    is_applied: bool
    """Whether costs are changed; otherwise it only says what would."""
    with_budgets: bool
    """Whether what budgets have counted in their present period is corrected too."""
    until_ms: int
    cursor: str | None = None
    """The last request that was looked at; what is older follows."""
    report: str = "{}"
    """What it came to so far, as JSON."""
    created_by: str
    created_at_ms: int
    updated_at_ms: int
    error: str | None = None


async def repricing_by_id(session: AsyncSession, id: str) -> RepricingRow | None:
    """One, as it is in the database now."""
    return await session.get(RepricingRow, id, populate_existing=True)


async def all_repricings(session: AsyncSession, workspace: str | None) -> Sequence[RepricingRow]:
    """Those of a workspace, or (None) all, the newest first."""
    wanted = select(RepricingRow).order_by(col(RepricingRow.id).desc())
    if workspace is not None:
        wanted = wanted.where(col(RepricingRow.workspace) == workspace)
    return (await session.exec(wanted)).all()


async def unfinished(session: AsyncSession) -> Sequence[RepricingRow]:
    """Those that were under way when the gateway ended."""
    return (await session.exec(select(RepricingRow).where(col(RepricingRow.status) == "in_progress"))).all()
