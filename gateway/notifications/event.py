"""What people are told of, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, get_args

from gateway.limits.status import short_id

if TYPE_CHECKING:
    from gateway.limits.events import LimitEvent
    from gateway.notifications.health import Share
    from store.organisation.api_keys import ApiKeyRow

Kind = Literal["threshold", "exhausted", "key_expiring", "vendor_failing", "writer_degraded"]
KINDS: tuple[str, ...] = get_args(Kind)
HOUR_MS = 3_600_000
NANO = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to be told once: `mark` is the same for the same in the same period."""

    kind: str
    mark: str
    title: str
    text: str
    key_id: str | None = None
    """The API key it is about, whose `alert_emails` are told too."""
    workspace: str | None = None
    """The workspace it is about, whose admins are told too."""
    level: str = ""
    """What kind of thing it is about: of a budget its level, else `api_key` or `provider`."""
    owner: str = ""
    """Its id; of a provider and a workspace the slug."""
    limit_id: str | None = None
    """Of a budget: its id in `/v1/limits`."""


def of_limit(said: LimitEvent) -> Event:
    """A budget that came near its end, or to it."""
    whose = f"{said.level.replace('_', ' ')} `{said.name or said.owner}`{f' ({said.group})' if said.group else ''}"
    spent, amount = (amount_of(number, said.used) for number in (said.spent, said.amount))
    resets = f" It begins anew at {moment(said.resets_at_ms)}." if said.resets_at_ms is not None else ""
    what = "is exhausted" if said.kind == "exhausted" else f"has passed {amount_of(said.threshold, said.used)}"
    return Event(
        kind=said.kind,
        mark=f"limit:{said.key}",
        title=f"Budget of {whose} {what}",
        text=f"{spent} of {amount} are spent.{resets}",
        key_id=said.owner if said.level == "api_key" else None,
        workspace=said.owner if said.level == "workspace" else None,
        level=said.level,
        owner=said.owner,
        limit_id=short_id(said.counter),
    )


def of_key(row: ApiKeyRow, days: int) -> Event:
    """An API key whose time ends."""
    ends = moment(row.expires_at_ms or 0)
    return Event(
        kind="key_expiring",
        mark=f"key:{row.id}@{row.expires_at_ms}:{days}",
        title=f"API key `{row.name}` expires within {days} day{'' if days == 1 else 's'}",
        text=f"It is refused from {ends} on. Rotate it, or give it more time.",
        key_id=row.id,
        workspace=row.workspace,
        level="api_key",
        owner=row.id,
    )


def of_vendor(share: Share, now_ms: int) -> Event:
    """A provider that fails often."""
    return Event(
        kind="vendor_failing",
        mark=f"vendor:{share.provider}@{now_ms // HOUR_MS}",
        title=f"Provider `{share.provider}` is failing",
        text=f"{share.failures} of {share.requests} requests of the last minutes failed there.",
        level="provider",
        owner=share.provider,
    )


def of_writer(reason: str, waiting: int, now_ms: int) -> Event:
    """A log that does not get into the database."""
    return Event(
        kind="writer_degraded",
        mark=f"writer@{now_ms // HOUR_MS}",
        title="The log cannot be written",
        text=f"{reason} {waiting} records wait; none is lost as long as there is room for them.",
    )


def amount_of(number: int, used: str) -> str:
    """An amount as people write it; of less than a dollar the parts of a cent too."""
    if used != "cost":
        return f"{number:,} {used}"
    is_plain = number >= NANO or number % (NANO // 100) == 0
    return f"${number / NANO:,.2f}" if is_plain else f"${number / NANO:.6f}".rstrip("0")


def moment(epoch_ms: int) -> str:
    """A time of day and date."""
    return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
