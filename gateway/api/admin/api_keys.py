"""`/v1/api-keys`: who may use the gateway, and for what. A secret is said once, when it is made."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import CurrentPage, Nothing, PageSize, PlantHere, Problems, caller_of, needs, page_of
from gateway.api.admin.key_checks import Holder, check, saved_for
from gateway.api.admin.key_rows import (
    RESOURCES,
    apply,
    holder_of,
    is_rotated,
    key_for,
    made_before,
    place_of,
    row_from,
    secret_for,
    told,
)
from gateway.api.admin.key_shapes import (
    ApiKey,
    ApiKeyChange,
    ApiKeyList,
    NewApiKey,
    NewSecret,
    Rotation,
    scopes_of,
)
from gateway.api.admin.limited import change_limits, reset_usage
from gateway.api.admin.reach import InWorkspace, narrowed, refuse_raising
from gateway.errors import Broken, NotFound
from gateway.moments import instant, now_ms
from gateway.organisation.key_defaults import kept
from gateway.organisation.rotations import LEAST_TRANSITION_MS, MOST_TRANSITION_MS, TRANSITION, collected, renew
from store.organisation.api_keys import all_api_keys, api_key_by_hash
from store.secrets.vault import VaultLocked, masked

Request_ = Request[None, None, State]


def any_kind(act: str) -> list[Any]:
    """A guard for an act on keys of whichever kind; each route looks at the kind of the key itself."""
    return needs(*dict.fromkeys(f"{resource}.{act}" for resource in RESOURCES.values()))


class ApiKeysController(Controller):
    """API keys."""

    path = "/v1/api-keys"
    tags = ("API keys",)

    @get(guards=any_kind("list"), summary="List API keys")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: InWorkspace = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 100,
    ) -> ApiKeyList:
        """Every key that the caller may see, oldest first; the owner's own key is not among them."""
        caller = caller_of(request)
        async with plant.database.session() as session:
            rows = await all_api_keys(session)
        seen = narrowed(rows, place_of, workspace_id, caller, plant.snapshot)
        mine = [row for row in seen if f"{RESOURCES[row.kind]}.list" in caller.scopes]
        page = page_of(mine, current_page, page_size)
        return ApiKeyList(total=len(mine), data=[told(row, plant) for row in page])

    @post("/{kind:str}/{sub_kind:str}", guards=any_kind("create"), status_code=200, summary="Make an API key")
    async def make(
        self,
        request: Request_,
        plant: PlantHere,
        kind: FromPath[str],
        sub_kind: FromPath[str],
        data: JSONBody[NewApiKey],
    ) -> NewSecret:
        """Make a key of a kind (`organisation` or `workspace`, `service` or `user`); its secret is said only here.

        A request that is sent again with the same `Idempotency-Key`, within a day, makes no second key.
        """
        caller = caller_of(request)
        row = row_from(data, holder_of(f"{kind}-{sub_kind}", data, caller, plant), caller, plant)
        secret = secret_for(request, plant)
        row.key_hash, row.masked_key = plant.vault.hash_key(secret), masked(secret)
        async with plant.change() as session:
            before = await api_key_by_hash(session, row.key_hash)
            if before is not None:
                row = made_before(before, row)
            session.add(row)
        return NewSecret(id=row.id, key=secret, object="api-key")

    @get("/{key_id:str}", guards=any_kind("read"), summary="Describe an API key")
    async def one(self, request: Request_, plant: PlantHere, key_id: FromPath[str]) -> ApiKey:
        """One key, its secret masked."""
        async with plant.database.session() as session:
            return told(await key_for(session, key_id, "read", caller_of(request)), plant)

    @put("/{key_id:str}", guards=any_kind("update"), summary="Change an API key")
    async def change(
        self, request: Request_, plant: PlantHere, key_id: FromPath[str], data: JSONBody[ApiKeyChange]
    ) -> Nothing:
        """Change what is given; it holds for the next request."""
        async with plant.change() as session:
            row = await key_for(session, key_id, "update", caller_of(request))
            holder = Holder(row.kind, row.workspace, row.user_id)
            scopes = scopes_of(row) if data.scopes is msgspec.UNSET else data.scopes
            check(data, scopes, holder, plant.snapshot)
            refuse_raising(caller_of(request), {*scopes, *scopes_of(row)})
            apply(row, data)
            if data.defaults is not msgspec.UNSET:
                row.defaults = kept(data.defaults, row, saved_for(holder, plant.snapshot), plant.vault)
            change_limits(row, data)
            session.add(row)
            if data.reset_usage:
                await reset_usage(session, plant.snapshot.limits, "api_key", row.id)
        return Nothing()

    @delete("/{key_id:str}", guards=any_kind("delete"), status_code=200, summary="Revoke an API key")
    async def remove(self, request: Request_, plant: PlantHere, key_id: FromPath[str]) -> Nothing:
        """Revoke a key: its next request is refused."""
        async with plant.change() as session:
            await session.delete(await key_for(session, key_id, "delete", caller_of(request)))
        return Nothing()

    @post("/{key_id:str}/rotate", guards=any_kind("rotate"), status_code=200, summary="Rotate an API key")
    async def rotate(
        self, request: Request_, plant: PlantHere, key_id: FromPath[str], data: JSONBody[Rotation | None] = None
    ) -> NewSecret:
        """Give a key a new secret; the one before stays valid for a while, one before that does not.

        A request that is sent again with the same `Idempotency-Key`, within a day, does not rotate it again.
        """
        lasting = (data or Rotation()).key_transition_period_ms
        problems = Problems()
        is_right = LEAST_TRANSITION_MS <= lasting <= MOST_TRANSITION_MS
        problems.check(is_right, "key_transition_period_ms", TRANSITION)
        problems.settle()
        secret = secret_for(request, plant)
        async with plant.change() as session:
            row = await key_for(session, key_id, "rotate", caller_of(request))
            refuse_raising(caller_of(request), scopes_of(row))
            if not is_rotated(row, plant.vault.hash_key(secret)):
                renew(row, secret, lasting, now_ms(), plant.vault)
            session.add(row)
        return NewSecret(id=row.id, key=secret, key_transition_expires_at=instant(row.previous_expires_at_ms))

    @post("/{key_id:str}/collect", guards=any_kind("rotate"), status_code=200, summary="Collect a rotated secret")
    async def collect(self, request: Request_, plant: PlantHere, key_id: FromPath[str]) -> NewSecret:
        """The secret of a key that was rotated by its policy; it is said once."""
        async with plant.change() as session:
            row = await key_for(session, key_id, "rotate", caller_of(request))
            refuse_raising(caller_of(request), scopes_of(row))
            try:
                secret = collected(row, plant.vault)
            except VaultLocked as error:
                raise Broken(str(error)) from error
            if secret is None:
                raise NotFound(f"API key `{row.name}` has no secret that nobody has collected yet.")
            session.add(row)
        return NewSecret(id=row.id, key=secret, key_transition_expires_at=instant(row.previous_expires_at_ms))
