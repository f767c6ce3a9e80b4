"""`GET /v1/models`: what the catalog offers to a key, from memory.

Source: platform.openai.com/docs/api-reference/models.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated

import msgspec
from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from gateway.api.admin.door import PlantHere
from gateway.api.openai.described import described
from gateway.attempts.targets import LONGEST
from gateway.authenticate import authenticate
from gateway.catalog.catalog import Catalog, Provider
from gateway.catalog.model_traits import CHAT
from gateway.catalog.own_models import Model
from gateway.errors import UnknownModel
from gateway.prices import PriceList
from gateway.webui.client import is_webui

SCOPES = ("completions.write", "models.list", "virtual_keys.list", "providers.list")
"""Any of these will do."""


class ModelObject(msgspec.Struct, frozen=True, kw_only=True):
    """A model as OpenAI lists it; `id` is what a request says, `name` is for people."""

    id: str
    name: str
    owned_by: str
    slug: str
    """What the vendor calls it."""
    object: str = "model"
    created: int = 0


class ModelListing(msgspec.Struct, frozen=True, kw_only=True):
    """Every model."""

    data: list[ModelObject]
    object: str = "list"


@get(
    "/v1/models",
    tags=["Models"],
    summary="List the models that this key may use",
    responses={200: ResponseSpec(ModelListing, description="Every model, and for Open WebUI those to chat with")},
)
async def list_models(
    request: Request[None, None, State],
    plant: PlantHere,
    everything: Annotated[bool, QueryParameter(name="all")] = False,
) -> Response[bytes]:
    """Every enabled model of the catalog, as `@provider/model`.

    Open WebUI (by its `x-openwebui-*` headers, or the key's `describe_models`) gets those that one can chat with, each
    with a description; `?all=true` brings the others too.
    """
    await plant.prices.ready.wait()
    caller = authenticate(request.headers, plant.snapshot, *SCOPES)
    is_described = is_webui(request.headers) if caller.describe_models is None else caller.describe_models
    name = ("described, all" if everything else "described") if is_described else "plain"
    return Response(await listing(name, plant.snapshot.catalog(caller), plant.prices), media_type=MediaType.JSON)


@get("/v1/models/{name:path}", tags=["Models"], summary="Describe one model")
async def one_model(request: Request[None, None, State], plant: PlantHere, name: FromPath[str]) -> ModelObject:
    """One model by its id."""
    await plant.prices.ready.wait()
    catalog = plant.snapshot.catalog(authenticate(request.headers, plant.snapshot, *SCOPES))
    wanted = name.removeprefix("/")
    for model in listed(catalog):
        if model.id == wanted:
            return model
    wanted = wanted[:LONGEST]
    raise UnknownModel(f"Tollhouse: there is no model `{wanted}`{catalog.nearest(wanted)}", param="model")


async def listing(name: str, catalog: Catalog, prices: PriceList) -> bytes:
    """A list as it is sent: written once for each snapshot, for Open WebUI asks whenever a page is loaded.

    It is written in a thread: a thousand prices take half a second to be found for the first time.
    """
    ended = ",".join(slug for slug, each in catalog.providers.items() if each.is_over)
    key = f"{name} without {ended}"
    if key not in catalog.listings:
        catalog.listings[key] = await asyncio.to_thread(written, name, catalog, prices)
    return catalog.listings[key]


def written(name: str, catalog: Catalog, prices: PriceList) -> bytes:
    """A list of the catalog: `plain`, `described` as far as one can chat with a model, or `described, all`."""
    if name == "plain":
        return msgspec.json.encode(ModelListing(data=listed(catalog)))
    rows = [described(provider, model, prices) for provider, model in offered(catalog)]
    few = [row for row in rows if row.kind == CHAT] if name == "described" else rows
    return msgspec.json.encode({"object": "list", "data": few})


def offered(catalog: Catalog) -> Iterator[tuple[Provider, Model]]:
    """What can be used at all."""
    for provider in catalog.providers.values():
        if provider.account.trouble is None and provider.is_provisioned and not provider.is_over:
            yield from ((provider, model) for model in provider.account.models.values() if model.enabled)


def listed(catalog: Catalog) -> list[ModelObject]:
    """The catalog, each id once."""
    return [
        ModelObject(
            id=f"@{provider.slug}/{model.id}", name=model.name, owned_by=provider.account.vendor.id, slug=model.id
        )
        for provider, model in offered(catalog)
    ]
