"""The pages of one log as lines: JSON to fold, a conversation as a chat, the rest as text. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from console.logs.conversation import conversation
from console.logs.json_tree import JsonTree
from console.logs.record_text import PAGES
from console.logs.sent import difference, heading, shown
from console.playground.transcript import NAMES
from console.text.plain import plain
from console.text.wrapping import Line, wrapped
from console.wire.logs import LogDetail


def tree_of(name: str, log: LogDetail) -> JsonTree | None:
    """A page that is JSON; None for those that are text."""
    match name:
        case "Request":
            return JsonTree({f"{log.request.method} {log.request.url}": log.request.body} | sent_on(log))
        case "Response":
            return JsonTree(response_of(log))
    return None


def sent_on(log: LogDetail) -> dict[str, Any]:
    """A line for each attempt, by its number; where another body went out, that stands below it."""
    return {f"{heading(each)} · {difference(each)}": shown(each) for each in log.sent}


def response_of(log: LogDetail) -> dict[str, Any]:
    """The answer, and as it was streamed."""
    shown: dict[str, Any] = {"status": log.response.status, "body": log.response.body}
    if log.original_response is not None and log.original_response.body:
        shown["as it was streamed"] = log.original_response.body
    return shown


def page_lines(name: str, log: LogDetail, zone: tzinfo | None, width: int) -> list[Line]:
    """A page of text."""
    turns = conversation(log.request.body, log.response.body) if name == "Conversation" else []
    if not turns:
        return [[(tone_of(line), line)] for line in wrapped(plain(PAGES[name](log, zone)), width)]
    return [line for turn in turns for line in turn_lines(turn.role, turn.text, width)]


def turn_lines(role: str, text: str, width: int) -> Iterator[Line]:
    """Who, what, and a line of space."""
    yield [("key" if role == "assistant" else "bold", f"▌ {NAMES.get(role, role)}")]
    yield from ([("text", line)] for line in wrapped(plain(text), width))
    yield []


def tone_of(line: str) -> str:
    """A heading stands out: it begins at the edge, and has nothing but words."""
    return "bold" if line in HEADINGS or line.startswith("Timeline ") else "text"


HEADINGS = (
    "Timings",
    "Request",
    "Response",
    "Gateway (x-portkey-…)",
    "Usage as the vendor sent it",
    "Prices per million",
)
