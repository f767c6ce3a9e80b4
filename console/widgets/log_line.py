"""One log as one line: which columns fit, and what stands in them. No Textual in here, so that it is quick to test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo

from console.logs.backlog import Row
from console.logs.story import note
from console.text.figures import NONE, clock_time, short_count, short_dollars, short_duration
from console.widgets.columns import Column, fit, taken, that_fit
from console.wire.logs import LogSummary

COLUMNS = (
    Column("time", "time", 12),
    Column("key", "key", 12, leaves=4),
    Column("workspace", "workspace", 12, leaves=5),
    Column("model", "model", 20),
    Column("answered", "answered by", 20, leaves=5),
    Column("vendor", "vendor", 10, leaves=5),
    Column("status", "st", 5),
    Column("fault", "fault", 8, leaves=5),
    Column("class", "error class", 20, leaves=5),
    Column("tokens", "tok in/out", 11, leaves=3, right=True),
    Column("cached", "cached", 6, leaves=5, right=True),
    Column("thought", "reasoned", 8, leaves=5, right=True),
    Column("cost", "cost", 8, leaves=2, right=True),
    Column("first", "ttft", 6, leaves=1, right=True),
    Column("total", "total", 6, right=True),
    Column("own", "gateway", 7, leaves=5, right=True),
    Column("retries", "retries", 7, leaves=5, right=True),
    Column("cache", "cache", 8, leaves=5),
    Column("trace", "trace", 12, leaves=5),
    Column("metadata", "metadata", 16, leaves=5),
    Column("story", "story", 9),
)
"""All there are, in order."""
USUAL = ("time", "key", "model", "status", "tokens", "cost", "first", "total", "story")
"""Those that stand there until others are chosen."""


def fitting(width: int, names: tuple[str, ...] = USUAL) -> list[Column]:
    """The columns for a terminal of this width, stretched to fill it: the story gets what model and key leave."""
    shown = that_fit((column for column in COLUMNS if column.name in names), width)
    spare = max(0, width - taken(shown))
    shares = {"model": min(spare // 3, 16), "key": min(spare // 6, 8)}
    shares["story"] = spare - sum(shares[column.name] for column in shown if column.name in shares)
    return [replace(column, width=column.width + shares.get(column.name, 0)) for column in shown]


def cells(row: Row, columns: list[Column], zone: tzinfo | None) -> list[tuple[str, str]]:
    """(style name, text) for each column, padded to its width."""
    tone = tone_of(row)
    texts = settled_texts(row.summary) if row.summary else pending_texts(row)
    origin = row.origin
    texts |= {
        "time": clock_time(origin.created_at, zone),
        "key": origin.api_key_name or "–",
        "model": f"@{origin.provider}/{origin.ai_model}" if origin.provider else origin.ai_model or "–",
    }
    tones = {"time": "dim", "key": "key", "status": tone, "story": tone if tone != "ok" else "dim"}
    extras = {column.name: extra(column.name, row.summary) for column in columns if column.name not in texts}
    texts |= extras
    return [(tones.get(column.name, "text"), fit(texts[column.name], column)) for column in columns]


def extra(name: str, log: LogSummary | None) -> str:
    """What stands in a column that is not one of the usual; nothing while there is no answer."""
    return "" if log is None else str(EXTRAS[name](log) or NONE)


EXTRAS: dict[str, Callable[[LogSummary], object]] = {
    "workspace": lambda log: log.workspace_slug,
    "answered": lambda log: log.response_model,
    "vendor": lambda log: log.ai_org,
    "fault": lambda log: log.error.fault if log.error else None,
    "class": lambda log: log.error_class,
    "cached": lambda log: short_count(log.cached_units),
    "thought": lambda log: short_count(log.reasoning_units),
    "own": lambda log: short_duration(log.gateway_processing_time),
    "retries": lambda log: log.retry_success_count,
    "cache": lambda log: (log.cache_status or "").lower(),
    "trace": lambda log: log.trace_id,
    "metadata": lambda log: " ".join(f"{key}={value}" for key, value in (log.metadata or {}).items()),
}


def settled_texts(log: LogSummary) -> dict[str, str]:
    """What an answered request shows."""
    mark = "" if log.is_success else "!"
    return {
        "status": f"{log.response_status_code}{mark}",
        "tokens": f"{short_count(log.req_units)}/{short_count(log.res_units):>5}"
        if log.req_units or log.res_units
        else NONE,
        "cost": short_dollars(log.cost_nanodollars) if log.is_priced else "?",
        "first": short_duration(log.time_to_first_token_ms),
        "total": short_duration(log.response_time),
        "story": note(log),
    }


def pending_texts(row: Row) -> dict[str, str]:
    """What a request without an answer shows."""
    story = "no news since the connection broke" if row.lost else "under way"
    return {"status": "?" if row.lost else "···", "tokens": "", "cost": "", "first": "", "total": "", "story": story}


def tone_of(row: Row) -> str:
    """How it ended, as the name of a style."""
    if row.summary is None:
        return "pending"
    if row.summary.is_success:
        return "ok"
    return "failed" if row.summary.response_status_code >= 500 else "refused"
