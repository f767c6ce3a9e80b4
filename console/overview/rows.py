"""The lists of the Overview: their columns, what a row says, and where Enter leads from it. No Textual in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from http import HTTPStatus

from console.logs.query_words import word
from console.overview.outlook import Outlook
from console.text.figures import NONE, day_ahead, short_count, short_dollars, short_duration, short_percent
from console.widgets.columns import Column
from console.wire.limits import Limit
from console.wire.overview import Figures

Rows = Mapping[str, tuple[str, ...]]
CENT = 10_000_000
"""Nanodollars."""
NANO = 1_000_000_000
FIGURES = (
    Column("requests", "requests", 8, right=True),
    Column("cost", "cost", 8, right=True),
    Column("failed", "failed", 6, 3, right=True),
    Column("p95", "p95", 6, 2, right=True),
    Column("tokens", "tokens", 6, 1, right=True),
)
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "models": (Column("name", "model", 16), *FIGURES),
    "keys": (Column("name", "key", 16), *FIGURES),
    "teams": (Column("name", "team", 16), *FIGURES),
    "errors": (
        Column("name", "what", 24),
        Column("count", "requests", 8, right=True),
        Column("share", "of all", 6, right=True),
    ),
    "vendors": (
        Column("name", "provider", 14),
        Column("health", "health", 6, right=True),
        Column("failed", "failed", 6, right=True),
        Column("p95", "p95", 6, right=True),
        Column("first", "1st tok", 7, 2, right=True),
        Column("requests", "requests", 8, 1, right=True),
    ),
    "budgets": (
        Column("name", "budget", 12),
        Column("used", "used", 5, right=True),
        Column("ends", "runs out", 12),
        Column("spent", "spent", 8, 4, right=True),
        Column("limit", "of", 8, 4, right=True),
        Column("pace", "an hour", 8, 3, right=True),
        Column("forecast", "forecast", 8, 2, right=True),
        Column("resets", "anew", 12, 1),
    ),
    "alerts": (Column("title", "alert", 44), Column("text", "", 40, 1)),
}
FAULTS = {
    "caller": "the caller's fault",
    "policy": "refused by policy",
    "provider": "the provider's fault",
    "gateway": "the gateway's fault",
}
OWN_STATUSES = {499: "the client hung up", 529: "Overloaded"}


def money(cents: float | None) -> str:
    """Of the gateway's cents."""
    return short_dollars(None if cents is None else round(cents * CENT))


def amount(number: float | None, kind: str) -> str:
    """Of a limit: dollars, or so many of what it counts."""
    if kind == "cost":
        return short_dollars(None if number is None else round(number * NANO))
    return short_count(number)


def figures(row: Figures) -> tuple[str, ...]:
    """What every group has."""
    return (
        short_count(row.get("requests")),
        money(row.get("cost")),
        short_percent(row.get("error_rate")),
        short_duration(row.get("latency_p95")),
        short_count(row.get("tokens")),
    )


def parts(name: str) -> Callable[[Outlook], Rows]:
    """A group's rows by what they are called."""

    def rows(outlook: Outlook) -> Rows:
        found = outlook.groups.get(name, {})
        return {row_id: (row.get("api_key_name") or row_id or NONE, *figures(row)) for row_id, row in found.items()}

    return rows


def errors(outlook: Outlook) -> Rows:
    """By whose fault, then by status."""
    whole = outlook.total("requests")
    faults = {f"fault:{name}": (said, outlook.total(f"errors_{name}")) for name, said in FAULTS.items()}
    found = outlook.groups.get("errors", {})
    statuses = {status: (status_said(status), row.get("errors")) for status, row in found.items()}
    return {
        row_id: (said, short_count(number), short_percent(number / whole * 100 if whole else None))
        for row_id, (said, number) in (faults | statuses).items()
        if number
    }


def status_said(status: str) -> str:
    """`429 Too Many Requests`."""
    code = int(status) if status.isdigit() else 0
    if 200 <= code < 300:
        return f"{code}, then cut short"
    if code in OWN_STATUSES:
        return f"{code} {OWN_STATUSES[code]}"
    return f"{code} {HTTPStatus(code).phrase}" if code in HTTPStatus.__members__.values() else status


def vendors(outlook: Outlook) -> Rows:
    """Each provider's health."""
    return {
        slug: (
            f"@{slug}" if slug else NONE,
            health(row.get("vendor_health")),
            short_percent(row.get("error_rate")),
            short_duration(row.get("latency_p95")),
            short_duration(row.get("time_to_first_token_p50")),
            short_count(row.get("requests")),
        )
        for slug, row in outlook.groups.get("vendors", {}).items()
    }


def health(share: float | None) -> str:
    """`99%`, with a sign where it is bad: a colour alone says nothing."""
    return f"{'! ' if share is not None and share < 95 else ''}{short_percent(share)}"


def budgets(outlook: Outlook, zone: tzinfo | None, now: datetime) -> Rows:
    """What burns fastest first."""
    return {
        each.id: (
            budget_said(each),
            short_percent(each.spent / each.limit * 100 if each.limit else None),
            end_said(each, zone, now),
            amount(each.spent, each.type),
            amount(each.limit, each.type),
            amount(each.burn_rate, each.type),
            amount(each.forecast, each.type),
            day_ahead(each.resets_at, now, zone) if each.resets_at else NONE,
        )
        for each in outlook.budgets
    }


def budget_said(budget: Limit) -> str:
    """Whose it is, and of what."""
    whose = budget.name or budget.owner
    group = f"{', '.join(part.partition('=')[2] or NONE for part in budget.group.split(','))}: " if budget.group else ""
    unit = "" if budget.type == "cost" else f", {budget.type}"
    shadow = ", shadow" if budget.mode == "shadow" else ""
    return f"{group}{whose} {budget.period}{unit}{shadow}".strip()


def end_said(budget: Limit, zone: tzinfo | None, now: datetime) -> str:
    """When nothing is left."""
    if budget.left <= 0 and budget.spent:
        return "! exhausted"
    return day_ahead(budget.runs_out_at, now, zone) if budget.runs_out_at else "lasts"


def alerts(outlook: Outlook) -> Rows:
    """The worst first, as the gateway tells them."""
    return {str(place): (f"! {each.title}", each.text) for place, each in enumerate(outlook.alerts)}


def rows_of(name: str, outlook: Outlook, zone: tzinfo | None, now: datetime) -> Rows:
    """What a list shows."""
    if name == "budgets":
        return budgets(outlook, zone, now)
    made: dict[str, Callable[[Outlook], Rows]] = {"errors": errors, "vendors": vendors, "alerts": alerts}
    return made.get(name, parts(name))(outlook)


@dataclass(frozen=True, slots=True)
class Way:
    """Where a row leads: a screen, and what is to be seen there."""

    screen: str
    filter: str = ""
    """Of Logs."""
    row: str = ""
    """Of a list: what gets the cursor."""


def way_from(name: str, row_id: str, outlook: Outlook, by: str) -> Way | None:
    """What explains a row; None where nothing does."""
    match name:
        case "models":
            return requests(word("model", row_id), outlook)
        case "keys":
            return requests(word("key", outlook.groups["keys"][row_id].get("api_key_name") or ""), outlook)
        case "teams":
            told = {"workspace": "workspace", "user": "meta._user"}.get(by, f"meta.{by}")
            return requests(word(told, row_id), outlook)
        case "errors":
            return requests(error_words(row_id), outlook)
        case "vendors":
            return Way("catalog", row=row_id)
        case "budgets":
            return Way("limits", row=row_id)
    return way_from_alert(int(row_id), outlook)


def way_from_alert(place: int, outlook: Outlook) -> Way | None:
    """Where what an alert is about can be changed."""
    if place >= len(outlook.alerts):
        return None
    alert = outlook.alerts[place]
    if alert.limit_id is not None:
        return Way("limits", row=alert.limit_id)
    return {"api_key": Way("keys", row=alert.owner), "provider": Way("catalog", row=alert.owner)}.get(alert.level)


def requests(filter_text: str, outlook: Outlook) -> Way:
    """To the requests that a row counts: those of the same stretch of time."""
    return Way("logs", f"{filter_text} since:{outlook.range.ago}".strip())


def error_words(row_id: str) -> str:
    """The filter of a row of errors; of answers that were cut short only those, not all that were good."""
    if row_id.startswith("fault:"):
        return row_id
    return f"status:{row_id} fault:provider" if row_id.startswith("2") else f"status:{row_id}"
