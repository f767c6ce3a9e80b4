"""Server-sent events as Anthropic and OpenAI's Responses write them: named by the `type` in their data."""

from __future__ import annotations

import msgspec

from gateway.vendors.vendor import Json

encoded = msgspec.json.Encoder().encode


def event(data: Json) -> bytes:
    """One event with its name."""
    name: str = data["type"]
    return b"event: " + name.encode() + b"\ndata: " + encoded(data) + b"\n\n"


def unnamed(data: Json) -> bytes:
    """One event as OpenAI's chat and completions have it."""
    return b"data: " + encoded(data) + b"\n\n"
