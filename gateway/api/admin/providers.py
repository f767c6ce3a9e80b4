"""`/v1/providers`: the names under which requests use an integration, `@slug/model`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import (
    SLUG,
    CurrentPage,
    Named,
    Nothing,
    PageSize,
    PlantHere,
    Problems,
    caller_of,
    needs,
    page_of,
    slug_from,
)
from gateway.api.admin.integration_rows import is_seen
from gateway.api.admin.limited import change_limits, check_limits, is_exhausted, reset_usage, set_limits, shown_limits
from gateway.api.admin.provider_uses import refuse_named
from gateway.api.admin.reach import InWorkspace, narrowed, reached, workspace_for
from gateway.catalog.provisioning import by_integration, may_use
from gateway.errors import BadRequest, Conflict
from gateway.moments import epoch_ms, instant, now_ms
from store.catalog.integrations import IntegrationRow, all_integrations
from store.catalog.providers import ProviderRow, all_providers, provider_by_slug
from store.catalog.provisions import all_provisions
from store.ids import new_id

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller
    from gateway.plant import Plant

Request_ = Request[None, None, State]


class NewProvider(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one; `integration_id` may also be the integration's slug."""

    name: str
    integration_id: str
    slug: str | None = None
    note: str | None = None
    workspace_id: str | None = None
    expires_at: datetime | None = None
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET


class ProviderChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    note: str | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    limits_version: str | None = None
    """Which limits the change was made from; where others hold by now, it is refused."""
    reset_usage: bool = False
    """Let every budget of the provider begin anew."""


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider."""

    id: str
    slug: str
    name: str
    integration_id: str
    workspace_id: str
    note: str | None
    status: str
    """`active`, `exhausted` or `expired`."""
    created_at: datetime | None
    expires_at: datetime | None
    usage_limits: Any = None
    rate_limits: Any = None
    limits_version: str = ""
    """What a change of them may be made from."""
    object: str = "provider"


class ProviderList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Provider]
    object: str = "list"


class ProvidersController(Controller):
    """Names of integrations."""

    path = "/v1/providers"
    tags = ("Providers",)

    @get(guards=needs("providers.list"), summary="List providers")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: InWorkspace = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> ProviderList:
        """Every provider that the caller may see, oldest first."""
        async with plant.database.session() as session:
            rows, slugs = await all_providers(session), await integration_slugs(session)
        seen = narrowed(rows, workspace_of, workspace_id, caller_of(request), plant.snapshot)
        page = page_of(seen, current_page, page_size)
        return ProviderList(total=len(seen), data=[listed(row, slugs, plant) for row in page])

    @post(guards=needs("providers.create"), status_code=200, summary="Make a provider")
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewProvider]) -> Named:
        """Give an integration a name that the requests of a workspace may use."""
        check(data)
        caller = caller_of(request)
        workspace = workspace_for(data.workspace_id, caller, plant.snapshot)
        async with plant.change() as session:
            integration = await integration_named(session, data.integration_id, workspace, caller)
            slug = data.slug or slug_from(data.name)
            if await provider_by_slug(session, slug) is not None:
                raise Conflict(f"There is a provider `@{slug}` already; choose another slug.", param="slug")
            row = ProviderRow(
                id=new_id(),
                slug=slug,
                name=data.name.strip(),
                integration_id=integration.id,
                workspace=workspace,
                note=data.note,
                expires_at_ms=epoch_ms(data.expires_at),
                created_at_ms=now_ms(),
            )
            set_limits(row, data)
            session.add(row)
        return Named(id=row.id, slug=row.slug)

    @get("/{slug:str}", guards=needs("providers.read"), summary="Describe a provider")
    async def one(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Provider:
        """One provider."""
        async with plant.database.session() as session:
            row, slugs = await provider_for(session, slug, caller_of(request)), await integration_slugs(session)
        return listed(row, slugs, plant)

    @put("/{slug:str}", guards=needs("providers.update"), summary="Change a provider")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[ProviderChange]
    ) -> Named:
        """Change what is given; it holds for the next request."""
        check(data)
        async with plant.change() as session:
            row = await provider_for(session, slug, caller_of(request))
            apply(row, data)
            session.add(row)
            if data.reset_usage:
                await reset_usage(session, plant.snapshot.limits, "provider", row.slug)
        return Named(id=row.id, slug=row.slug)

    @delete("/{slug:str}", guards=needs("providers.delete"), status_code=200, summary="Delete a provider")
    async def remove(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Nothing:
        """Forget the name, unless a saved config uses it; the integration stays."""
        async with plant.change() as session:
            row = await provider_for(session, slug, caller_of(request))
            refuse_named([row.slug], f"Provider `@{row.slug}`", plant.snapshot, caller_of(request))
            await session.delete(row)
        return Nothing()


def apply(row: ProviderRow, data: ProviderChange) -> None:
    """Change what is given."""
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.note is not msgspec.UNSET:
        row.note = data.note
    if data.expires_at is not msgspec.UNSET:
        row.expires_at_ms = epoch_ms(data.expires_at)
    change_limits(row, data)
    row.updated_at_ms = now_ms()


def workspace_of(row: ProviderRow) -> str:
    """Whose it is."""
    return row.workspace


async def provider_for(session: AsyncSession, slug: str, caller: Caller) -> ProviderRow:
    """A provider that the caller may touch. Raises NotFound."""
    row = await provider_by_slug(session, slug)
    return reached(row, None if row is None else row.workspace, caller, "provider", slug)


def check(data: NewProvider | ProviderChange) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    problems.check(data.name is msgspec.UNSET or bool(data.name.strip()), "name", "is needed")
    if isinstance(data, NewProvider):
        problems.check(
            data.slug is None or bool(SLUG.fullmatch(data.slug)), "slug", "may hold letters, digits, - and _"
        )
    check_limits(data, problems)
    problems.settle()


async def integration_named(session: AsyncSession, name: str, workspace: str, caller: Caller) -> IntegrationRow:
    """An integration that a workspace may use, by slug or id. Raises BadRequest."""
    decided = by_integration(await all_provisions(session))
    for row in await all_integrations(session):
        if name in (row.slug, row.id) and is_seen(row, decided.get(row.id, {}), caller):
            if may_use(row, decided.get(row.id, {}), workspace):
                return row
            raise BadRequest(
                f"`integration_id`: integration `{row.slug}` is not provisioned to the workspace `{workspace}`; "
                f"that is done by `PUT /v1/integrations/{row.slug}/workspaces`.",
                param="integration_id",
            )
    raise BadRequest(f"`integration_id`: there is no integration `{name[:60]}`.", param="integration_id")


async def integration_slugs(session: AsyncSession) -> dict[str, str]:
    """Id to slug."""
    return {row.id: row.slug for row in await all_integrations(session)}


def is_used_up(row: ProviderRow, plant: Plant) -> bool:
    """Whether its own budget leaves nothing, or that of its integration in its workspace."""
    integration = f"{row.integration_id}@{row.workspace}"
    return is_exhausted(plant, "provider", row.slug) or is_exhausted(plant, "integration", integration)


def listed(row: ProviderRow, slugs: dict[str, str], plant: Plant) -> Provider:
    """A row as the API has it; an integration is named by its slug."""
    is_over = row.expires_at_ms is not None and row.expires_at_ms <= now_ms()
    return Provider(
        id=row.id,
        slug=row.slug,
        name=row.name,
        integration_id=slugs[row.integration_id],
        note=row.note,
        workspace_id=row.workspace,
        status="expired" if is_over else "exhausted" if is_used_up(row, plant) else row.status,
        created_at=instant(row.created_at_ms),
        expires_at=instant(row.expires_at_ms),
        **shown_limits(row),
    )
