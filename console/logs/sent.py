"""What was sent to vendors, in words: a line for each attempt, and what of it is worth opening. No Textual in here."""

from __future__ import annotations

from typing import Any

from console.wire.logs import SentOn

LEFT = {
    "binary": "no text: only size and kind are kept",
    "long": "too long: only size and kind are kept",
    "redacted": "left out by the rules of redaction",
}
"""Why nothing of a body is kept."""


def heading(sent: SentOn) -> str:
    """`Try 2 sent POST https://api.anthropic.com/v1/messages`."""
    return f"Try {sent.attempt + 1} sent {sent.method} {sent.url}"


def difference(sent: SentOn) -> str:
    """How it differs from what the client sent."""
    match sent.form:
        case "same":
            return "as the client sent it"
        case "model":
            return "only the model's name differs"
        case "fields":
            return f"changed: {', '.join(sent.changed_fields)}"
    return LEFT.get(sent.form, "another body")


def shown(sent: SentOn) -> Any:
    """What is worth seeing: not the client's body over again."""
    match sent.form:
        case "same":
            return "…"
        case "model" | "fields":
            body = sent.body if isinstance(sent.body, dict) else {}
            return {name: body.get(name, "left out") for name in sent.changed_fields}
        case "whole":
            return sent.body
    return f"{sent.content_type or 'a body'}, {sent.size or 0:,} bytes"
