"""`/v1/configs/{slug}/versions` and `/rollback`: everything a config ever said, and back to any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.config_shapes import Changed, ChangedAnswer, ConfigChange, Rollback, VersionList, version_listed
from gateway.api.admin.config_uses import refuse_breaking
from gateway.api.admin.configs import apply, checked, config_for, said_by, version_from
from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.errors import NotFound
from store.catalog.configs import versions_of
from store.organisation.api_keys import all_api_keys

if TYPE_CHECKING:
    from gateway.plant import Plant


class ConfigVersionsController(Controller):
    """What a config said before."""

    path = "/v1/configs/{slug:str}"
    tags = ("Configs",)

    @get("/versions", guards=needs("configs.read"), summary="List versions of a config")
    async def versions(self, request: Request[None, None, State], plant: PlantHere, slug: FromPath[str]) -> VersionList:
        """Everything a config ever said and who saved it, newest first, its credentials masked."""
        async with plant.database.session() as session:
            row = await config_for(session, slug, caller_of(request))
            rows = await versions_of(session, row.id)
            names = {key.id: key.name for key in await all_api_keys(session)} | operators(plant)
        data = [
            version_listed(row, one, said_by(one, plant.vault), len(rows) - place, names.get(one.created_by or ""))
            for place, one in enumerate(rows)
        ]
        return VersionList(total=len(data), data=data)

    @post("/rollback", guards=needs("configs.update"), status_code=200, summary="Roll a config back")
    async def roll_back(
        self, request: Request[None, None, State], plant: PlantHere, slug: FromPath[str], data: JSONBody[Rollback]
    ) -> ChangedAnswer:
        """Let a config say again what it said in a version, its credentials of then included, as a new version."""
        async with plant.change() as session:
            row = await config_for(session, slug, caller_of(request))
            found = [one for one in await versions_of(session, row.id) if one.id == data.version_id]
            if not found:
                raise NotFound(f"Config `{row.slug}` has no version `{data.version_id[:60]}`.")
            said = said_by(found[0], plant.vault)
            warnings = checked(plant.snapshot.known_in(row.workspace), said, row.slug, [])
            refuse_breaking(plant, row.slug, said)
            apply(row, ConfigChange(), caller_of(request).key_id)
            session.add_all([row, version_from(row, said, plant.vault)])
        return ChangedAnswer(data=Changed(version_id=row.version_id, warnings=warnings))


def operators(plant: Plant) -> dict[str, str]:
    """The names of those who may ask at this moment, by the id of their key: the operator's is in no table."""
    return {str(caller.key_id): caller.name for caller in plant.snapshot.callers.values()}
