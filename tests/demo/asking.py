"""Requests for the simulated vendor, and its streams taken apart."""

from typing import Any

import msgspec

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}, "days": {"type": "integer"}},
        },
    },
}


def ask(text: str = "Hello", *, model: str = "gpt-4o", **more: Any) -> dict[str, Any]:
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": text}]} | more


def events(raw: str) -> list[dict[str, Any]]:
    """The data of a whole stream; fails unless it ends with `[DONE]`."""
    *blocks, done, rest = raw.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return [msgspec.json.decode(block.removeprefix("data: ")) for block in blocks]
