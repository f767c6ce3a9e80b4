"""`/v1/integrations/{slug}/models`: which models of a vendor account may be used, at which price, in which way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

from litestar import Controller, Request, delete, get, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import Nothing, PlantHere, Problems, caller_of
from gateway.api.admin.integration_rows import integration_for
from gateway.api.admin.integrations import READ, UPDATE
from gateway.api.admin.model_shapes import ModelAccess, ModelAccessList, ModelsChange, access, decided, wrong_with
from gateway.catalog.catalog import configurations_of, models_of, multiplier_in
from gateway.catalog.own_models import price_in
from gateway.errors import Conflict
from gateway.vendors import VENDORS
from store.catalog.models import ModelRow
from store.catalog.models import models_of as rows_of

if TYPE_CHECKING:
    from gateway.plant import Plant
    from store.catalog.integrations import IntegrationRow

Request_ = Request[None, None, State]


class IntegrationModelsController(Controller):
    """The models of an integration."""

    path = "/v1/integrations/{slug:str}/models"
    tags = ("Integrations",)

    @get(guards=READ, summary="List the models of an integration")
    async def index(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> ModelAccessList:
        """What the vendor offers, what was added, and whether it may be used."""
        await plant.prices.ready.wait()
        async with plant.database.session() as session:
            row = await integration_for(session, slug, "read", caller_of(request))
            rows = {model.slug: model for model in await rows_of(session, row.id)}
        models = await asyncio.to_thread(accesses, row, rows, plant)
        return ModelAccessList(total=len(models), models=models, shadow_models=bool(row.shadow_models))

    @put(guards=UPDATE, summary="Enable, disable, price or add models")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[ModelsChange]
    ) -> Nothing:
        """Decide about models; a name the vendor does not list is added as a custom one."""
        problems = Problems()
        for place, model in enumerate(data.models):
            problems.add(wrong_with(model, f"models[{place}]"))
        problems.settle()
        async with plant.change() as session:
            row = await integration_for(session, slug, "update", caller_of(request))
            rows = {model.slug: model for model in await rows_of(session, row.id)}
            for model in data.models:
                session.add(decided(rows.get(model.slug) or ModelRow(integration_id=row.id, slug=model.slug), model))
            for field in ("allow_all_models", "shadow_models"):
                if (said := getattr(data, field)) is not None:
                    setattr(row, field, said)
                    session.add(row)
        return Nothing()

    @delete(guards=UPDATE, status_code=200, summary="Remove models that were added")
    async def remove(
        self,
        request: Request_,
        plant: PlantHere,
        slug: FromPath[str],
        slugs: Annotated[str, QueryParameter(name="slugs")],
    ) -> Nothing:
        """Forget what was said about these models, unless others were made of one that was added."""
        wanted = {name.strip() for name in slugs.split(",")}
        async with plant.change() as session:
            row = await integration_for(session, slug, "update", caller_of(request))
            rows = await rows_of(session, row.id)
            refuse_base([each for each in rows if each.slug in wanted], rows)
            for model in rows:
                if model.slug in wanted:
                    await session.delete(model)
        return Nothing()


def accesses(row: IntegrationRow, rows: Mapping[str, ModelRow], plant: Plant) -> list[ModelAccess]:
    """Every model of an account, for a thread: a thousand prices take half a second to be found for the first time."""
    vendor, multiplier = VENDORS[row.vendor], multiplier_in(row.pricing_adjustments)
    offered = models_of(vendor, configurations_of(row, plant.vault), list(rows.values()), plant.prices)
    return [
        access(
            rows.get(model.id) or ModelRow(integration_id=row.id, slug=model.id),
            model.name,
            enabled=model.enabled and (row.allow_all_models or model.is_decided),
            price=price_in(plant.prices, vendor.priced_as, [model.id], model, multiplier),
            window=plant.prices.context_window(vendor.priced_as, model.base or model.id),
        )
        for model in offered.values()
    ]


def refuse_base(going: Sequence[ModelRow], rows: Sequence[ModelRow]) -> None:
    """Raises Conflict that names models which cost what one of those costs that go."""
    gone = {row.slug for row in going}
    for row in going:
        users = [f"`{each.slug}`" for each in rows if each.base_model_slug == row.slug and each.slug not in gone]
        if users and not row.discovered:
            raise Conflict(f"Model `{row.slug}` is the base of {', '.join(users[:5])}; let them have another first.")
