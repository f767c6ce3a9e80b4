"""Chat chunks, and what a client of the Responses API hears of them."""

from __future__ import annotations

import json
from typing import Any

from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from gateway.adapters.adapter import retold
from gateway.adapters.responses import RESPONSES
from gateway.vendors.vendor import Json

HI: Json = {"model": "m", "input": "hi"}
FUNCTION = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}
CUSTOM = {"type": "custom", "name": "patch", "format": {"type": "grammar", "syntax": "lark", "definition": "start: X"}}
EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 7,
    "total_tokens": 27,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}


def chunk(delta: Json | None = None, finish: str | None = None, **fields: Any) -> Json:
    """A chat chunk."""
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x"}
    return told | {"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}]} | fields


def call(index: int, arguments: str, identity: str = "", name: str = "") -> Json:
    """A chunk with a part of a call."""
    return chunk({"tool_calls": [{"index": index, "id": identity, "function": {"name": name, "arguments": arguments}}]})


USED = chunk(choices=[], usage=USAGE)


def spelled(stream: bytes) -> list[Json]:
    """The events of a stream: each named by its type, numbered in order, and of a shape that OpenAI's SDK has."""
    heard = []
    for place, block in enumerate(stream.decode().strip().split("\n\n")):
        name, data = block.split("\n")
        said = json.loads(data.removeprefix("data: "))
        assert name == f"event: {said['type']}"
        assert said["sequence_number"] == place
        EVENT.validate_python(said)
        heard.append(said)
    return heard


def events(chunks: list[Json], **fields: Any) -> list[Json]:
    """What a client hears."""
    return spelled(retold(RESPONSES.stream(HI | fields), chunks))


def answered(message: Json, finish: str = "stop", body: Json = HI) -> Json:
    """The response that a chat answer makes, of a shape that OpenAI's SDK has."""
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    said = {"id": "chatcmpl-9", "created": 5, "model": "z", "choices": [choice], "usage": USAGE}
    made = RESPONSES.answer(said, body)
    Response.model_validate(made)
    return made
