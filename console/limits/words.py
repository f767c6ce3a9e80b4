"""How a budget or a rate stands, in words and as a bar. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from console.text.figures import NONE, short_count, short_dollars
from console.wire.limits import Limit

LEVELS = {
    "api_key": "key",
    "workspace": "workspace",
    "provider": "provider",
    "integration": "integration",
    "policy": "policy",
}
UNITS = {"rps": "second", "rpm": "minute", "rph": "hour", "rpd": "day", "rpw": "week"}
SHORT_UNITS = {"rps": "s", "rpm": "min", "rph": "h", "rpd": "day", "rpw": "week"}
NOUNS = {"tokens": "tokens", "requests": "requests", "concurrent": "at once"}
SPENT, RESERVED, LEFT = "█", "▒", "·"
"""Told apart by their shape: nobody needs a colour for it."""
LOW_SHARE = 0.8
"""Of a budget without alert thresholds."""
BAR = 30
"""Cells, where a limit has the page for itself."""
NANO = 1_000_000_000


def whose(limit: Limit) -> str:
    """Whose limit it is: `key mkt-webui`, `integration openai in sales`, `policy ann: Each user`."""
    name = limit.name or limit.owner
    if limit.level == "provider":
        name = f"@{name}"
    if limit.level == "integration":
        name = f"{name} in {limit.owner.rpartition('@')[2]}"
    if limit.group:
        name = f"{', '.join(part.partition('=')[2] or NONE for part in limit.group.split(','))}: {name}"
    return f"{LEVELS.get(limit.level, limit.level)} {name}"


def what(limit: Limit) -> str:
    """How much of what: `$50.00 monthly`, `60 requests/min`, `5 at once`."""
    if limit.is_rule:
        return "allowed models"
    if limit.is_budget:
        each = {"never": "in all"}.get(limit.period, f"every {limit.period}" if limit.period[:1].isdigit() else "")
        return f"{amount(limit.limit, limit.type)} {each or limit.period}"
    per = f"/{SHORT_UNITS.get(limit.period, limit.period)}" if limit.period else ""
    return f"{amount(limit.limit, limit.type)}{per}"


def amount(number: float, counted: str) -> str:
    """`$12.40`, `1.2M tokens`."""
    return figure(number, counted) if counted == "cost" else f"{short_count(number)} {NOUNS.get(counted, counted)}"


def figure(number: float, counted: str) -> str:
    """The same where the unit is known from beside it."""
    return short_dollars(round(number * NANO)) if counted == "cost" else short_count(number)


def bar(limit: Limit, width: int) -> str:
    """Spent, set aside and left, side by side; whatever there is of a part takes one cell at least."""
    if limit.is_rule:
        return ""
    if limit.limit <= 0:
        return SPENT * width
    spent = cells(limit.spent, limit.limit, width)
    reserved = min(cells(limit.reserved, limit.limit, width), width - spent)
    if limit.left > 0 and spent + reserved == width:
        spent, reserved = (spent - 1, reserved) if spent > 1 else (spent, reserved - 1)
    return SPENT * spent + RESERVED * reserved + LEFT * (width - spent - reserved)


def cells(part: float, whole: float, width: int) -> int:
    """How many of `width` cells a part takes."""
    return min(width, max(1, round(part / whole * width))) if part > 0 else 0


def share(limit: Limit) -> str:
    """`82%` of it is spent or set aside."""
    return f"{(limit.spent + limit.reserved) / limit.limit:.0%}" if limit.limit > 0 else NONE


def state(limit: Limit) -> str:
    """In a word, beside the colour: `used up`, `low`, `shadow`, `raised`, or `ok`."""
    if is_out(limit):
        return "used up" if limit.is_budget else "full"
    if limit.is_budget and limit.spent >= (min(limit.alerts) if limit.alerts else limit.limit * LOW_SHARE):
        return "low"
    if limit.mode == "shadow":
        return "shadow"
    return "raised" if limit.raised else "ok"


def is_out(limit: Limit) -> bool:
    """Whether nothing is left, or too little for the requests that came."""
    return limit.status == "exhausted"


def refusals(limit: Limit) -> str:
    """How many it refused, or would have."""
    if limit.mode == "shadow":
        return f"({limit.would_have_refused:,})"
    return f"{limit.refused:,}" if limit.refused else NONE


def short_moment(moment: datetime | None, now: datetime, zone: tzinfo | None) -> str:
    """`14:32` of today, else `1 Dec`, and with the year where it is another."""
    if moment is None:
        return NONE
    local, here = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == here.date():
        return f"{local:%H:%M}"
    return f"{local.day} {local:%b}" + ("" if local.year == here.year else f" {local.year}")


def long_moment(moment: datetime, zone: tzinfo | None) -> str:
    """`Tue 1 Dec 00:00`."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def sentence(limit: Limit, zone: tzinfo | None) -> str:
    """What is happening: how it stands, what it does about it, when it begins anew, and how long it lasts."""
    return " ".join(told(limit, zone))


def told(limit: Limit, zone: tzinfo | None) -> Iterator[str]:
    """The sentences of it."""
    if limit.is_rule:
        yield "Requests for models that are not allowed are let through and counted."
        yield doing(limit)
        return
    aside = f", {amount(limit.reserved, limit.type)} set aside for requests under way" if limit.reserved else ""
    spent, whole = figure(limit.spent, limit.type), amount(limit.limit, limit.type)
    if not limit.is_budget and limit.type == "concurrent":
        yield f"{short_count(limit.reserved)} of {whole} are under way."
    elif limit.is_budget:
        yield f"{spent} of {whole} are spent{aside}, {figure(limit.left, limit.type)} left."
    else:
        yield f"{spent} of {whole} in the last {UNITS.get(limit.period, limit.period)}."
    yield doing(limit)
    if limit.is_budget:
        yield resets(limit, zone)
    if going := going_on(limit, zone):
        yield going
    if limit.raised and limit.raised_until is not None:
        yield f"{amount(limit.raised, limit.type)} of it are added until {long_moment(limit.raised_until, zone)}."


def facts(limit: Limit) -> list[str]:
    """What it is, as a bar and line by line."""
    alerts = ", ".join(
        f"{amount(each, limit.type)}{' (passed)' if limit.spent >= each else ''}" for each in limit.alerts
    )
    rows = {
        "Limit": f"{what(limit)}, {limit.mode}" + (f", zone {limit.time_zone}" if limit.time_zone else ""),
        "Burns": f"{amount(limit.burn_rate, limit.type)} an hour, as of late" if limit.burn_rate else "",
        "Tells at": alerts,
        "Refused": f"{limit.refused:,} since the gateway was started" if limit.refused else "",
    }
    if limit.is_rule:
        return [whose(limit), "d in the list enforces the rule: from then on such requests are refused with 412."]
    drawn = f"{bar(limit, BAR)}  {share(limit)}  {SPENT} spent  {RESERVED} set aside  {LEFT} left"
    return [whose(limit), drawn, *(f"{name:<9}{text}" for name, text in rows.items() if text)]


def doing(limit: Limit) -> str:
    """What it does to requests."""
    if limit.mode == "shadow":
        would = f"{limit.would_have_refused:,} request{'' if limit.would_have_refused == 1 else 's'}"
        return f"In shadow it refuses nobody; it would have refused {would}."
    if limit.mode == "soft":
        return "It is soft: it only tells."
    if is_out(limit):
        return "It stops new requests." if limit.is_budget else "New requests wait for their turn: 429 until then."
    if limit.on_shortage == "lower":
        return "Where too little is left, answers are shortened."
    return "What would go beyond it is refused."


def going_on(limit: Limit, zone: tzinfo | None) -> str:
    """How it will end, if it goes on as of late."""
    if limit.runs_out_at is not None and not is_out(limit):
        return f"At this rate it is empty on {long_moment(limit.runs_out_at, zone)}."
    if limit.forecast is not None and limit.burn_rate and not is_out(limit):
        return f"At this rate {amount(limit.forecast, limit.type)} will be used by then."
    return ""


def resets(limit: Limit, zone: tzinfo | None) -> str:
    """When it begins anew."""
    if limit.resets_at is None:
        return "It never begins anew by itself."
    there = f" ({limit.time_zone} midnight)" if limit.time_zone else ""
    return f"It begins anew {long_moment(limit.resets_at, zone)}{there}."
