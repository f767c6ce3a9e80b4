"""What is wrong with limits that somebody wants to set: all of it, field by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from gateway.limits.period import zone_named
from gateway.limits.rules import UNITS

Wrong = Iterator[tuple[str, str]]
"""(field, what is wrong with it)."""
Check = tuple[Callable[[Any], bool], str]
MOST = 1 << 62
MOST_DOLLARS = 1e9


def one_of(*names: str) -> Check:
    """Any of some words."""
    return (lambda value: value in names), f"must be {', '.join(f'`{name}`' for name in names[:-1])} or `{names[-1]}`"


def is_number(value: Any) -> bool:
    """Whether it is a number at all."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any, least: int, most: int = MOST) -> bool:
    """Whether it is a whole number between two others."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_zone(value: Any) -> bool:
    """Whether it is the name of a time zone."""
    try:
        return isinstance(value, str) and bool(zone_named(value))
    except ValueError:
        return False


def is_moment(value: Any) -> bool:
    """Whether it is a date and time with a zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


AMOUNT: Check = (lambda value: is_number(value) and 0 <= value <= MOST_DOLLARS * 1e3, "must be a number, not below 0")
FLAG: Check = (lambda value: isinstance(value, bool), "must be true or false")
BUDGET: Mapping[str, Check] = {
    "credit_limit": AMOUNT,
    "type": one_of("cost", "tokens", "requests"),
    "alert_threshold": AMOUNT,
    "alert_thresholds": (
        lambda value: isinstance(value, list) and all(is_number(each) and 0 < each <= 100 for each in value),
        "must be a list of percentages",
    ),
    "periodic_reset": one_of("daily", "weekly", "monthly"),
    "periodic_reset_days": (lambda value: is_whole(value, 1, 365), "must be a whole number from 1 to 365"),
    "next_usage_reset_at": (is_moment, "must be a date and time such as `2026-12-01T00:00:00Z`"),
    "time_zone": (is_zone, "must be the name of a time zone, such as `Europe/Berlin`"),
    "mode": one_of("hard", "soft"),
    "shadow": FLAG,
    "on_shortage": one_of("lower", "refuse"),
    "unpriced": one_of("refuse", "allow"),
}
RATE: Mapping[str, Check] = {
    "type": one_of("requests", "tokens", "concurrent"),
    "unit": one_of(*UNITS),
    "value": (lambda value: is_whole(value, 0), "must be a whole number, not below 0"),
    "shadow": FLAG,
}


def wrong_with_budgets(said: Any, place: str = "usage_limits") -> Wrong:
    """What is wrong with one budget, or a list of them; none at all is right."""
    for where, each in places(said, place):
        yield from wrong_with(each, where, BUDGET, ("credit_limit",))
        if isinstance(each, dict) and each.get("periodic_reset") and each.get("periodic_reset_days"):
            yield f"{where}.periodic_reset_days", "cannot be set beside `periodic_reset`"
    yield from twice(said, place, ("type", "periodic_reset", "periodic_reset_days"))


def wrong_with_rates(said: Any, place: str = "rate_limits") -> Wrong:
    """What is wrong with a list of rates; none at all is right."""
    for where, each in places(said, place):
        is_concurrent = isinstance(each, dict) and each.get("type") == "concurrent"
        yield from wrong_with(each, where, RATE, ("type", "value") if is_concurrent else ("type", "unit", "value"))
    yield from twice(said, place, ("type", "unit"))


def places(said: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Each limit with where it stands."""
    if isinstance(said, list):
        yield from ((f"{place}[{number}]", each) for number, each in enumerate(said))
    elif said is not None and said != {}:
        yield place, said


def wrong_with(said: Any, place: str, checks: Mapping[str, Check], needed: tuple[str, ...]) -> Wrong:
    """What is wrong with one limit; a field that is null is as if it were left out."""
    if not isinstance(said, dict):
        yield place, "must be an object"
        return
    yield from ((f"{place}.{name}", "is needed") for name in needed if said.get(name) is None)
    for name, value in said.items():
        if name not in checks:
            yield (
                f"{place}.{name[:60]}",
                f"is no field of a limit; there are {', '.join(f'`{each}`' for each in checks)}",
            )
        elif value is not None and not checks[name][0](value):
            yield f"{place}.{name}", checks[name][1]


def twice(said: Any, place: str, names: tuple[str, ...]) -> Wrong:
    """Limits that would share a counter."""
    seen: set[str] = set()
    for where, each in places(said, place):
        if isinstance(each, dict):
            mark = repr([each.get(name) for name in names])
            if mark in seen:
                yield where, "counts the same as another one of the list"
            seen.add(mark)
