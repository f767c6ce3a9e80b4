"""Requests for Anthropic, as several tests make them."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.functions import Function
from gateway.vendors.anthropic import ANTHROPIC, encode_messages
from gateway.vendors.vendor import Asked, Json, Sent

OLD, PLAIN, MIDDLE, NEW, NEWEST = (
    "claude-3-5-haiku-20241022",
    "claude-sonnet-4-20250514",
    "claude-opus-4-6",
    "claude-opus-5",
    "claude-opus-5-5",
)
HI: Json = {"role": "user", "content": "hi"}
WEATHER: Json = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "d",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
WEATHER_THERE: Json = {
    "name": "weather",
    "description": "d",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CALL: Json = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Paris"}'}}
USE: Json = {"type": "tool_use", "id": "call_1", "name": "weather", "input": {"city": "Paris"}}
RESULT: Json = {"role": "tool", "tool_call_id": "call_1", "content": "sunny"}
THERE: Json = {"type": "tool_result", "tool_use_id": "call_1", "content": "sunny"}
EPHEMERAL: Json = {"type": "ephemeral", "ttl": "1h"}
THOUGHT: Json = {"type": "thinking", "thinking": "hm", "signature": "sg"}


def asked(function: Function, body: Json, **more: Any) -> Asked:
    """A request as the pipeline gives it to a vendor."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in body.items()}
    return Asked(function=function, model=body.get("model", PLAIN), fields=fields, **more)


def sent(function: Function, body: Json, **more: Any) -> Sent:
    """What Anthropic gets for it."""
    return ANTHROPIC.functions[function].encode(asked(function, body, **more))


def chat(*messages: Json, model: str = PLAIN, **more: Any) -> Json:
    """The body Anthropic gets for a chat."""
    body = {"model": model, "messages": list(messages) or [HI], **more}
    return encode_messages(body, asked(Function.CHAT, body))
