"""`/v1/api-keys`: who may use the gateway, and for what. A secret is said once, when it is made."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import CurrentPage, Nothing, PageSize, PlantHere, Problems, caller_of, found, needs, page_of
from gateway.api.admin.limited import check_limits, reset_usage, set_limits, shown_limits
from gateway.api.moments import epoch_ms, instant, now_ms
from gateway.configs.saved import Saved
from gateway.domain import Caller
from gateway.errors import Forbidden, NotFound
from gateway.key_defaults import KeyDefaults, kept, shown, wrong_with
from gateway.scopes import SCOPES
from store.api_keys import ApiKeyRow, all_api_keys, api_key_by_id
from store.ids import new_id
from store.vault import masked, new_api_secret

KINDS = ("workspace_service_api_keys", "workspace_user_api_keys", "organisation_service_api_keys")
LEAST_TRANSITION_MS, TRANSITION_MS = 1_800_000, 86_400_000
"""How long the former secret of a rotated key stays valid: at least, and when nothing is said."""
NOT_YET = ("alert_emails", "rotation_policy")
"""Parts of Portkey's shape that this version does not enforce, and so does not take."""
Request_ = Request[None, None, State]


def any_kind(act: str) -> list[Any]:
    """A guard for an act on keys of whichever kind."""
    return needs(*(f"{kind}.{act}" for kind in KINDS))


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one."""

    name: str
    scopes: list[str]
    description: str | None = None
    workspace_id: str | None = None
    organisation_id: str | None = None
    user_id: str | None = None
    expires_at: datetime | None = None
    rate_limits: Any = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    defaults: KeyDefaults | None = None
    alert_emails: Any = None
    rotation_policy: Any = None


class ApiKeyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    scopes: list[str] | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    defaults: KeyDefaults | msgspec.UnsetType | None = msgspec.UNSET
    alert_emails: Any = None
    rotation_policy: Any = None
    reset_usage: bool = False
    """Let every budget of the key begin anew."""


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """How long the former secret stays valid."""

    key_transition_period_ms: int = TRANSITION_MS


class NewSecret(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A secret in the clear, the only time it is said."""

    id: str
    key: str
    object: Literal["api-key"] | msgspec.UnsetType = msgspec.UNSET
    key_transition_expires_at: datetime | None = None


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key, its secret masked."""

    id: str
    key: str
    name: str
    description: str | None
    type: str
    workspace_id: str
    user_id: str | None
    status: str
    scopes: list[str]
    created_at: datetime | None
    last_updated_at: datetime | None
    expires_at: datetime | None
    creation_mode: str
    defaults: KeyDefaults | None
    usage_limits: Any = None
    rate_limits: Any = None
    organisation_id: str = "default"
    object: str = "api-key"


class ApiKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[ApiKey]
    object: str = "list"


class ApiKeysController(Controller):
    """API keys."""

    path = "/v1/api-keys"
    tags = ("API keys",)

    @get(guards=any_kind("list"), summary="List API keys")
    async def index(self, plant: PlantHere, current_page: CurrentPage = 0, page_size: PageSize = 100) -> ApiKeyList:
        """Every key, oldest first; the owner's own key is not among them."""
        async with plant.database.session() as session:
            rows = await all_api_keys(session)
        return ApiKeyList(total=len(rows), data=[listed(row) for row in page_of(rows, current_page, page_size)])

    @post("/{kind:str}/{sub_kind:str}", guards=any_kind("create"), status_code=200, summary="Make an API key")
    async def make(
        self,
        request: Request_,
        plant: PlantHere,
        kind: FromPath[str],
        sub_kind: FromPath[str],
        data: JSONBody[NewApiKey],
    ) -> NewSecret:
        """Make a key of a kind (`organisation` or `workspace`, `service` or `user`); its secret is said only here."""
        if kind not in ("organisation", "workspace") or sub_kind not in ("service", "user"):
            raise NotFound("Keys are made at `/v1/api-keys/{organisation|workspace}/{service|user}`.")
        check(data, caller_of(request), plant.snapshot.saved, is_user=sub_kind == "user")
        secret = new_api_secret()
        row = ApiKeyRow(
            id=new_id(),
            name=data.name.strip(),
            description=data.description,
            kind=f"{kind}-{sub_kind}",
            user_id=data.user_id,
            key_hash=plant.vault.hash_key(secret),
            masked_key=masked(secret),
            scopes=msgspec.json.encode(sorted(set(data.scopes))).decode(),
            expires_at_ms=epoch_ms(data.expires_at),
            created_at_ms=now_ms(),
        )
        row.defaults = kept(data.defaults, row, plant.snapshot.saved, plant.vault)
        set_limits(row, data)
        async with plant.change() as session:
            session.add(row)
        return NewSecret(id=row.id, key=secret, object="api-key")

    @get("/{key_id:str}", guards=any_kind("read"), summary="Describe an API key")
    async def one(self, plant: PlantHere, key_id: FromPath[str]) -> ApiKey:
        """One key, its secret masked."""
        async with plant.database.session() as session:
            return listed(found(await api_key_by_id(session, key_id), "API key", key_id))

    @put("/{key_id:str}", guards=any_kind("update"), summary="Change an API key")
    async def change(
        self, request: Request_, plant: PlantHere, key_id: FromPath[str], data: JSONBody[ApiKeyChange]
    ) -> Nothing:
        """Change what is given; it holds for the next request."""
        check(data, caller_of(request), plant.snapshot.saved, is_user=False)
        async with plant.change() as session:
            row = found(await api_key_by_id(session, key_id), "API key", key_id)
            refuse_raising(caller_of(request), scopes_of(row))
            apply(row, data)
            if data.defaults is not msgspec.UNSET:
                row.defaults = kept(data.defaults, row, plant.snapshot.saved, plant.vault)
            set_limits(row, data)
            session.add(row)
            if data.reset_usage:
                await reset_usage(session, plant.snapshot.limits, "api_key", row.id)
        return Nothing()

    @delete("/{key_id:str}", guards=any_kind("delete"), status_code=200, summary="Revoke an API key")
    async def remove(self, plant: PlantHere, key_id: FromPath[str]) -> Nothing:
        """Revoke a key: its next request is refused."""
        async with plant.change() as session:
            await session.delete(found(await api_key_by_id(session, key_id), "API key", key_id))
        return Nothing()

    @post("/{key_id:str}/rotate", guards=any_kind("rotate"), status_code=200, summary="Rotate an API key")
    async def rotate(
        self, request: Request_, plant: PlantHere, key_id: FromPath[str], data: JSONBody[Rotation | None] = None
    ) -> NewSecret:
        """Give a key a new secret; the one before stays valid for a while, one before that does not."""
        lasting = (data or Rotation()).key_transition_period_ms
        problems = Problems()
        least = f"must be at least {LEAST_TRANSITION_MS}"
        problems.check(lasting >= LEAST_TRANSITION_MS, "key_transition_period_ms", least)
        problems.settle()
        secret = new_api_secret()
        async with plant.change() as session:
            row = found(await api_key_by_id(session, key_id), "API key", key_id)
            refuse_raising(caller_of(request), scopes_of(row))
            row.previous_hash, row.previous_expires_at_ms = row.key_hash, now_ms() + lasting
            row.key_hash, row.masked_key = plant.vault.hash_key(secret), masked(secret)
            row.updated_at_ms = now_ms()
            session.add(row)
        return NewSecret(id=row.id, key=secret, key_transition_expires_at=instant(row.previous_expires_at_ms))


def check(data: NewApiKey | ApiKeyChange, caller: Caller, saved: Saved, *, is_user: bool) -> None:
    """Raises BadRequest with everything that is wrong, and Forbidden where more is given than the caller holds."""
    problems = Problems()
    problems.check(data.name is msgspec.UNSET or bool(data.name.strip()), "name", "is needed")
    problems.check(not is_user or bool(getattr(data, "user_id", None)), "user_id", "is needed for a user's key")
    scopes = [] if data.scopes is msgspec.UNSET else data.scopes
    problems.check(data.scopes is msgspec.UNSET or bool(scopes), "scopes", "must name at least one scope")
    for place, scope in enumerate(scopes):
        problems.check(scope in SCOPES, f"scopes[{place}]", f"is no scope: `{scope[:60]}`")
    expires_at = epoch_ms(data.expires_at) if isinstance(data.expires_at, datetime) else None
    problems.check(expires_at is None or expires_at > now_ms(), "expires_at", "is in the past")
    if isinstance(data.defaults, KeyDefaults):
        for field, what in wrong_with(data.defaults, saved):
            problems.check(False, field, what)
    check_limits(data, problems)
    for name in NOT_YET:
        problems.check(getattr(data, name) is None, name, "cannot be set yet: this version does not enforce it")
    problems.settle()
    refuse_raising(caller, set(scopes))


def refuse_raising(caller: Caller, scopes: set[str]) -> None:
    """Nobody hands out, or takes over, more than they hold. Raises Forbidden."""
    if beyond := sorted(scopes - caller.scopes):
        raise Forbidden(f"Your key does not hold `{beyond[0]}`, so it cannot give it to another.", param="scopes")


def scopes_of(row: ApiKeyRow) -> set[str]:
    """What a key may do."""
    return set(msgspec.json.decode(row.scopes, type=list[str]))


def apply(row: ApiKeyRow, data: ApiKeyChange) -> None:
    """Change what is given."""
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.scopes is not msgspec.UNSET:
        row.scopes = msgspec.json.encode(sorted(set(data.scopes))).decode()
    if data.description is not msgspec.UNSET:
        row.description = data.description
    if data.expires_at is not msgspec.UNSET:
        row.expires_at_ms = epoch_ms(data.expires_at)
    row.updated_at_ms = now_ms()


def listed(row: ApiKeyRow) -> ApiKey:
    """A row as the API has it."""
    is_over = row.expires_at_ms is not None and row.expires_at_ms <= now_ms()
    return ApiKey(
        id=row.id,
        key=row.masked_key,
        name=row.name,
        description=row.description,
        type=row.kind,
        workspace_id=row.workspace,
        user_id=row.user_id,
        status="expired" if is_over else row.status,
        scopes=sorted(scopes_of(row)),
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        expires_at=instant(row.expires_at_ms),
        creation_mode=row.creation_mode,
        defaults=shown(row),
        **shown_limits(row),
    )
