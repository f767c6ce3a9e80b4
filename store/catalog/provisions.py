"""Provisions: which workspace may use which integration, and within which limits."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import store.catalog.integrations  # noqa: F401  (its table is referred to)


class ProvisionRow(SQLModel, table=True):
    """What was decided about an integration and a workspace; else the integration's `global_access` holds."""

    __tablename__ = "provisions"

    integration_id: str = Field(primary_key=True, foreign_key="integrations.id", ondelete="CASCADE")
    workspace: str = Field(primary_key=True)
    enabled: bool = True
    usage_limits: str | None = None
    """JSON: budgets of the integration in this workspace, as the admin API has them."""
    rate_limits: str | None = None
    """JSON, likewise."""
    shadow_models: bool | None = None
    """Whether models that are not allowed are counted and let through here; None: as the integration says."""


async def all_provisions(session: AsyncSession) -> list[ProvisionRow]:
    """Every decision, by integration and workspace."""
    order = (col(ProvisionRow.integration_id), col(ProvisionRow.workspace))
    return list(await session.exec(select(ProvisionRow).order_by(*order)))


async def provisions_of(session: AsyncSession, integration_id: str) -> dict[str, ProvisionRow]:
    """What was decided about an integration, by workspace."""
    theirs = select(ProvisionRow).where(ProvisionRow.integration_id == integration_id)
    return {row.workspace: row for row in await session.exec(theirs.order_by(col(ProvisionRow.workspace)))}
