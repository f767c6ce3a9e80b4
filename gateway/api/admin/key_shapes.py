"""The shapes of `/v1/api-keys`. Source: portkey.ai, OpenAPI document, api-keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from gateway.api.admin.limited import shown_limits
from gateway.moments import instant, now_ms
from gateway.organisation.key_defaults import KeyDefaults, shown
from gateway.organisation.rotations import TRANSITION_MS, RotationPolicy, policy_in
from store.organisation.api_keys import ApiKeyRow


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one; without `scopes` a user's key may what the user may."""

    name: str
    scopes: list[str] | None = None
    description: str | None = None
    workspace_id: str | None = None
    organisation_id: str | None = None
    user_id: str | None = None
    expires_at: datetime | None = None
    rate_limits: Any = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    defaults: KeyDefaults | None = None
    alert_emails: list[str] | None = None
    rotation_policy: RotationPolicy | None = None


class ApiKeyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    scopes: list[str] | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    expires_at: datetime | msgspec.UnsetType | None = msgspec.UNSET
    status: Literal["active", "paused"] | msgspec.UnsetType = msgspec.UNSET
    """A paused key is refused, and keeps everything else."""
    rate_limits: Any = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    limits_version: str | None = None
    """Which limits the change was made from; where others hold by now, it is refused."""
    defaults: KeyDefaults | msgspec.UnsetType | None = msgspec.UNSET
    alert_emails: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    rotation_policy: RotationPolicy | msgspec.UnsetType | None = msgspec.UNSET
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
    workspace_id: str | None
    user_id: str | None
    status: str
    """`active`, `paused`, `exhausted` or `expired`."""
    scopes: list[str]
    created_at: datetime | None
    last_updated_at: datetime | None
    last_used_at: datetime | None
    expires_at: datetime | None
    creation_mode: str
    defaults: KeyDefaults | None
    alert_emails: list[str]
    rotation_policy: RotationPolicy | None
    has_uncollected_secret: bool
    """Whether it was rotated by itself, and nobody has collected the new secret yet."""
    usage_limits: Any = None
    rate_limits: Any = None
    limits_version: str = ""
    """What a change of them may be made from."""
    organisation_id: str = "default"
    object: str = "api-key"


class ApiKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[ApiKey]
    object: str = "list"


def scopes_of(row: ApiKeyRow) -> set[str]:
    """What a key may do."""
    return set(msgspec.json.decode(row.scopes, type=list[str]))


def emails_of(row: ApiKeyRow) -> list[str]:
    """Who is told when its budget runs out."""
    return msgspec.json.decode(row.alert_emails, type=list[str]) if row.alert_emails else []


def status_of(row: ApiKeyRow, *, is_exhausted: bool) -> str:
    """How a key is."""
    if row.expires_at_ms is not None and row.expires_at_ms <= now_ms():
        return "expired"
    return "exhausted" if is_exhausted and row.status == "active" else row.status


def listed(row: ApiKeyRow, used_ms: int | None = None, *, is_exhausted: bool = False) -> ApiKey:
    """A row as the API has it; `used_ms`: when it was used last, as far as that is not written down yet."""
    return ApiKey(
        id=row.id,
        key=row.masked_key,
        name=row.name,
        description=row.description,
        type=row.kind,
        workspace_id=None if row.kind.startswith("organisation") else row.workspace,
        user_id=row.user_id,
        status=status_of(row, is_exhausted=is_exhausted),
        scopes=sorted(scopes_of(row)),
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        last_used_at=instant(used_ms or row.last_used_at_ms),
        expires_at=instant(row.expires_at_ms),
        creation_mode=row.creation_mode,
        defaults=shown(row),
        alert_emails=emails_of(row),
        rotation_policy=policy_in(row),
        has_uncollected_secret=row.sealed_secret is not None,
        **shown_limits(row),
    )
