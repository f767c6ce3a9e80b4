"""Models: what is known and decided about each model of an integration."""

from collections.abc import Collection

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

import store.catalog.integrations  # noqa: F401  (its table is referred to)
from store.ids import IntegrationId


class ModelRow(SQLModel, table=True):
    """One model of one integration; it goes with its integration."""

    __tablename__ = "models"

    integration_id: str = Field(primary_key=True, foreign_key="integrations.id", ondelete="CASCADE")
    slug: str = Field(primary_key=True)
    name: str | None = None
    enabled: bool = True
    is_custom: bool = False
    is_finetune: bool = False
    base_model_slug: str | None = None
    discovered: bool = False
    """The vendor lists it."""
    pricing: str | None = None
    """JSON, the operator's own prices."""
    configurations: str | None = None
    """JSON: an address and headers of its own, and parameters for requests that do not say them."""


async def models_by_integration(session: AsyncSession, integrations: Collection[str]) -> dict[str, list[ModelRow]]:
    """The models of these integrations, by name."""
    theirs = select(ModelRow).where(col(ModelRow.integration_id).in_(integrations)).order_by(col(ModelRow.slug))
    found: dict[str, list[ModelRow]] = {}
    for row in await session.exec(theirs):
        found.setdefault(row.integration_id, []).append(row)
    return found


async def models_of(session: AsyncSession, integration_id: IntegrationId | str) -> list[ModelRow]:
    """An integration's models, by name."""
    theirs = select(ModelRow).where(ModelRow.integration_id == integration_id)
    return list(await session.exec(theirs.order_by(col(ModelRow.slug))))
