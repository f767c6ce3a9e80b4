"""A whole answer as the chunks of a stream: some vendors answer in one piece although a stream was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.vendors.vendor import Json

KINDS = {"message": "chat.completion.chunk", "text": "text_completion"}
"""What a choice of a whole answer has, and what its chunks are called."""


def chunks_of(answer: Json, *, wants_usage: bool) -> list[Json]:
    """The chunks of an answer to chat or completions; none of what is no such answer."""
    choices = answer.get("choices")
    if not isinstance(choices, list) or not all(isinstance(each, dict) and KINDS.keys() & each for each in choices):
        return []
    head = {name: value for name, value in answer.items() if name not in ("choices", "usage", "object")}
    found = [head | {"object": kind_of(each), "choices": [piece]} for each in choices for piece in pieces_of(each)]
    if found and wants_usage and answer.get("usage"):
        found.append(head | {"object": found[0]["object"], "choices": [], "usage": answer["usage"]})
    return found


def kind_of(choice: Json) -> str:
    """What its chunks are called."""
    return KINDS["message" if "message" in choice else "text"]


def pieces_of(choice: Json) -> Iterator[Json]:
    """What one choice says, then why it ended."""
    rest = {name: value for name, value in choice.items() if name not in ("message", "finish_reason")}
    if "message" not in choice:
        yield rest | {"finish_reason": choice.get("finish_reason")}
        return
    delta = {name: value for name, value in (choice["message"] or {}).items() if value is not None}
    if calls := delta.get("tool_calls"):
        delta["tool_calls"] = [{"index": index, **call} for index, call in enumerate(calls)]
    yield rest | {"delta": delta, "finish_reason": None}
    yield {"index": choice.get("index", 0), "delta": {}, "finish_reason": choice.get("finish_reason") or "stop"}
