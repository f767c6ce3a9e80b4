"""`/v1/providers`: the names under which requests use an integration, `@slug/model`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import (
    SLUG,
    CurrentPage,
    Named,
    Nothing,
    PageSize,
    PlantHere,
    Problems,
    found,
    needs,
    page_of,
    slug_from,
)
from gateway.api.admin.limited import check_limits, set_limits, shown_limits
from gateway.api.moments import epoch_ms, instant, now_ms
from gateway.errors import BadRequest, Conflict
from store.ids import new_id
from store.integrations import IntegrationRow, all_integrations
from store.providers import ProviderRow, all_providers, provider_by_slug

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession


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


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One provider."""

    id: str
    slug: str
    name: str
    integration_id: str
    note: str | None
    status: str
    created_at: datetime | None
    expires_at: datetime | None
    usage_limits: Any = None
    rate_limits: Any = None
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
    async def index(self, plant: PlantHere, current_page: CurrentPage = 0, page_size: PageSize = 50) -> ProviderList:
        """Every provider, oldest first."""
        async with plant.database.session() as session:
            rows, slugs = await all_providers(session), await integration_slugs(session)
        page = page_of(rows, current_page, page_size)
        return ProviderList(total=len(rows), data=[listed(row, slugs) for row in page])

    @post(guards=needs("providers.create"), status_code=200, summary="Make a provider")
    async def make(self, plant: PlantHere, data: JSONBody[NewProvider]) -> Named:
        """Give an integration a name that requests may use."""
        check(data)
        async with plant.change() as session:
            integration = await integration_named(session, data.integration_id)
            slug = data.slug or slug_from(data.name)
            if await provider_by_slug(session, slug) is not None:
                raise Conflict(f"There is a provider `@{slug}` already; choose another slug.", param="slug")
            row = ProviderRow(
                id=new_id(),
                slug=slug,
                name=data.name.strip(),
                integration_id=integration.id,
                note=data.note,
                expires_at_ms=epoch_ms(data.expires_at),
                created_at_ms=now_ms(),
            )
            set_limits(row, data)
            session.add(row)
        return Named(id=row.id, slug=row.slug)

    @get("/{slug:str}", guards=needs("providers.read"), summary="Describe a provider")
    async def one(self, plant: PlantHere, slug: FromPath[str]) -> Provider:
        """One provider."""
        async with plant.database.session() as session:
            row, slugs = await provider_by_slug(session, slug), await integration_slugs(session)
        return listed(found(row, "provider", slug), slugs)

    @put("/{slug:str}", guards=needs("providers.update"), summary="Change a provider")
    async def change(self, plant: PlantHere, slug: FromPath[str], data: JSONBody[ProviderChange]) -> Named:
        """Change what is given; it holds for the next request."""
        check(data)
        async with plant.change() as session:
            row = found(await provider_by_slug(session, slug), "provider", slug)
            if data.name is not msgspec.UNSET:
                row.name = data.name.strip()
            if data.note is not msgspec.UNSET:
                row.note = data.note
            if data.expires_at is not msgspec.UNSET:
                row.expires_at_ms = epoch_ms(data.expires_at)
            set_limits(row, data)
            row.updated_at_ms = now_ms()
            session.add(row)
        return Named(id=row.id, slug=row.slug)

    @delete("/{slug:str}", guards=needs("providers.delete"), status_code=200, summary="Delete a provider")
    async def remove(self, plant: PlantHere, slug: FromPath[str]) -> Nothing:
        """Forget the name; the integration stays."""
        async with plant.change() as session:
            await session.delete(found(await provider_by_slug(session, slug), "provider", slug))
        return Nothing()


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


async def integration_named(session: AsyncSession, name: str) -> IntegrationRow:
    """An integration by slug or id. Raises BadRequest."""
    for row in await all_integrations(session):
        if name in (row.slug, row.id):
            return row
    raise BadRequest(f"`integration_id`: there is no integration `{name}`.", param="integration_id")


async def integration_slugs(session: AsyncSession) -> dict[str, str]:
    """Id to slug."""
    return {row.id: row.slug for row in await all_integrations(session)}


def listed(row: ProviderRow, slugs: dict[str, str]) -> Provider:
    """A row as the API has it; an integration is named by its slug."""
    is_over = row.expires_at_ms is not None and row.expires_at_ms <= now_ms()
    return Provider(
        id=row.id,
        slug=row.slug,
        name=row.name,
        integration_id=slugs[row.integration_id],
        note=row.note,
        status="expired" if is_over else row.status,
        created_at=instant(row.created_at_ms),
        expires_at=instant(row.expires_at_ms),
        **shown_limits(row),
    )
