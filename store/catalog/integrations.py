"""Integrations: a vendor's API with the credential for it."""

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.ids import Slug


class IntegrationRow(SQLModel, table=True):
    """One vendor account; its secrets are sealed by the vault about `integration:<id>:…`."""

    __tablename__ = "integrations"

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True)
    name: str
    vendor: str
    """The company behind the API, such as `openai`."""
    description: str | None = None
    sealed_key: bytes | None = None
    masked_key: str | None = None
    sealed_configurations: bytes | None = None
    """JSON, sealed: it may hold secrets of the vendors that have several."""
    allow_all_models: bool = True
    status: str = "active"
    created_at_ms: int
    updated_at_ms: int | None = None
    workspace: str | None = None
    """The only workspace that may use it; None: it is the organisation's."""
    global_access: str | None = None
    """JSON: whether workspaces that nothing was decided about may use it, and within which limits."""
    pricing_adjustments: str | None = None
    """JSON: by what prices are multiplied."""
    shadow_models: bool | None = None
    """Whether models that are not allowed are counted and let through."""


async def all_integrations(session: AsyncSession) -> list[IntegrationRow]:
    """Every integration, oldest first."""
    oldest_first = (col(IntegrationRow.created_at_ms), col(IntegrationRow.id))
    return list(await session.exec(select(IntegrationRow).order_by(*oldest_first)))


async def integration_by_slug(session: AsyncSession, slug: Slug | str) -> IntegrationRow | None:
    """The integration of that name."""
    return (await session.exec(select(IntegrationRow).where(IntegrationRow.slug == slug))).one_or_none()
