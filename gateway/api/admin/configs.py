"""`/v1/configs`: saved configs, each change a new version. What is wrong with one is told whole before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.config_shapes import (
    Changed,
    ChangedAnswer,
    ConfigAnswer,
    ConfigChange,
    ConfigList,
    Made,
    MadeAnswer,
    NewConfig,
    Row,
    row_of,
    whole,
)
from gateway.api.admin.config_uses import refuse_breaking, refuse_used, uses
from gateway.api.admin.door import Nothing, PlantHere, caller_of, needs
from gateway.api.admin.reach import InWorkspace, narrowed, reached, workspace_for
from gateway.configs.faults import Fault
from gateway.configs.masking import masked_faults, restored
from gateway.configs.saved import sealed, unsealed
from gateway.configs.schema import object_in, refuse, warnings
from gateway.configs.survey import Known, survey
from gateway.errors import Broken, Conflict
from gateway.moments import now_ms
from store.catalog.configs import (
    ConfigRow,
    ConfigVersionRow,
    all_configs,
    config_by_slug,
    current_versions,
    make_default,
    version_counts,
)
from store.ids import new_id
from store.secrets.vault import Vault, VaultLocked

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller
    from gateway.plant import Plant

Json = dict[str, Any]
Request_ = Request[None, None, State]


class ConfigsController(Controller):
    """Saved configs."""

    path = "/v1/configs"
    tags = ("Configs",)

    @get(guards=needs("configs.list"), summary="List configs")
    async def index(self, request: Request_, plant: PlantHere, workspace_id: InWorkspace = None) -> ConfigList:
        """Every config that the caller may see, oldest first, with what it does in a word and who uses it."""
        async with plant.database.session() as session:
            rows, versions = await all_configs(session), await current_versions(session)
            saved, users = await version_counts(session), await uses(session, plant)
        seen = narrowed(rows, workspace_of, workspace_id, caller_of(request), plant.snapshot)
        return ConfigList(
            data=[in_list(plant, row, versions[row.id], saved[row.id], users.get(row.slug, [])) for row in seen]
        )

    @post(guards=needs("configs.create"), status_code=200, summary="Make a config")
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewConfig]) -> MadeAnswer:
        """Keep a config under a slug `pc-…`, which is made from its name unless it is given."""
        workspace = workspace_for(data.workspace_id, caller_of(request), plant.snapshot)
        async with plant.change() as session:
            slug, said = data.slug or data.new_slug(), object_in(data.config)
            warnings = checked(plant.snapshot.known_in(workspace), said, slug, data.faults())
            if await config_by_slug(session, slug) is not None:
                raise Conflict(f"There is a config `{slug}` already; choose another slug.", param="slug")
            row = row_from(data, slug, workspace, caller_of(request).key_id)
            session.add(row)
            await session.flush()
            session.add(version_from(row, said, plant.vault))
            if data.is_default:
                await make_default(session, row)
        return MadeAnswer(data=Made(id=row.id, slug=slug, version_id=row.version_id, warnings=warnings))

    @get("/{slug:str}", guards=needs("configs.read"), summary="Describe a config")
    async def one(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> ConfigAnswer:
        """One config as it is now, its credentials masked."""
        async with plant.database.session() as session:
            row = await config_for(session, slug, caller_of(request))
            said = said_by((await current_versions(session))[row.id], plant.vault)
        return ConfigAnswer(data=whole(row, said))

    @put("/{slug:str}", guards=needs("configs.update"), summary="Change a config")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[ConfigChange]
    ) -> ChangedAnswer:
        """Change what is given, in a new version: it holds for the next request, and for none that is under way."""
        async with plant.change() as session:
            row = await config_for(session, slug, caller_of(request))
            refuse_outdated(row, data.version_id)
            before = said_by((await current_versions(session))[row.id], plant.vault)
            said = before if data.config is msgspec.UNSET else restored(object_in(data.config), before)
            warnings = checked(plant.snapshot.known_in(row.workspace), said, row.slug, data.faults())
            refuse_breaking(plant, row.slug, said)
            if data.status == "archived":
                await refuse_used(session, plant, row.slug)
            apply(row, data, caller_of(request).key_id)
            if data.is_default:
                await make_default(session, row)
            session.add_all([row, version_from(row, said, plant.vault)])
        return ChangedAnswer(data=Changed(version_id=row.version_id, warnings=warnings))

    @delete("/{slug:str}", guards=needs("configs.delete"), status_code=200, summary="Delete a config")
    async def remove(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Nothing:
        """Forget a config and its versions, unless an API key or another config uses it."""
        async with plant.change() as session:
            row = await config_for(session, slug, caller_of(request))
            await refuse_used(session, plant, row.slug)
            await session.delete(row)
        return Nothing()


def in_list(plant: Plant, row: ConfigRow, version: ConfigVersionRow, saved: int, users: list[str]) -> Row:
    """A config in the list of all; one that cannot be opened says so instead of hiding the others."""
    used = plant.snapshot.configs.get(row.slug)
    try:
        said = unsealed(version, plant.vault)
    except VaultLocked as error:
        return row_of(row, {}, saved, users, str(error))
    return row_of(row, said, saved, users, used.trouble if used is not None else None)


def workspace_of(row: ConfigRow) -> str:
    """Whose it is."""
    return row.workspace


async def config_for(session: AsyncSession, slug: str, caller: Caller) -> ConfigRow:
    """A config that the caller may touch. Raises NotFound."""
    row = await config_by_slug(session, slug)
    return reached(row, None if row is None else row.workspace, caller, "config", slug)


def checked(known: Known, said: Mapping[str, Any], slug: str, others: list[Fault]) -> list[str]:
    """What is odd about a config. Raises BadConfig with everything that is wrong, `others` among it."""
    faults = [*survey(said, known, (slug,)), *masked_faults(said)]
    refuse([*others, *(fault.below("config") for fault in faults)])
    return warnings(faults)


def row_from(data: NewConfig, slug: str, workspace: str, key_id: str) -> ConfigRow:
    """The row to be kept."""
    return ConfigRow(
        id=new_id(),
        slug=slug,
        name=data.name.strip(),
        workspace=workspace,
        version_id=new_id(),
        owner_id=key_id,
        updated_by=key_id,
        created_at_ms=now_ms(),
    )


def version_from(row: ConfigRow, said: Mapping[str, Any], vault: Vault) -> ConfigVersionRow:
    """The version that holds from now on."""
    return ConfigVersionRow(
        id=row.version_id,
        config_id=row.id,
        name=row.name,
        sealed_config=sealed(said, row.version_id, vault),
        created_by=row.updated_by,
        created_at_ms=row.updated_at_ms or row.created_at_ms,
    )


def refuse_outdated(row: ConfigRow, version_id: str | None) -> None:
    """Raises Conflict where a change was made from a version that does not hold any more."""
    if version_id not in (None, row.version_id):
        raise Conflict(
            f"Config `{row.slug}` was changed meanwhile: its version is `{row.version_id}`. Look at that one first.",
            param="version_id",
        )


def apply(row: ConfigRow, data: ConfigChange, key_id: str) -> None:
    """Change what is given."""
    row.version_id, row.updated_by, row.updated_at_ms = new_id(), key_id, now_ms()
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.status is not msgspec.UNSET:
        row.status = data.status
    if data.is_default is not msgspec.UNSET and not data.is_default:
        row.is_default = False


def said_by(version: ConfigVersionRow, vault: Vault) -> Json:
    """What a version says. Raises Broken."""
    try:
        return unsealed(version, vault)
    except VaultLocked as error:
        raise Broken(str(error)) from error
