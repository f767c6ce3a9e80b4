"""`/v1/admin/organisation/defaults`: what holds for every request of every workspace."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, put
from litestar.params import JSONBody

from gateway.api.admin.door import PlantHere, Problems, needs
from gateway.api.admin.workspace_shapes import kept_defaults, wrong_with_defaults
from gateway.organisation.workspaces import WorkspaceDefaults, defaults_in
from store.organisation.workspaces import organisation


class OrganisationDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation, and what holds in all of it."""

    id: str
    name: str
    defaults: WorkspaceDefaults
    object: str = "organisation"


class OrganisationController(Controller):
    """The organisation."""

    path = "/v1/admin/organisation/defaults"
    tags = ("Organisation",)

    @get(guards=needs("organisation_settings.read"), summary="Say what holds in the whole organisation")
    async def one(self, plant: PlantHere) -> OrganisationDefaults:
        """Metadata that every request has, and the schema that it must fit."""
        async with plant.database.session() as session:
            row = await organisation(session)
        return OrganisationDefaults(id=row.id, name=row.name, defaults=defaults_in(row.defaults))

    @put(guards=needs("organisation_settings.update"), summary="Change what holds in the whole organisation")
    async def change(self, plant: PlantHere, data: JSONBody[WorkspaceDefaults]) -> OrganisationDefaults:
        """In place of what was said before; it holds for the next request."""
        problems = Problems()
        problems.add(wrong_with_defaults(data))
        problems.settle()
        async with plant.change() as session:
            row = await organisation(session)
            row.defaults = kept_defaults(data)
            session.add(row)
        return OrganisationDefaults(id=row.id, name=row.name, defaults=data)
