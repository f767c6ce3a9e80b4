"""`/v1/virtual-keys`: an account and its provider in one, as Portkey had them before it had a model catalog.

What is made here is an integration of the workspace's own and a provider, both of one slug; every provider is listed,
and so old scripts and the catalog see the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.configurations import shown
from gateway.api.admin.door import (
    SLUG,
    CurrentPage,
    Nothing,
    PageSize,
    PlantHere,
    Problems,
    caller_of,
    needs,
    page_of,
    slug_from,
)
from gateway.api.admin.integration_rows import apply as change_account
from gateway.api.admin.integration_rows import configured, let_refer, let_settings_refer, row_from
from gateway.api.admin.limited import check_limits, reset_usage, set_limits
from gateway.api.admin.provider_uses import refuse_named
from gateway.api.admin.providers import ProviderChange, apply, listed, provider_for, workspace_of
from gateway.api.admin.reach import InWorkspace, narrowed, workspace_for
from gateway.api.admin.virtual_key_shapes import (
    SPELLED,
    NewVirtualKey,
    VirtualKey,
    VirtualKeyChange,
    VirtualKeyList,
    VirtualKeyMade,
    virtual_key,
)
from gateway.catalog.catalog import Configurations, configurations_of
from gateway.catalog.discover import discover_soon
from gateway.errors import Conflict
from gateway.moments import epoch_ms, now_ms
from store.catalog.integrations import IntegrationRow, all_integrations, integration_by_slug
from store.catalog.providers import ProviderRow, all_providers, provider_by_slug, providers_of
from store.ids import new_id

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant

Request_ = Request[None, None, State]


class VirtualKeysController(Controller):
    """Accounts and providers in one."""

    path = "/v1/virtual-keys"
    tags = ("Virtual keys",)

    @get(guards=needs("virtual_keys.list"), summary="List virtual keys")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: InWorkspace = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> VirtualKeyList:
        """Every provider that the caller may see, oldest first, with what is told of its account."""
        async with plant.database.session() as session:
            rows, accounts = await all_providers(session), {row.id: row for row in await all_integrations(session)}
        seen = narrowed(rows, workspace_of, workspace_id, caller_of(request), plant.snapshot)
        page = [told(row, accounts[row.integration_id], plant) for row in page_of(seen, current_page, page_size)]
        return VirtualKeyList(total=len(seen), data=page)

    @post(guards=needs("virtual_keys.create"), status_code=200, summary="Make a virtual key")
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewVirtualKey]) -> VirtualKeyMade:
        """Keep a vendor's key, encrypted, for one workspace, under a slug that requests may use."""
        caller = caller_of(request)
        workspace = workspace_for(data.workspace_id, caller, plant.snapshot)
        configurations = check(data)
        let_settings_refer(configurations, Configurations(), caller)
        account = row_from(data.integration(), configurations, plant.vault, workspace)
        let_refer(account, data.key, caller)
        async with plant.change() as session:
            account.slug = await free_slug(session, data)
            session.add(account)
            await session.flush()
            row = provider_from(account, data, workspace)
            session.add(row)
        discover_soon(plant, account.id)
        return VirtualKeyMade(id=row.id, slug=row.slug, data={"slug": row.slug})

    @get("/{slug:str}", guards=needs("virtual_keys.read"), summary="Describe a virtual key")
    async def one(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> VirtualKey:
        """One virtual key, its key masked."""
        async with plant.database.session() as session:
            row = await provider_for(session, slug, caller_of(request))
            return told(row, await account_of(session, row), plant)

    @put("/{slug:str}", guards=needs("virtual_keys.update"), summary="Change a virtual key")
    async def change(
        self, request: Request_, plant: PlantHere, slug: FromPath[str], data: JSONBody[VirtualKeyChange]
    ) -> VirtualKeyMade:
        """Change what is given; a key that others use too is changed at its integration."""
        check_change(data)
        caller = caller_of(request)
        async with plant.change() as session:
            row = await provider_for(session, slug, caller)
            said = {name: getattr(data, name) for name in ProviderChange.__struct_fields__}
            apply(row, ProviderChange(**said))
            session.add(row)
            if (changed := data.integration()) is not None:
                account = await own_account(session, row)
                change_account(account, changed, plant.vault, caller)
                session.add(account)
            if data.reset_usage:
                await reset_usage(session, plant.snapshot.limits, "provider", row.slug)
        discover_soon(plant, row.integration_id)
        return VirtualKeyMade(id=row.id, slug=row.slug, data={"slug": row.slug})

    @delete("/{slug:str}", guards=needs("virtual_keys.delete"), status_code=200, summary="Delete a virtual key")
    async def remove(self, request: Request_, plant: PlantHere, slug: FromPath[str]) -> Nothing:
        """Forget it, unless a saved config uses it; the account goes too, where it was made with it."""
        async with plant.change() as session:
            row = await provider_for(session, slug, caller_of(request))
            refuse_named([row.slug], f"Virtual key `{row.slug}`", plant.snapshot, caller_of(request))
            account = await account_of(session, row)
            alone = is_own(account, row) and len(await providers_of(session, account.id)) == 1
            await session.delete(account if alone else row)
        return Nothing()


def check(data: NewVirtualKey) -> Configurations:
    """What its account is configured with. Raises BadRequest with everything that is wrong, by its own names."""
    problems = Problems()
    problems.check(data.slug is None or bool(SLUG.fullmatch(data.slug)), "slug", "may hold letters, digits, - and _")
    found = configured(data.integration(), problems)
    check_limits(data, problems)
    respelled(problems).settle()
    return found


def check_change(data: VirtualKeyChange) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    problems.check(data.name is msgspec.UNSET or bool(str(data.name).strip()), "name", "must not be empty")
    problems.check(data.key is msgspec.UNSET or bool(data.key), "key", "must not be empty")
    check_limits(data, problems)
    problems.settle()


def respelled(problems: Problems) -> Problems:
    """The same by a virtual key's names."""
    found = Problems()
    found.add((SPELLED.get(param, param), what) for param, what in problems.found)
    return found


async def free_slug(session: AsyncSession, data: NewVirtualKey) -> str:
    """The slug that was asked for, or one made of the name, which others may have too. Raises Conflict."""
    wanted = data.slug or slug_from(data.name)
    if await provider_by_slug(session, wanted) is None and await integration_by_slug(session, wanted) is None:
        return wanted
    if data.slug is None:
        return f"{wanted[:240]}-{new_id()[-6:].lower()}"
    raise Conflict(f"There is a provider or an integration `{wanted}` already; choose another slug.", param="slug")


def provider_from(account: IntegrationRow, data: NewVirtualKey, workspace: str) -> ProviderRow:
    """The provider of a new account."""
    row = ProviderRow(
        id=new_id(),
        slug=account.slug,
        name=account.name,
        integration_id=account.id,
        workspace=workspace,
        note=data.note,
        expires_at_ms=epoch_ms(data.expires_at),
        created_at_ms=now_ms(),
    )
    set_limits(row, data)
    return row


async def account_of(session: AsyncSession, row: ProviderRow) -> IntegrationRow:
    """The integration behind a provider."""
    found = await session.get(IntegrationRow, row.integration_id)
    assert found is not None, "a provider goes with its integration"
    return found


def is_own(account: IntegrationRow, row: ProviderRow) -> bool:
    """Whether an account was made together with a provider, for its workspace alone."""
    return account.workspace == row.workspace and account.slug == row.slug


async def own_account(session: AsyncSession, row: ProviderRow) -> IntegrationRow:
    """An account that nobody else uses. Raises Conflict that says where it is changed."""
    account = await account_of(session, row)
    if is_own(account, row) and len(await providers_of(session, account.id)) == 1:
        return account
    raise Conflict(
        f"The key of `{row.slug}` is the integration `{account.slug}`'s, which others use too; "
        f"change it by `PUT /v1/integrations/{account.slug}`.",
        param="key",
    )


def told(row: ProviderRow, account: IntegrationRow, plant: Plant) -> VirtualKey:
    """A provider as a virtual key; of an account that others use too no settings are told."""
    settings: dict[str, Any] = shown(configurations_of(account, plant.vault)) if is_own(account, row) else {}
    return virtual_key(listed(row, {account.id: account.slug}, plant), account, settings)
