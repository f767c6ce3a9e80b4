"""`/v1/integrations`: vendor accounts, their credentials, and which of their models may be used."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.configurations import shown
from gateway.api.admin.door import CurrentPage, Named, PageSize, PlantHere, caller_of, needs, page_of
from gateway.api.admin.integration_rows import (
    apply,
    check_new,
    default_provider,
    integration_for,
    is_seen,
    let_refer,
    let_settings_refer,
    owner_for,
    refuse_taken,
    resource_of,
    row_from,
)
from gateway.api.admin.integration_shapes import (
    IntegrationChange,
    IntegrationList,
    IntegrationWhole,
    NewIntegration,
    Removed,
    listed,
    whole,
)
from gateway.api.admin.provider_uses import refuse_named
from gateway.api.admin.reach import InWorkspace, workspace_for
from gateway.catalog.catalog import Configurations, configurations_of
from gateway.catalog.discover import discover_soon
from gateway.catalog.probing import Probed, probed
from gateway.catalog.provisioning import by_integration, may_use
from store.catalog.integrations import all_integrations
from store.catalog.providers import providers_of
from store.catalog.provisions import ProvisionRow, all_provisions, provisions_of
from store.organisation.workspaces import DEFAULT, all_workspaces

READ = needs("organisation_integrations.read", "workspace_integrations.read")
LIST = needs("organisation_integrations.list", "workspace_integrations.list")
UPDATE = needs("organisation_integrations.update", "workspace_integrations.update")
Request_ = Request[None, None, State]
Type = Annotated[Literal["workspace", "organisation", "all"], QueryParameter(name="type")]


class IntegrationsController(Controller):
    """Vendor accounts."""

    path = "/v1/integrations"
    tags = ("Integrations",)

    @get(guards=LIST, summary="List integrations")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: InWorkspace = None,
        kind: Type = "all",
        current_page: CurrentPage = 0,
        page_size: PageSize = 100,
    ) -> IntegrationList:
        """Every vendor account that the caller may see, oldest first; `type`: a workspace's own, or shared ones."""
        caller = caller_of(request)
        only = workspace_for(workspace_id, caller, plant.snapshot) if workspace_id is not None else None
        async with plant.database.session() as session:
            rows, decided = await all_integrations(session), by_integration(await all_provisions(session))
        seen = [
            row
            for row in rows
            if is_seen(row, decided.get(row.id, {}), caller)
            and f"{resource_of(row)}.list" in caller.scopes
            and (only is None or may_use(row, decided.get(row.id, {}), only))
            and kind in ("all", "organisation" if row.workspace is None else "workspace")
        ]
        return IntegrationList(total=len(seen), data=[listed(row) for row in page_of(seen, current_page, page_size)])

    @post(
        guards=needs("organisation_integrations.create", "workspace_integrations.create"),
        status_code=200,
        summary="Make an integration",
    )
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewIntegration]) -> Named:
        """Keep a vendor account, its credential encrypted, and make a provider for it unless told not to.

        A `key`, and any other secret in `configurations`, may also say where it is kept: `env:NAME`, a variable of the
        gateway's, or `file:PATH`, below the setting `secrets_dir`. An organisation's account is provisioned to the
        default workspace.
        """
        caller = caller_of(request)
        owner = owner_for(data.workspace_id, caller, plant.snapshot)
        configurations = check_new(data)
        let_settings_refer(configurations, Configurations(), caller)
        row = row_from(data, configurations, plant.vault, owner)
        let_refer(row, data.key, caller)
        async with plant.change() as session:
            await refuse_taken(session, row.slug, data)
            session.add(row)
            await session.flush()
            if owner is None:
                session.add(ProvisionRow(integration_id=row.id, workspace=DEFAULT))
            if data.create_default_provider:
                session.add(default_provider(row, data))
        discover_soon(plant, row.id)
        return Named(id=row.id, slug=row.slug)

    @get("/{slug:str}", guards=READ, summary="Describe an integration")
    async def one(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> IntegrationWhole:
        """One vendor account, its secrets masked."""
        async with plant.database.session() as session:
            row = await integration_for(session, slug, "read", caller_of(request))
            decided, workspaces = await provisions_of(session, row.id), await all_workspaces(session)
        count = sum(may_use(row, decided, workspace.slug) for workspace in workspaces)
        return whole(row, shown(configurations_of(row, plant.vault)), count)

    @put("/{slug:str}", guards=UPDATE, summary="Change an integration")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[IntegrationChange]
    ) -> Named:
        """Change what is given; it holds for the next request."""
        async with plant.change() as session:
            row = await integration_for(session, slug, "update", caller_of(request))
            apply(row, data, plant.vault, caller_of(request))
            session.add(row)
        discover_soon(plant, row.id)
        return Named(id=row.id, slug=row.slug)

    @post("/{slug:str}/test", guards=UPDATE, status_code=200, summary="Try an integration")
    async def test(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Probed:
        """Ask its vendor for the list of its models with the account's credentials, or for one word of the cheapest.

        The list proves nothing where anybody gets it: then the model is asked, too. What the vendor answered is said,
        whose fault it is, and what to do; nothing of it counts against any limit.
        """
        async with plant.database.session() as session:
            row = await integration_for(session, slug, "update", caller_of(request))
        return await probed(plant, row)

    @delete(
        "/{slug:str}",
        guards=needs("organisation_integrations.delete", "workspace_integrations.delete"),
        status_code=200,
        summary="Delete an integration",
    )
    async def remove(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Removed:
        """Forget the account and its credential, unless a saved config uses it; its providers go along, named."""
        async with plant.change() as session:
            row = await integration_for(session, slug, "delete", caller_of(request))
            gone = [provider.slug for provider in await providers_of(session, row.id)]
            refuse_named(gone, f"Integration `{row.slug}`", plant.snapshot, caller_of(request))
            await session.delete(row)
        return Removed(removed_providers=gone)
