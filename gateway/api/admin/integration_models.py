"""`/v1/integrations/{slug}/models`: which models of a vendor account may be used."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Controller, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import Nothing, PlantHere, Problems, found
from gateway.api.admin.integrations import READ, UPDATE
from gateway.catalog import configurations_of, models_of
from gateway.vendors import VENDORS
from store.integrations import integration_by_slug
from store.models import ModelRow
from store.models import models_of as rows_of


class ModelChange(msgspec.Struct, frozen=True, kw_only=True):
    """One model, and whether it may be used."""

    slug: str
    enabled: bool
    name: str | None = None
    is_custom: bool | None = None
    is_finetune: bool | None = None
    base_model_slug: str | None = None


class ModelsChange(msgspec.Struct, frozen=True, kw_only=True):
    """Several at once."""

    models: list[ModelChange]
    allow_all_models: bool | None = None
    """Whether models that nobody decided about may be used."""


class ModelAccess(msgspec.Struct, frozen=True, kw_only=True):
    """One model of an integration."""

    slug: str
    name: str
    enabled: bool
    is_custom: bool
    is_finetune: bool
    base_model_slug: str | None
    pricing_config: dict[str, Any] | None = None


class ModelAccessList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    models: list[ModelAccess]


class IntegrationModelsController(Controller):
    """The models of an integration."""

    path = "/v1/integrations/{slug:str}/models"
    tags = ("Integrations",)

    @get(guards=READ, summary="List the models of an integration")
    async def index(self, plant: PlantHere, slug: FromPath[str]) -> ModelAccessList:
        """What the vendor offers, what was added, and whether it may be used."""
        await plant.prices.ready.wait()
        async with plant.database.session() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
            rows = {model.slug: model for model in await rows_of(session, row.id)}
        offered = models_of(VENDORS[row.vendor], configurations_of(row, plant.vault), list(rows.values()), plant.prices)
        usable = (row.allow_all_models or model.is_decided for model in offered.values())
        models = [
            access(
                rows.get(model.id) or ModelRow(integration_id=row.id, slug=model.id), model.name, model.enabled and may
            )
            for model, may in zip(offered.values(), usable, strict=True)
        ]
        return ModelAccessList(total=len(models), models=models)

    @put(guards=UPDATE, summary="Enable, disable or add models")
    async def change(self, plant: PlantHere, slug: FromPath[str], data: JSONBody[ModelsChange]) -> Nothing:
        """Decide about models; a name the vendor does not list is added as a custom one."""
        problems = Problems()
        for place, model in enumerate(data.models):
            problems.check(bool(model.slug.strip()), f"models[{place}].slug", "must not be empty")
        problems.settle()
        async with plant.change() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
            rows = {model.slug: model for model in await rows_of(session, row.id)}
            for model in data.models:
                session.add(decided(rows.get(model.slug) or ModelRow(integration_id=row.id, slug=model.slug), model))
            if data.allow_all_models is not None:
                row.allow_all_models = data.allow_all_models
                session.add(row)
        return Nothing()

    @delete(guards=UPDATE, status_code=200, summary="Remove models that were added")
    async def remove(
        self, plant: PlantHere, slug: FromPath[str], slugs: Annotated[str, QueryParameter(name="slugs")]
    ) -> Nothing:
        """Forget what was said about these models."""
        wanted = {name.strip() for name in slugs.split(",")}
        async with plant.change() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
            for model in await rows_of(session, row.id):
                if model.slug in wanted:
                    await session.delete(model)
        return Nothing()


def decided(row: ModelRow, said: ModelChange) -> ModelRow:
    """A model as the operator wants it."""
    row.enabled = said.enabled
    row.name = said.name or row.name
    row.is_custom = row.is_custom if said.is_custom is None else said.is_custom
    row.is_finetune = row.is_finetune if said.is_finetune is None else said.is_finetune
    row.base_model_slug = said.base_model_slug or row.base_model_slug
    row.discovered = False  # from now on it is not only the vendor who says so
    return row


def access(row: ModelRow, name: str, enabled: bool) -> ModelAccess:
    """A model as the API has it."""
    return ModelAccess(
        slug=row.slug,
        name=name,
        enabled=enabled,
        is_custom=row.is_custom,
        is_finetune=row.is_finetune,
        base_model_slug=row.base_model_slug,
    )
