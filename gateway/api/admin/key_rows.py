"""API keys of the store: made out of a request, found, changed, and told; each only within its caller's reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from litestar import Request
from litestar.datastructures import State

from gateway.api.admin.door import caller_of
from gateway.api.admin.key_checks import Holder, check, saved_for, usual_scopes
from gateway.api.admin.key_shapes import ApiKey, ApiKeyChange, NewApiKey, listed
from gateway.api.admin.limited import is_exhausted, set_limits
from gateway.api.admin.reach import reached, refuse_raising, require, workspace_for
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.moments import epoch_ms, now_ms
from gateway.organisation.key_defaults import KeyDefaults, kept
from gateway.organisation.rotations import set_policy
from store.ids import ApiSecret, KeyId, new_id
from store.organisation.api_keys import ApiKeyRow, api_key_by_id
from store.secrets.vault import new_api_secret

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller
    from gateway.plant import Plant

RESOURCES = {
    "workspace-service": "workspace_service_api_keys",
    "workspace-user": "workspace_user_api_keys",
    "organisation-service": "organisation_service_api_keys",
    "organisation-user": "organisation_service_api_keys",
}
"""Kinds of keys, and the resource whose scopes it takes to touch one."""
REPLAYED_MS = 86_400_000
"""How long the same `Idempotency-Key` gets the same answer."""
Request_ = Request[None, None, State]


def holder_of(kind: str, data: NewApiKey, caller: Caller, plant: Plant) -> Holder:
    """Whose a new key is to be. Raises NotFound, Forbidden and BadRequest."""
    if kind not in RESOURCES:
        raise NotFound("Keys are made at `/v1/api-keys/{organisation|workspace}/{service|user}`.")
    require(caller, f"{RESOURCES[kind]}.create")
    if kind.startswith("organisation") and not caller.is_organisation:
        raise Forbidden("A workspace's key makes keys of its own workspace alone: `/v1/api-keys/workspace/…`.")
    wanted = None if kind.startswith("organisation") else data.workspace_id
    return Holder(kind, workspace_for(wanted, caller, plant.snapshot), data.user_id)


def row_from(data: NewApiKey, holder: Holder, caller: Caller, plant: Plant) -> ApiKeyRow:
    """The row to be kept, without a secret. Raises BadRequest with everything that is wrong, and Forbidden."""
    scopes = usual_scopes(holder, caller, plant.snapshot) if data.scopes is None else data.scopes
    check(data, scopes, holder, plant.snapshot)
    refuse_raising(caller, scopes)
    row = ApiKeyRow(
        id=new_id(),
        name=data.name.strip(),
        description=data.description,
        kind=holder.kind,
        workspace=holder.workspace,
        user_id=data.user_id,
        key_hash="",
        masked_key="",
        scopes=msgspec.json.encode(sorted(set(scopes))).decode(),
        alert_emails=msgspec.json.encode(data.alert_emails).decode() if data.alert_emails else None,
        expires_at_ms=epoch_ms(data.expires_at),
        created_at_ms=now_ms(),
    )
    row.defaults = kept(usual_defaults(data, holder, plant), row, saved_for(holder, plant.snapshot), plant.vault)
    set_limits(row, data)
    set_policy(row, data.rotation_policy, row.created_at_ms)
    return row


def usual_defaults(data: NewApiKey, holder: Holder, plant: Plant) -> KeyDefaults | None:
    """A new key's defaults; a user's goes by its workspace's config for users where it names none."""
    workspace = plant.snapshot.workspace(holder.workspace)
    config = workspace.user_api_key_config if workspace is not None and holder.is_user else None
    if config is None or (data.defaults is not None and data.defaults.config_id is not None):
        return data.defaults
    return msgspec.structs.replace(data.defaults or KeyDefaults(), config_id=config)


def secret_for(request: Request_, plant: Plant) -> ApiSecret:
    """A new secret; to the same caller, path and `Idempotency-Key` always the same one, so that none need be kept."""
    said = request.headers.get("idempotency-key", "").strip()
    if not said:
        return new_api_secret()
    return plant.vault.api_secret_for(f"{caller_of(request).key_id} {request.scope['path']} {said}")


def made_before(before: ApiKeyRow, row: ApiKeyRow) -> ApiKeyRow:
    """The key that the same request has made already. Raises Conflict."""
    is_same = (before.name, before.kind, before.workspace, before.scopes) == (
        *(row.name, row.kind, row.workspace),
        row.scopes,
    )
    if not is_same or before.created_at_ms < now_ms() - REPLAYED_MS:
        raise Conflict("This `Idempotency-Key` has made another key; use a new one.", param="Idempotency-Key")
    return before


def is_rotated(row: ApiKeyRow, key_hash: str) -> bool:
    """Whether the same request has rotated the key already. Raises Conflict where that is over."""
    if key_hash == row.previous_hash or (
        key_hash == row.key_hash and (row.updated_at_ms or 0) < now_ms() - REPLAYED_MS
    ):
        raise Conflict("This `Idempotency-Key` rotated the key before; use a new one.", param="Idempotency-Key")
    return key_hash == row.key_hash


async def key_for(session: AsyncSession, key_id: str, act: str, caller: Caller) -> ApiKeyRow:
    """A key that the caller may touch. Raises NotFound, and Forbidden for a kind it has no scope for."""
    row = await api_key_by_id(session, key_id)
    row = reached(row, None if row is None else place_of(row), caller, "API key", key_id)
    require(caller, f"{RESOURCES[row.kind]}.{act}")
    return row


def place_of(row: ApiKeyRow) -> str | None:
    """The workspace a key belongs to; None: the organisation."""
    return None if row.kind.startswith("organisation") else row.workspace


def told(row: ApiKeyRow, plant: Plant) -> ApiKey:
    """A key as it is now."""
    return listed(row, plant.last_used.get(KeyId(row.id)), is_exhausted=is_exhausted(plant, "api_key", row.id))


def apply(row: ApiKeyRow, data: ApiKeyChange) -> None:
    """Change what is given, but for defaults and limits."""
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.scopes is not msgspec.UNSET:
        row.scopes = msgspec.json.encode(sorted(set(data.scopes))).decode()
    if data.description is not msgspec.UNSET:
        row.description = data.description
    if data.expires_at is not msgspec.UNSET:
        row.expires_at_ms = epoch_ms(data.expires_at)
    if data.status is not msgspec.UNSET:
        row.status = data.status
    if data.alert_emails is not msgspec.UNSET:
        row.alert_emails = msgspec.json.encode(data.alert_emails).decode() if data.alert_emails else None
    if data.rotation_policy is not msgspec.UNSET:
        set_policy(row, data.rotation_policy, now_ms())
    row.updated_at_ms = now_ms()
