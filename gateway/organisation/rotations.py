"""Rotation of API keys: a new secret beside the former one, which stays valid for a while; also by itself, in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from gateway.organisation.audit import by_itself
from store.ids import ApiSecret, Sealed
from store.organisation.api_keys import all_api_keys
from store.secrets.vault import masked, new_api_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.plant import Plant
    from store.organisation.api_keys import ApiKeyRow
    from store.secrets.vault import Vault

DAY_MS = 86_400_000
LEAST_TRANSITION_MS, TRANSITION_MS, MOST_TRANSITION_MS = 1_800_000, DAY_MS, 365 * DAY_MS
"""How long the former secret of a rotated key stays valid: at least, when nothing is said, and at most."""
TRANSITION = f"must be from {LEAST_TRANSITION_MS} to {MOST_TRANSITION_MS}"


class RotationPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When a key is rotated by itself: on Mondays, on the first of a month, at midnight UTC, or every so many days."""

    rotation_period: Literal["weekly", "monthly"] | None = None
    rotation_period_days: int | None = None
    next_rotation_at: datetime | None = None
    """The first time; where it is left out it follows from the period."""
    key_transition_period_ms: int = TRANSITION_MS


def wrong_with(policy: RotationPolicy, now_ms: int) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, and what is wrong with them."""
    if (policy.rotation_period is None) == (policy.rotation_period_days is None):
        yield "rotation_policy", "needs `rotation_period` (`weekly` or `monthly`) or `rotation_period_days`"
    if policy.rotation_period_days is not None and not 1 <= policy.rotation_period_days <= 365:
        yield "rotation_policy.rotation_period_days", "must be from 1 to 365"
    if not LEAST_TRANSITION_MS <= policy.key_transition_period_ms <= MOST_TRANSITION_MS:
        yield "rotation_policy.key_transition_period_ms", TRANSITION
    first = policy.next_rotation_at
    if first is not None and aware(first).timestamp() * 1000 <= now_ms:
        yield "rotation_policy.next_rotation_at", "is in the past"


def aware(moment: datetime) -> datetime:
    """A time without a zone is taken as UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def policy_in(row: ApiKeyRow) -> RotationPolicy | None:
    """A key's policy, with when it is rotated next."""
    if row.rotation_policy is None:
        return None
    policy = msgspec.json.decode(row.rotation_policy, type=RotationPolicy)
    due = row.next_rotation_at_ms
    return replace(policy, next_rotation_at=None if due is None else datetime.fromtimestamp(due / 1000, UTC))


def set_policy(row: ApiKeyRow, policy: RotationPolicy | None, now_ms: int) -> None:
    """Rotate a key by itself from now on, or no more."""
    row.rotation_policy = None if policy is None else msgspec.json.encode(policy).decode()
    if policy is None:
        row.next_rotation_at_ms = None
    elif policy.next_rotation_at is not None:
        row.next_rotation_at_ms = round(aware(policy.next_rotation_at).timestamp() * 1000)
    else:
        row.next_rotation_at_ms = following(policy, now_ms)


def following(policy: RotationPolicy, now_ms: int) -> int:
    """The next time after a moment."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if policy.rotation_period == "weekly":
        then = midnight + timedelta(days=7 - now.weekday())
    elif policy.rotation_period == "monthly":
        then = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        return now_ms + (policy.rotation_period_days or 1) * DAY_MS
    return round(then.timestamp() * 1000)


def renew(row: ApiKeyRow, secret: ApiSecret, lasting_ms: int, now_ms: int, vault: Vault) -> None:
    """Give a key a new secret; the one before stays valid for a while, one before that does not."""
    row.previous_hash, row.previous_expires_at_ms = row.key_hash, now_ms + lasting_ms
    row.key_hash, row.masked_key = vault.hash_key(secret), masked(secret)
    row.sealed_secret, row.updated_at_ms = None, now_ms


async def rotate_due(plant: Plant, now_ms: int) -> list[str]:
    """Rotate every key whose time has come; its new secret is kept, sealed, until somebody collects it. Their ids."""
    async with plant.database.session() as session:
        due = [row.id for row in await all_api_keys(session) if is_due(row, now_ms)]
    if not due:
        return []
    with by_itself("rotate"):
        async with plant.change() as session:
            rows = [row for row in await all_api_keys(session) if is_due(row, now_ms)]
            for row in rows:
                rotate(row, now_ms, plant.vault)
            session.add_all(rows)
    return [row.id for row in rows]


def is_due(row: ApiKeyRow, now_ms: int) -> bool:
    """Whether a key is to be rotated; one that is past its end is not."""
    is_over = row.expires_at_ms is not None and row.expires_at_ms <= now_ms
    return row.next_rotation_at_ms is not None and row.next_rotation_at_ms <= now_ms and not is_over


def rotate(row: ApiKeyRow, now_ms: int, vault: Vault) -> None:
    """Rotate one key by itself."""
    policy, secret = policy_in(row), new_api_secret()
    assert policy is not None, "only a key with a policy is due"
    renew(row, secret, policy.key_transition_period_ms, now_ms, vault)
    row.sealed_secret = vault.seal(secret, about(row.id))
    row.next_rotation_at_ms = following(policy, now_ms)


def collected(row: ApiKeyRow, vault: Vault) -> ApiSecret | None:
    """The secret of a key that was rotated by itself, once. Raises VaultLocked."""
    if row.sealed_secret is None:
        return None
    secret = ApiSecret(vault.unseal(Sealed(row.sealed_secret), about(row.id)))
    row.sealed_secret = None
    return secret


def about(key_id: str) -> str:
    """What the secret of a key is sealed with."""
    return f"api-key:{key_id}:secret"
