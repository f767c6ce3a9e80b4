"""Periods of budgets, by the calendar of a time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["never", "daily", "weekly", "monthly", "days"]
"""After how long a budget begins anew; a week begins on Monday, all of them at midnight."""
FIRST_DAY = date(2024, 1, 1)
"""A Monday: from here periods of days are counted where nobody says when one begins."""
NO_END_MS = 1 << 52


@dataclass(frozen=True, slots=True)
class Period:
    """When a budget begins anew."""

    every: Every = "never"
    days: int = 0
    """How many, of `days`."""
    zone: str = "UTC"
    """Whose midnight it is."""
    anchor: date = FIRST_DAY
    """A day on which a period of so many days begins."""

    @property
    def mark(self) -> str:
        """What tells it from other lengths, in a word."""
        return f"{self.days}d" if self.every == "days" else self.every

    def around(self, now_ms: int) -> tuple[int, int]:
        """When the period began that holds now, and when it ends; without period it began at 0."""
        if self.every == "never":
            return 0, NO_END_MS
        known = LATEST.get(self)
        if known is None or not known[0] <= now_ms < known[1]:
            known = LATEST[self] = self._around(now_ms)
        return known

    def _around(self, now_ms: int) -> tuple[int, int]:
        zone = zone_named(self.zone)
        first = self._first(datetime.fromtimestamp(now_ms / 1000, zone).date())
        return midnight_ms(first, zone), midnight_ms(self._next(first), zone)

    def _first(self, today: date) -> date:
        match self.every:
            case "weekly":
                return today - timedelta(days=today.weekday())
            case "monthly":
                return today.replace(day=1)
            case "days":
                return today - timedelta(days=(today - self.anchor).days % self.days)
        return today

    def _next(self, first: date) -> date:
        match self.every:
            case "weekly":
                return first + timedelta(days=7)
            case "monthly":
                return (first + timedelta(days=31)).replace(day=1)
            case "days":
                return first + timedelta(days=self.days)
        return first + timedelta(days=1)


NEVER = Period()
LATEST: dict[Period, tuple[int, int]] = {}
"""The stretch that each asked for last: thousands of keys begin theirs at the same midnight."""


def midnight_ms(day: date, zone: ZoneInfo) -> int:
    """When a day begins in a time zone; where midnight is skipped, the moment after."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


@cache
def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (OSError, KeyError) as error:
        raise ValueError(f"there is no time zone `{name[:60]}`") from error
