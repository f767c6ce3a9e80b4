"""`/v1/configs/validate` and `/schema`: for whoever writes a config, before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import JSONBody

from gateway.api.admin.config_uses import broken
from gateway.api.admin.configs import config_for, said_by
from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.api.admin.reach import workspace_for
from gateway.configs.faults import BadConfig, Fault
from gateway.configs.masking import masked_faults, restored
from gateway.configs.schema import MOST_TOLD, object_in, oddities
from gateway.configs.survey import survey
from store.catalog.configs import current_versions

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant

Json = dict[str, Any]


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A config that nobody has saved yet."""

    config: Json | str
    """An object, or JSON as text."""
    slug: str | None = None
    """The saved config that it is to replace; masked credentials are taken from there."""
    workspace_id: str | None = None
    """Where it is to be used, if it is a new one."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong or odd."""

    path: str
    """`targets[1].weight`; empty for the whole."""
    message: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it could be saved."""

    valid: bool
    errors: list[Found]
    warnings: list[Found]


class ConfigChecksController(Controller):
    """Help for writing configs."""

    path = "/v1/configs"
    tags = ("Configs",)

    @post("/validate", guards=needs("configs.read"), status_code=200, summary="Check a config")
    async def validate(self, request: Request[None, None, State], plant: PlantHere, data: JSONBody[Draft]) -> Verdict:
        """Everything that is wrong with a config, and what is odd about it, by path; nothing is saved."""
        try:
            faults = await faults_of(data, plant, caller_of(request))
        except BadConfig as error:
            faults = [Fault(path, message) for path, message in error.problems]
        errors = [found(fault) for fault in faults if not fault.is_warning][:MOST_TOLD]
        return Verdict(valid=not errors, errors=errors, warnings=[found(fault) for fault in oddities(faults)])

    @get("/schema", guards=needs("configs.read"), summary="The schema of configs")
    async def schema(self) -> Json:
        """JSON Schema of a config with a description of every field, for editors."""
        from gateway.configs.json_schema import json_schema

        return json_schema()


async def faults_of(draft: Draft, plant: Plant, caller: Caller) -> list[Fault]:
    """What is wrong, as saving would find it. Raises BadConfig for what is no JSON object."""
    said = object_in(draft.config)
    if draft.slug is None:
        workspace = workspace_for(draft.workspace_id, caller, plant.snapshot)
        return [*survey(said, plant.snapshot.known_in(workspace)), *masked_faults(said)]
    async with plant.database.session() as session:
        row = await config_for(session, draft.slug, caller)
        said = restored(said, said_by((await current_versions(session))[row.id], plant.vault))
    faults = [*survey(said, plant.snapshot.known_in(row.workspace), (row.slug,)), *masked_faults(said)]
    if any(not fault.is_warning for fault in faults):
        return faults
    return [*faults, *(fault._replace(path="") for fault in broken(plant, row.slug, said))]


def found(fault: Fault) -> Found:
    """As the API has it."""
    return Found(path=fault.path, message=fault.message)
