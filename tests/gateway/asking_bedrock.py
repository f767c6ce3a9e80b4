"""How the tests of Bedrock ask, and how they read what is sent and what comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.functions import Function
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.vendor import Answered, Asked, Json, Sent

OLD, BUDGETED, NEWEST = (
    "anthropic.claude-3-5-sonnet-20240620-v1:0",
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "anthropic.claude-opus-4-7-v1:0",
)
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"], "additionalProperties": False}
SHAPED = {"type": "json_schema", "json_schema": {"name": "thing", "schema": SCHEMA}}
TOOL = {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
ANSWER_TOOL = "tollhouse_answer"


def asked(body: Json | None = None, model: str = OLD, function: Function = Function.CHAT, **more: Any) -> Asked:
    """A request of a client's."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in (body or {}).items()}
    return Asked(function=function, model=model, fields=fields, stream="stream" in fields, **more)


def sent(body: Json, model: str = OLD, function: Function = Function.CHAT, **more: Any) -> Sent:
    """What Bedrock gets of it."""
    return BEDROCK.functions[function].encode(asked(body, model, function, **more))


def written(body: Json, model: str = OLD, function: Function = Function.CHAT, **more: Any) -> Json:
    """The body that Bedrock gets."""
    said: Json = msgspec.json.decode(sent(body, model, function, **more).body)
    return said


def chat(*messages: Json, **more: Any) -> Json:
    """A chat request, of a greeting unless told otherwise."""
    return {"messages": list(messages) or [{"role": "user", "content": "hi"}], **more}


def user(*parts: Json) -> Json:
    """A message made of parts."""
    return {"role": "user", "content": list(parts)}


def answered(answer: Json, request: Asked) -> tuple[Json, Answered]:
    """What the client gets of an answer, and all that is known of it."""
    known = BEDROCK.functions[request.function].decode(msgspec.json.encode(answer), request)
    said: Json = msgspec.json.decode(known.body)
    return said, known
