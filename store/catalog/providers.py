"""Providers: the names under which requests use an integration, `@slug/model`."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import store.catalog.integrations  # noqa: F401  (its table is referred to)
from store.ids import IntegrationId, Slug


class ProviderRow(SQLModel, table=True):
    """One provider; it goes with its integration."""

    __tablename__ = "providers"

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    integration_id: str = Field(foreign_key="integrations.id", ondelete="CASCADE", index=True)
    note: str | None = None
    status: str = "active"
    created_at_ms: int
    updated_at_ms: int | None = None
    expires_at_ms: int | None = None
    usage_limits: str | None = None
    """JSON: budgets, as the admin API has them."""
    rate_limits: str | None = None
    """JSON, likewise."""
    workspace: str = "default"
    """Who may use it."""


OLDEST_FIRST = (col(ProviderRow.created_at_ms), col(ProviderRow.id))


async def all_providers(session: AsyncSession) -> list[ProviderRow]:
    """Every provider, oldest first."""
    return list(await session.exec(select(ProviderRow).order_by(*OLDEST_FIRST)))


async def provider_by_slug(session: AsyncSession, slug: Slug | str) -> ProviderRow | None:
    """The provider of that name."""
    return (await session.exec(select(ProviderRow).where(ProviderRow.slug == slug))).one_or_none()


async def providers_of(session: AsyncSession, integration_id: IntegrationId | str) -> list[ProviderRow]:
    """The providers that use an integration, oldest first."""
    theirs = select(ProviderRow).where(ProviderRow.integration_id == integration_id)
    return list(await session.exec(theirs.order_by(*OLDEST_FIRST)))
