"""Messages as Anthropic spells them, whole and as stream events. Source: docs.claude.com/en/api/messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from console.demo.completion import Choice, Completion, Json, usage

PATH = "/v1/messages"
REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def as_chat(request: Json) -> Json:
    """The same request in OpenAI's words, as far as an answer depends on it."""
    system = [{"role": "system", "content": request["system"]}] if request.get("system") else []
    turns = [turn for message in request.get("messages") or [] for turn in turns_of(message)]
    chat = {"model": request.get("model"), "messages": system + turns, "max_tokens": request.get("max_tokens")}
    chat["stream"] = request.get("stream")
    if tools := request.get("tools"):
        chat |= {"tools": [function(tool) for tool in tools if "input_schema" in tool]}
    if choice := request.get("tool_choice"):
        named = {"type": "function", "function": {"name": choice.get("name")}}
        chat["tool_choice"] = {"any": "required", "tool": named, "none": "none"}.get(choice["type"], "auto")
    return chat


def turns_of(message: Json) -> list[Json]:
    """A message; the results of tools among its blocks are turns of their own."""
    blocks = message.get("content")
    if isinstance(blocks, list) and any(block.get("type") == "tool_result" for block in blocks):
        return [{"role": "tool", "content": block.get("content")} for block in blocks]
    return [message]


def function(tool: Json) -> Json:
    """A tool."""
    return {"type": "function", "function": {"name": tool["name"], "parameters": tool["input_schema"]}}


def whole(completion: Completion) -> Json:
    """The answer in one piece."""
    (choice,) = completion.choices
    return envelope(completion) | {
        "content": [block(choice)],
        "stop_reason": REASONS[choice.finish_reason],
        "usage": spent(completion.usage),
    }


def events(completion: Completion) -> Iterator[bytes]:
    """The answer as server-sent events."""
    (choice,) = completion.choices
    counts = spent(completion.usage)
    begun = envelope(completion) | {"content": [], "stop_reason": None, "usage": counts | {"output_tokens": 1}}
    yield event("message_start", message=begun)
    yield event("content_block_start", index=0, content_block=opening(choice))
    for token in choice.said:
        yield event("content_block_delta", index=0, delta=delta(choice, token))
    yield event("content_block_stop", index=0)
    ended = {"stop_reason": REASONS[choice.finish_reason], "stop_sequence": None}
    yield event("message_delta", delta=ended, usage={"output_tokens": counts["output_tokens"]})
    yield event("message_stop")


def envelope(completion: Completion) -> Json:
    """What every message has."""
    identity = f"msg_{completion.id.removeprefix('chatcmpl-')}"
    return {"id": identity, "type": "message", "role": "assistant", "model": completion.model, "stop_sequence": None}


def block(choice: Choice) -> Json:
    """What is said, or which function is called."""
    text = "".join(choice.said)
    return opening(choice) | ({"text": text} if choice.function is None else {"input": msgspec.json.decode(text)})


def opening(choice: Choice) -> Json:
    """A block of which nothing is said yet."""
    if choice.function is None:
        return {"type": "text", "text": ""}
    identity = choice.call_id.replace("call_", "toolu_")
    return {"type": "tool_use", "id": identity, "name": choice.function, "input": {}}


def delta(choice: Choice, token: str) -> Json:
    """One token more."""
    if choice.function is None:
        return {"type": "text_delta", "text": token}
    return {"type": "input_json_delta", "partial_json": token}


def spent(counted: Json) -> Json:
    """Usage; what was found in the cache is not counted as input."""
    cached = counted["prompt_tokens_details"]["cached_tokens"]
    return {
        "input_tokens": counted["prompt_tokens"] - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": counted["completion_tokens"],
    }


def count(request: Json) -> Json:
    """How long a prompt is."""
    return {"input_tokens": usage(as_chat(request)["messages"], 0, 0)["prompt_tokens"]}


def error_body(status: int, message: str) -> Json:
    """Anthropic's error object."""
    kind = KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_demo"}


def event(kind: str, **data: Any) -> bytes:
    """One server-sent event, with its name."""
    return b"event: " + kind.encode() + b"\ndata: " + msgspec.json.encode({"type": kind} | data) + b"\n\n"
