"""Chat chunks, and what a client of Anthropic's hears of them."""

from __future__ import annotations

import json
from typing import Any

from gateway.adapters.adapter import retold
from gateway.adapters.messages import MESSAGES
from gateway.vendors.vendor import Json

HI: Json = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}


def chunk(delta: Json | None = None, finish: str | None = None, **fields: Any) -> Json:
    """A chat chunk."""
    choice = {"index": 0, "delta": delta or {}, "finish_reason": finish}
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x"}
    return told | {"choices": [choice]} | fields


def call(index: int, arguments: str, identity: str = "", name: str = "") -> Json:
    """A chunk with a part of a call."""
    entry: Json = {"index": index, "function": {"arguments": arguments}}
    if identity:
        entry |= {"id": identity, "type": "function"}
    if name:
        entry["function"]["name"] = name
    return chunk({"tool_calls": [entry]})


USED = chunk(
    choices=[],
    usage={
        "prompt_tokens": 20,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 4},
        "cache_creation_input_tokens": 3,
    },
)


def events(chunks: list[Json], body: Json = HI) -> list[Json]:
    """What a client hears, each event checked to be named by its type."""
    heard = []
    for block in retold(MESSAGES.stream(body), chunks).decode().strip().split("\n\n"):
        name, data = block.split("\n")
        said = json.loads(data.removeprefix("data: "))
        assert name == f"event: {said['type']}"
        heard.append(said)
    return heard


def blocks(heard: list[Json]) -> list[tuple[str, str]]:
    """Blocks as a client puts them together, each begun after the one before it was closed."""
    made: list[tuple[str, str]] = []
    is_open = False
    for said in heard:
        if said["type"] == "content_block_start":
            assert not is_open
            assert said["index"] == len(made)
            is_open = True
            made.append((said["content_block"]["type"], ""))
        elif said["type"] == "content_block_delta":
            assert said["index"] == len(made) - 1
            (_, more) = list(said["delta"].values())
            made[-1] = (made[-1][0], made[-1][1] + more)
        elif said["type"] == "content_block_stop":
            is_open = False
    assert not is_open
    return made


def answered(message: Json, finish: str = "stop", **choice: Any) -> Json:
    """The message that a chat answer makes."""
    said = {"id": "chatcmpl-9", "model": "z", "usage": USED["usage"]}
    choices = [{"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish} | choice]
    return MESSAGES.answer(said | {"choices": choices}, HI | {"stop_sequences": ["END"]})
