"""Limits as the admin API has them, and as the store keeps them: checked, and made into rules.

Source: Portkey's `usage_limits` and `rate_limits`. Its money is whole dollars; here a fraction will do. Beyond its
fields there are `mode`, `shadow`, `on_shortage`, `unpriced`, `alert_thresholds` (percent), `time_zone`, daily periods,
budgets of requests, and rates of `concurrent` requests.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.limits.period import FIRST_DAY, Period, zone_named
from gateway.limits.rules import UNITS, Budget, Level, OnShortage, RateLimit, Unpriced, Used

if TYPE_CHECKING:
    pass

NANO = 1_000_000_000


class UsageLimit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A budget."""

    credit_limit: float
    """Dollars, tokens or requests."""
    type: Used = "cost"
    alert_threshold: float | None = None
    """An amount, in the same unit."""
    alert_thresholds: tuple[float, ...] = ()
    """In percent."""
    periodic_reset: str | None = None
    periodic_reset_days: int | None = None
    next_usage_reset_at: datetime | None = None
    """A day on which a period of days begins."""
    time_zone: str = "UTC"
    mode: str = "hard"
    shadow: bool = False
    on_shortage: OnShortage = "lower"
    unpriced: Unpriced = "refuse"

    @property
    def period(self) -> Period:
        """How long it lasts."""
        if self.periodic_reset_days:
            said = self.next_usage_reset_at
            anchor = said.astimezone(zone_named(self.time_zone)).date() if said else FIRST_DAY
            return Period("days", self.periodic_reset_days, self.time_zone, anchor)
        every = self.periodic_reset
        return Period(every, 0, self.time_zone) if every in ("daily", "weekly", "monthly") else Period()  # type: ignore[arg-type]


class RateLimited(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rate."""

    type: Used
    unit: str = "rpm"
    value: int
    shadow: bool = False


def in_units(amount: float, used: str) -> int:
    """An amount as it is counted: of money nanodollars."""
    return int((Decimal(str(amount)) * (NANO if used == "cost" else 1)).to_integral_value())


def spelled(amount: int, used: str) -> float | int:
    """An amount as the admin API has it: of money dollars."""
    return float(Decimal(amount) / NANO) if used == "cost" else amount


def budget_of(said: UsageLimit, level: Level, owner: str, name: str) -> Budget:
    """A budget as a rule."""
    amount, period = in_units(said.credit_limit, said.type), said.period
    alerts = {share_of(amount, percent) for percent in said.alert_thresholds if percent < 100}
    if said.alert_threshold:
        alerts |= {each for each in [in_units(said.alert_threshold, said.type)] if each < amount}
    return Budget(
        counter=f"{level}:{owner}:{said.type}:{period.mark}",
        name=name,
        level=level,
        owner=owner,
        used=said.type,
        amount=amount,
        period=period,
        alerts=tuple(sorted(alert for alert in alerts if alert)),
        is_hard=said.mode == "hard",
        shadow=said.shadow,
        on_shortage=said.on_shortage,
        unpriced=said.unpriced,
    )


def share_of(amount: int, percent: float) -> int:
    """The first whole amount that is so much of a budget: of three requests four fifths are reached with the third."""
    return -(-amount * round(percent * 100) // 10_000)


def rate_of(said: RateLimited, level: Level, owner: str, name: str) -> RateLimit:
    """A rate as a rule."""
    return RateLimit(
        counter=f"{level}:{owner}:{said.type}:{said.unit}",
        name=name,
        level=level,
        owner=owner,
        used=said.type,
        unit=said.unit,
        value=said.value,
        shadow=said.shadow,
    )


def usage_limits_in(stored: str | None) -> list[UsageLimit]:
    """The budgets of a row; there may be one, or a list."""
    return [msgspec.convert(each, UsageLimit, strict=False) for each in listed(stored)]


def rate_limits_in(stored: str | None) -> list[RateLimited]:
    """The rates of a row."""
    return [msgspec.convert(each, RateLimited, strict=False) for each in listed(stored)]


def listed(stored: str | None) -> list[Any]:
    """What a row has, as a list."""
    said = msgspec.json.decode(stored) if stored else []
    return said if isinstance(said, list) else [said]


def shown(stored: str | None, now: datetime) -> Any:
    """A row's limits as the API shows them, with when they begin anew."""
    said = msgspec.json.decode(stored) if stored else None
    if isinstance(said, list):
        return [with_reset(each, now) for each in said]
    return None if said is None else with_reset(said, now)


def with_reset(said: dict[str, Any], now: datetime) -> dict[str, Any]:
    """A budget with the end of its period; a rate as it is."""
    if "credit_limit" not in said:
        return said
    period = msgspec.convert(said, UsageLimit, strict=False).period
    if period.every == "never":
        return said | {"next_usage_reset_at": None}
    ends = period.around(round(now.timestamp() * 1000))[1]
    return said | {"next_usage_reset_at": datetime.fromtimestamp(ends / 1000, UTC)}


def kept(said: Any) -> str | None:
    """Limits as the store has them; nothing where there are none."""
    return msgspec.json.encode(said).decode() if said else None


__all__ = ["UNITS", "RateLimited", "UsageLimit"]
