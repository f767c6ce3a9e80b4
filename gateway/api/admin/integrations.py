"""`/v1/integrations`: vendor accounts, their credentials, and which of their models may be used."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.configurations import check_needed, configurations_in, kept, shown
from gateway.api.admin.door import (
    SLUG,
    CurrentPage,
    Named,
    PageSize,
    PlantHere,
    Problems,
    caller_of,
    found,
    needs,
    page_of,
    slug_from,
)
from gateway.api.moments import instant, now_ms
from gateway.catalog import Configurations, configurations_of
from gateway.discover import discover_soon
from gateway.domain import Caller
from gateway.errors import Conflict, Forbidden
from gateway.references import is_reference
from gateway.vendors import VENDORS, vendor_named
from store.ids import new_id
from store.integrations import IntegrationRow, all_integrations, integration_by_slug
from store.providers import ProviderRow, provider_by_slug, providers_of
from store.provisions import ProvisionRow
from store.vault import Vault, masked
from store.workspaces import DEFAULT

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

READ = needs("organisation_integrations.read", "workspace_integrations.read")
MAY_REFER = frozenset({"organisation_integrations.create", "organisation_integrations.update"})
Request_ = Request[None, None, State]
LIST = needs("organisation_integrations.list", "workspace_integrations.list")
UPDATE = needs("organisation_integrations.update", "workspace_integrations.update")


class NewIntegration(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one."""

    name: str
    ai_provider_id: str
    slug: str | None = None
    key: str | None = None
    description: str | None = None
    workspace_id: str | None = None
    configurations: dict[str, Any] | None = None
    create_default_provider: bool = True
    default_provider_slug: str | None = None


class IntegrationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    configurations: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    allow_all_models: bool | msgspec.UnsetType = msgspec.UNSET


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """One in a list."""

    id: str
    slug: str
    name: str
    ai_provider_id: str
    status: str
    created_at: datetime | None
    last_updated_at: datetime | None
    description: str | None
    organisation_id: str = "default"
    object: str = "integration"


class IntegrationWhole(Integration, frozen=True, kw_only=True):
    """One by itself; credentials are masked."""

    masked_key: str | None
    configurations: dict[str, Any]
    allow_all_models: bool


class IntegrationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Integration]
    object: str = "list"


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """It is gone, and its providers with it."""

    removed_providers: list[str]


class IntegrationsController(Controller):
    """Vendor accounts."""

    path = "/v1/integrations"
    tags = ("Integrations",)

    @get(guards=LIST, summary="List integrations")
    async def index(
        self, plant: PlantHere, current_page: CurrentPage = 0, page_size: PageSize = 100
    ) -> IntegrationList:
        """Every vendor account, oldest first."""
        async with plant.database.session() as session:
            rows = await all_integrations(session)
        return IntegrationList(total=len(rows), data=[listed(row) for row in page_of(rows, current_page, page_size)])

    @post(
        guards=needs("organisation_integrations.create", "workspace_integrations.create"),
        status_code=200,
        summary="Make an integration",
    )
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewIntegration]) -> Named:
        """Keep a vendor account, its credential encrypted, and make a provider for it unless told not to.

        A `key` may also say where it is kept: `env:NAME`, a variable of the gateway's, or `file:PATH`, below the
        setting `secrets_dir`.
        """
        row = row_from(data, check_new(data), plant.vault)
        let_refer(row, data.key, caller_of(request))
        async with plant.change() as session:
            await refuse_taken(session, row.slug, data)
            session.add(row)
            await session.flush()
            session.add(ProvisionRow(integration_id=row.id, workspace=DEFAULT))
            if data.create_default_provider:
                session.add(default_provider(row, data))
        discover_soon(plant, row.id)
        return Named(id=row.id, slug=row.slug)

    @get("/{slug:str}", guards=READ, summary="Describe an integration")
    async def one(self, plant: PlantHere, slug: FromPath[str]) -> IntegrationWhole:
        """One vendor account, its secrets masked."""
        async with plant.database.session() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
        return IntegrationWhole(
            **msgspec.structs.asdict(listed(row)),
            masked_key=row.masked_key,
            configurations=shown(configurations_of(row, plant.vault)),
            allow_all_models=row.allow_all_models,
        )

    @put("/{slug:str}", guards=UPDATE, summary="Change an integration")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[IntegrationChange]
    ) -> Named:
        """Change what is given; it holds for the next request."""
        async with plant.change() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
            apply(row, data, plant.vault)
            let_refer(row, data.key, caller_of(request))
            session.add(row)
        discover_soon(plant, row.id)
        return Named(id=row.id, slug=row.slug)

    @delete(
        "/{slug:str}",
        guards=needs("organisation_integrations.delete", "workspace_integrations.delete"),
        status_code=200,
        summary="Delete an integration",
    )
    async def remove(self, plant: PlantHere, slug: FromPath[str]) -> Removed:
        """Forget the account and its credential; its providers go with it, and are named."""
        async with plant.change() as session:
            row = found(await integration_by_slug(session, slug), "integration", slug)
            gone = [provider.slug for provider in await providers_of(session, row.id)]
            await session.delete(row)
        return Removed(removed_providers=gone)


def check_new(data: NewIntegration) -> Configurations:
    """What it is configured with. Raises BadRequest with everything that is wrong."""
    problems, vendor = Problems(), vendor_named(data.ai_provider_id)
    problems.check(bool(data.name.strip()), "name", "is needed")
    problems.check(data.slug is None or bool(SLUG.fullmatch(data.slug)), "slug", "may hold letters, digits, - and _")
    own = data.default_provider_slug
    problems.check(
        own is None or bool(SLUG.fullmatch(own)), "default_provider_slug", "may hold letters, digits, - and _"
    )
    known = ", ".join(VENDORS)
    problems.check(vendor is not None, "ai_provider_id", f"is no vendor this gateway knows; these are: {known}")
    configurations = configurations_in(data.configurations, vendor, problems)
    if vendor is not None:
        has_login = bool(data.key) or bool(configurations.settings)
        problems.check(has_login or not vendor.needs_key, "key", f"is needed: {vendor.name} takes no request without")
        check_needed(problems, configurations, vendor)
    problems.settle()
    return configurations


def row_from(data: NewIntegration, configurations: Configurations, vault: Vault) -> IntegrationRow:
    """The row to be kept."""
    row = IntegrationRow(
        id=new_id(),
        slug=data.slug or slug_from(data.name),
        name=data.name.strip(),
        vendor=named(data.ai_provider_id),
        description=data.description,
        created_at_ms=now_ms(),
    )
    seal_key(row, data.key, vault)
    seal_configurations(row, configurations if data.configurations else None, vault)
    return row


def named(vendor: str) -> str:
    """A vendor's own id, whatever it was called by."""
    found = vendor_named(vendor)
    return found.id if found else vendor


def seal_key(row: IntegrationRow, key: str | None, vault: Vault) -> None:
    """Keep a credential, encrypted."""
    row.sealed_key = vault.seal(key, f"integration:{row.id}:key") if key else None
    row.masked_key = masked(key) if key else None


def let_refer(row: IntegrationRow, key: object, caller: Caller) -> None:
    """Let a credential be one that is kept elsewhere, shown as it is. Raises Forbidden.

    Who does not manage the organisation's accounts must not reach what surrounds the gateway.
    """
    if not isinstance(key, str) or not is_reference(key):
        return
    if caller.scopes.isdisjoint(MAY_REFER):
        needed = "organisation_integrations.update"
        raise Forbidden(f"A key that is kept elsewhere, such as `{key[:60]}`, takes the scope `{needed}`.", param="key")
    row.masked_key = key


def seal_configurations(row: IntegrationRow, said: Configurations | None, vault: Vault) -> None:
    """Keep the rest, encrypted as well: headers may be credentials."""
    text = msgspec.json.encode(said).decode() if said else None
    row.sealed_configurations = vault.seal(text, f"integration:{row.id}:configurations") if text else None


async def refuse_taken(session: AsyncSession, slug: str, data: NewIntegration) -> None:
    """Raises Conflict naming the field."""
    if await integration_by_slug(session, slug) is not None:
        raise Conflict(f"There is an integration `{slug}` already; choose another slug.", param="slug")
    if data.create_default_provider and await provider_by_slug(session, data.default_provider_slug or slug) is not None:
        taken = data.default_provider_slug or slug
        raise Conflict(f"There is a provider `@{taken}` already.", param="default_provider_slug")


def default_provider(row: IntegrationRow, data: NewIntegration) -> ProviderRow:
    """The provider that comes with an integration."""
    slug = data.default_provider_slug or row.slug
    return ProviderRow(id=new_id(), slug=slug, name=row.name, integration_id=row.id, created_at_ms=row.created_at_ms)


def apply(row: IntegrationRow, data: IntegrationChange, vault: Vault) -> None:
    """Change what is given. Raises BadRequest with everything that is wrong."""
    problems = Problems()
    said = data.configurations if isinstance(data.configurations, dict) else None
    given = configurations_in(said, VENDORS.get(row.vendor), problems) if said else None
    problems.check(data.name is msgspec.UNSET or bool(str(data.name).strip()), "name", "must not be empty")
    problems.settle()
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.description is not msgspec.UNSET:
        row.description = data.description
    if data.allow_all_models is not msgspec.UNSET:
        row.allow_all_models = data.allow_all_models
    if data.key is not msgspec.UNSET:
        seal_key(row, data.key, vault)
    if data.configurations is not msgspec.UNSET:
        seal_configurations(row, kept(given, configurations_of(row, vault)) if given else None, vault)
    row.updated_at_ms = now_ms()


def listed(row: IntegrationRow) -> Integration:
    """A row as the API has it."""
    return Integration(
        id=row.id,
        slug=row.slug,
        name=row.name,
        ai_provider_id=row.vendor,
        status=row.status,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        description=row.description,
    )
