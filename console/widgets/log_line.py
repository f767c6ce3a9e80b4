"""One log as one line: which columns fit, and what stands in them. No Textual in here, so that it is quick to test."""

from dataclasses import replace
from datetime import tzinfo

from console.backlog import Row
from console.figures import NONE, clock_time, short_count, short_dollars, short_duration
from console.story import note
from console.widgets.columns import Column, fit, taken, that_fit
from console.wire.logs import LogSummary

COLUMNS = (
    Column("time", "time", 12),
    Column("key", "key", 12, leaves=4),
    Column("model", "model", 20),
    Column("status", "st", 5),
    Column("tokens", "tok in/out", 11, leaves=3, right=True),
    Column("cost", "cost", 8, leaves=2, right=True),
    Column("first", "ttft", 6, leaves=1, right=True),
    Column("total", "total", 6, right=True),
    Column("story", "story", 9),
)


def fitting(width: int) -> list[Column]:
    """The columns for a terminal of this width, stretched to fill it: the story gets what model and key leave."""
    shown = that_fit(COLUMNS, width)
    spare = max(0, width - taken(shown))
    shares = {"model": min(spare // 3, 30), "key": min(spare // 6, 12)}
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
    return [(tones.get(column.name, "text"), fit(texts[column.name], column)) for column in columns]


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
