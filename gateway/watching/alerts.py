"""What needs care at this moment: what stands, where notifications tell what happened."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import msgspec

KEPT_SECONDS = 5.0
"""How old an answer may be; finding it out looks at every budget and every key."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs care, until it is well again."""

    kind: str
    """As in notifications: `threshold`, `exhausted`, `key_expiring`, `vendor_failing`, `writer_degraded`."""
    title: str
    text: str
    level: str = ""
    """What kind of thing it is about: of a budget its level, else `api_key` or `provider`."""
    owner: str = ""
    """Its id; of a provider and a workspace the slug."""
    limit_id: str | None = None
    """Of a budget: its id in `/v1/limits`."""
    object: str = "alert"


class MainBudget(msgspec.Struct, frozen=True, kw_only=True):
    """Of the workspaces' budgets of money the one of which the largest share is spent."""

    name: str
    limit_id: str
    spent: float
    limit: float
    """Both in dollars."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was found."""

    alerts: tuple[Alert, ...] = ()
    budget: MainBudget | None = None


@dataclass(slots=True)
class Standings:
    """What was found lately, by whose keys may see it (None: the organisation's)."""

    ticks: Callable[[], float] = time.monotonic
    _kept: dict[str | None, tuple[float, Standing]] = field(default_factory=dict)

    async def of(self, whose: str | None, find: Callable[[], Awaitable[Standing]]) -> Standing:
        """What stands, found out anew if it is too long ago."""
        at, standing = self._kept.get(whose, (-KEPT_SECONDS, Standing()))
        if self.ticks() - at >= KEPT_SECONDS:
            standing = await find()
            self._kept[whose] = self.ticks(), standing
        return standing


WORST_FIRST: Mapping[str, int] = {
    kind: place
    for place, kind in enumerate(("writer_degraded", "vendor_failing", "exhausted", "threshold", "key_expiring"))
}
"""What touches most requests comes first."""
