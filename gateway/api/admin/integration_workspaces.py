"""`/v1/integrations/{slug}/workspaces`: which workspaces may use a vendor account, and within which limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, get, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import SLUG, Nothing, PlantHere, Problems, caller_of
from gateway.api.admin.integration_rows import integration_for
from gateway.api.admin.integrations import READ, UPDATE
from gateway.api.admin.limited import change_limits, check_limits, reset_usage, shown_limits
from gateway.catalog.provisioning import GlobalAccess, global_access, may_use, spares_models
from gateway.errors import BadRequest
from gateway.limits.checks import wrong_with_budgets, wrong_with_rates
from gateway.moments import now_ms
from store.catalog.providers import ProviderRow, provider_by_slug, providers_of
from store.catalog.provisions import ProvisionRow, provisions_of
from store.ids import new_id
from store.organisation.workspaces import all_workspaces

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant
    from store.catalog.integrations import IntegrationRow

Request_ = Request[None, None, State]


class WorkspaceAccessChange(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one workspace may use it; limits that are left out stay."""

    id: str
    """The workspace's id or slug."""
    enabled: bool
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    limits_version: str | None = None
    """Which limits the change was made from; where others hold by now, it is refused."""
    shadow_models: bool | msgspec.UnsetType | None = msgspec.UNSET
    """Whether models that are not allowed are counted and let through here; null: as the integration says."""
    reset_usage: bool = False
    create_default_provider: bool | None = None
    default_provider_slug: str | None = None


class AccessChange(msgspec.Struct, frozen=True, kw_only=True):
    """Who may use it."""

    workspaces: list[WorkspaceAccessChange] = []
    global_workspace_access: GlobalAccess | None = None
    """What holds for workspaces that nothing was decided about."""
    override_existing_workspace_access: bool = False
    """Whether what was decided about single workspaces before is forgotten."""
    create_default_provider: bool = True
    default_provider_slug: str | None = None


class WorkspaceAccess(msgspec.Struct, frozen=True, kw_only=True):
    """One workspace, and whether it may use it."""

    id: str
    enabled: bool
    usage_limits: Any = None
    rate_limits: Any = None
    limits_version: str = ""
    """What a change of them may be made from."""
    shadow_models: bool = False
    """Whether models that are not allowed are counted and let through."""


class WorkspaceAccessList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    workspaces: list[WorkspaceAccess]
    global_workspace_access: GlobalAccess


class IntegrationWorkspacesController(Controller):
    """Provisioning."""

    path = "/v1/integrations/{slug:str}/workspaces"
    tags = ("Integrations",)

    @get(guards=READ, summary="List who may use an integration")
    async def index(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> WorkspaceAccessList:
        """Every workspace that the caller may see, and whether it may use this account."""
        caller = caller_of(request)
        async with plant.database.session() as session:
            row = await integration_for(session, slug, "read", caller)
            decided = await provisions_of(session, row.id)
            slugs = [each.slug for each in await all_workspaces(session) if caller.sees(each.slug)]
        rows = [access(row, decided.get(slug), slug) for slug in slugs]
        return WorkspaceAccessList(total=len(rows), workspaces=rows, global_workspace_access=global_access(row))

    @put(guards=UPDATE, summary="Decide who may use an integration")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[AccessChange]
    ) -> Nothing:
        """Provision workspaces, or take it away from them; each gets a provider of its own, unless told not to."""
        check(data)
        async with plant.change() as session:
            row = await integration_for(session, slug, "update", caller_of(request))
            if row.workspace is not None:
                raise BadRequest(f"Integration `{row.slug}` is the workspace `{row.workspace}`'s alone.", param="slug")
            decided = await kept_decisions(session, row, data)
            for place, each in enumerate(data.workspaces):
                workspace = workspace_slug(each.id, f"workspaces[{place}].id", plant)
                await provision(session, row, decided.get(workspace), workspace, each, plant)
                if each.enabled and wants_provider(each, data):
                    wanted = each.default_provider_slug or data.default_provider_slug
                    await give_provider(session, row, workspace, wanted)
        return Nothing()


def check(data: AccessChange) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    for place, each in enumerate(data.workspaces):
        own = Problems()
        check_limits(each, own)
        problems.add((f"workspaces[{place}].{name}", what) for name, what in own.found)
        slug = each.default_provider_slug
        is_right = slug is None or bool(SLUG.fullmatch(slug))
        problems.check(is_right, f"workspaces[{place}].default_provider_slug", "may hold letters, digits, - and _")
    if (everywhere := data.global_workspace_access) is not None:
        problems.add(wrong_with_budgets(everywhere.usage_limits, "global_workspace_access.usage_limits"))
        problems.add(wrong_with_rates(everywhere.rate_limits, "global_workspace_access.rate_limits"))
    problems.settle()


def workspace_slug(name: str, param: str, plant: Plant) -> str:
    """A workspace by id or slug. Raises BadRequest."""
    found = plant.snapshot.workspace(name)
    if found is None:
        raise BadRequest(f"`{param}`: there is no workspace `{name[:60]}`.", param=param)
    return found.slug


async def kept_decisions(session: AsyncSession, row: IntegrationRow, data: AccessChange) -> dict[str, ProvisionRow]:
    """What was decided about single workspaces and still holds, once what holds for all others is changed."""
    if data.global_workspace_access is not None:
        row.global_access = msgspec.json.encode(data.global_workspace_access).decode()
        session.add(row)
    decided = await provisions_of(session, row.id)
    if not data.override_existing_workspace_access:
        return decided
    for former in decided.values():
        await session.delete(former)
    await session.flush()
    return {}


async def provision(
    session: AsyncSession,
    integration: IntegrationRow,
    before: ProvisionRow | None,
    workspace: str,
    said: WorkspaceAccessChange,
    plant: Plant,
) -> None:
    """Keep a decision about one workspace."""
    row = before or ProvisionRow(integration_id=integration.id, workspace=workspace)
    row.enabled = said.enabled
    change_limits(row, said)
    if said.shadow_models is not msgspec.UNSET:
        row.shadow_models = said.shadow_models
    session.add(row)
    if said.reset_usage:
        await reset_usage(session, plant.snapshot.limits, "integration", f"{integration.id}@{workspace}")


def wants_provider(said: WorkspaceAccessChange, data: AccessChange) -> bool:
    """Whether a workspace is to get a provider with it."""
    return data.create_default_provider if said.create_default_provider is None else said.create_default_provider


async def give_provider(session: AsyncSession, row: IntegrationRow, workspace: str, wanted: str | None) -> None:
    """A provider for a workspace that has none of this account; where the slug is taken, the workspace's is added."""
    if any(each.workspace == workspace for each in await providers_of(session, row.id)):
        return
    slug = wanted or row.slug
    if await provider_by_slug(session, slug) is not None:
        slug = f"{slug}-{workspace}"
    session.add(
        ProviderRow(
            id=new_id(),
            slug=slug,
            name=row.name,
            integration_id=row.id,
            workspace=workspace,
            created_at_ms=now_ms(),
        )
    )
    await session.flush()


def access(row: IntegrationRow, decided: ProvisionRow | None, workspace: str) -> WorkspaceAccess:
    """One workspace as the API has it."""
    known = {workspace: decided} if decided else {}
    return WorkspaceAccess(
        id=workspace,
        enabled=may_use(row, known, workspace),
        shadow_models=spares_models(row, known, workspace),
        **shown_limits(decided),
    )
