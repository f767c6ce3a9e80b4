"""The two fields that whatever can be limited has, `usage_limits` and `rate_limits`: checked, kept and shown."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from gateway.errors import Conflict
from gateway.limits.checks import wrong_with_budgets, wrong_with_rates
from gateway.limits.spelling import kept, shown
from gateway.limits.tallies import BudgetTally
from gateway.moments import now_ms
from store.limits.counters import adjustment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.api.admin.door import Problems
    from gateway.limits.catalog import LimitCatalog
    from gateway.limits.rules import Level
    from gateway.plant import Plant


class LimitedRow(Protocol):
    """A row that has limits."""

    usage_limits: str | None
    rate_limits: str | None


class Said(Protocol):
    """What a request says of limits: left out, null for none, or some."""

    @property
    def usage_limits(self) -> Any:
        """Budgets."""

    @property
    def rate_limits(self) -> Any:
        """Rates."""


class Changed(Said, Protocol):
    """A change, which may say what it was made from."""

    @property
    def limits_version(self) -> str | None:
        """What `limits_version` was when they were looked at: both lists are given whole."""


def check_limits(data: Said, problems: Problems) -> None:
    """Note everything that is wrong with limits."""
    if data.usage_limits is not msgspec.UNSET:
        for place, what in wrong_with_budgets(data.usage_limits):
            problems.check(False, place, what)
    if data.rate_limits is not msgspec.UNSET:
        for place, what in wrong_with_rates(data.rate_limits):
            problems.check(False, place, what)


def change_limits(row: LimitedRow, data: Changed) -> None:
    """Put changed limits into a row. Raises Conflict where somebody else has changed them since they were looked at."""
    if data.limits_version not in (None, version_of(row)):
        raise Conflict(
            "These limits were changed meanwhile, so nothing is saved: look at them as they are now, then change them.",
            param="limits_version",
        )
    set_limits(row, data)


def version_of(row: LimitedRow | None) -> str:
    """What tells these limits from others."""
    said = ("", "") if row is None else (row.usage_limits or "", row.rate_limits or "")
    return sha256("\0".join(said).encode()).hexdigest()[:16]


def set_limits(row: LimitedRow, data: Said) -> None:
    """Put limits into a row, as far as anything is said of them."""
    if data.usage_limits is not msgspec.UNSET:
        row.usage_limits = kept(data.usage_limits)
    if data.rate_limits is not msgspec.UNSET:
        row.rate_limits = kept(data.rate_limits)


def shown_limits(row: LimitedRow | None) -> dict[str, Any]:
    """Both fields as the API has them, and the version that a change may say it was made from."""
    now, version = datetime.now(UTC), {"limits_version": version_of(row)}
    if row is None:
        return version
    return version | {"usage_limits": shown(row.usage_limits, now), "rate_limits": shown(row.rate_limits, now)}


def is_exhausted(plant: Plant, level: Level, owner: str) -> bool:
    """Whether a budget of an owner leaves nothing."""
    tallies = plant.limits.opened(plant.snapshot.limits.of(level, owner))
    return any(isinstance(tally, BudgetTally) and tally.limit.refuses and tally.is_exhausted for tally in tallies)


async def reset_usage(session: AsyncSession, limits: LimitCatalog, level: Level, owner: str) -> None:
    """Let every budget of an owner begin anew, now."""
    await reset_counters(session, (applied.counter for applied in limits.of(level, owner)))


async def reset_counters(session: AsyncSession, counters: Iterable[str]) -> None:
    """Let counters begin anew, now; what is under way is charged to the time before."""
    for counter in counters:
        row = await adjustment_of(session, counter)
        row.reset_at_ms = max(now_ms(), (row.reset_at_ms or 0) + 1)
        session.add(row)
