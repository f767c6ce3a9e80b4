"""Views of the log that are kept at the gateway, for everybody of the workspace: as lines of the filter bar."""

from __future__ import annotations

from datetime import datetime

import msgspec

from console.logs.query import parse
from console.logs.query_words import EXACT, NUMBERS
from console.wire.saved_filters import SavedFilter

PATH = "/v1/logs/filters"
WORDS = {rule.asks: word for word, rule in EXACT.items()} | {
    "status": "status",
    "provider": "provider",
    "time_of_generation_min": "since",
    "time_of_generation_max": "until",
}
"""The gateway's filter, and the word for it."""


def body_of(name: str, line: str, now: datetime) -> dict[str, object]:
    """What it takes to keep a line under a name."""
    return {"name": name, "filters": parse(line)[0].filters(now) | {"line": line}}


def line_of(view: SavedFilter) -> str | None:
    """A view as it was written; of one that a script made, its filters in our words. None where those do not do."""
    if line := view.filters.get("line"):
        return line if parse(line)[1] is None else None
    tokens = [token for name, value in view.filters.items() for token in tokens_of(name, value)]
    line = " ".join(tokens)
    is_whole = "" not in tokens and parse(line)[1] is None
    return line if is_whole else None


def tokens_of(name: str, value: str) -> list[str]:
    """One filter of the gateway in words; an empty one where there are none."""
    bare, _, end = name.rpartition("_")
    number = next((word for word, rule in NUMBERS.items() if rule.asks == bare), None)
    if number is not None:
        rule, sign = NUMBERS[number], ">" if end == "min" else "<"
        return [f"{number}{sign}{'=' if rule.is_whole else ''}{float(value) / rule.factor:.10g}"]
    match name:
        case "text":
            return value.split()
        case "words":
            return [f"text:{word}" for word in value.split()]
        case "provider":
            return [f"provider:@{value.removeprefix('@')}"]
        case "metadata":
            return [f'meta.{key}:"{held}"' for key, held in msgspec.json.decode(value, type=dict[str, str]).items()]
    return [f'{WORDS[name]}:"{value}"' if " " in value else f"{WORDS[name]}:{value}"] if name in WORDS else [""]
