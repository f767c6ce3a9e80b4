"""`GET /v1/models`: what the catalog offers to a key, from memory.

Source: platform.openai.com/docs/api-reference/models.
"""

from __future__ import annotations

import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.params import FromPath

from gateway.api.admin.door import PlantHere
from gateway.authenticate import authenticate
from gateway.errors import UnknownModel
from gateway.snapshot import Snapshot

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


@get("/v1/models", tags=["Models"], summary="List the models that this key may use")
async def list_models(request: Request[None, None, State], plant: PlantHere) -> ModelListing:
    """Every enabled model of the catalog, as `@provider/model`."""
    await plant.prices.ready.wait()
    authenticate(request.headers, plant.snapshot, *SCOPES)
    return ModelListing(data=listed(plant.snapshot))


@get("/v1/models/{name:path}", tags=["Models"], summary="Describe one model")
async def one_model(request: Request[None, None, State], plant: PlantHere, name: FromPath[str]) -> ModelObject:
    """One model by its id."""
    await plant.prices.ready.wait()
    authenticate(request.headers, plant.snapshot, *SCOPES)
    wanted = name.removeprefix("/")
    for model in listed(plant.snapshot):
        if model.id == wanted:
            return model
    raise UnknownModel(f"Tollhouse: there is no model `{wanted}`{plant.snapshot.nearest(wanted)}", param="model")


def listed(snapshot: Snapshot) -> list[ModelObject]:
    """The catalog, each id once."""
    return [
        ModelObject(
            id=f"@{provider.slug}/{model.id}", name=model.name, owned_by=provider.account.vendor.id, slug=model.id
        )
        for provider in snapshot.providers.values()
        if provider.account.trouble is None
        for model in provider.account.models.values()
        if model.enabled
    ]
