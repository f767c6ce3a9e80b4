"""What adapters read in chat's answers and chunks, vendors' own fields among it.

Beside OpenAI's fields, vendors send what they thought as `reasoning_content` (DeepSeek, and ours), `reasoning`
(OpenRouter, Groq) or `thinking`, and Claude's signed thinking as `content_blocks` (Portkey's, when not strict).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from gateway.vendors.vendor import Json

Kind = Literal["thinking", "redacted", "text", "refusal", "call"]
FINISHED: dict[str, Literal["stop", "length", "tool_calls", "content_filter"]] = {
    "stop": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "complete": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "content_filtered": "content_filter",
    "guardrail_intervened": "content_filter",
    "refusal": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
    "spii": "content_filter",
    "error_toxic": "content_filter",
}
"""Finish reasons in lower case, the vendors' own too: an answer that is not strict keeps them."""
PREFIXES = ("chatcmpl-", "cmpl-", "resp_", "msg_", "gen-")
THOUGHTS = ("reasoning_content", "reasoning", "thinking")


class Tokens(NamedTuple):
    """Chat's usage; `prompt` includes what was read from and written to the cache."""

    prompt: int
    completion: int
    cached: int
    written: int
    reasoning: int


class Piece(NamedTuple):
    """Something that a delta adds to a block, or a message's block whole."""

    kind: Kind
    text: str = ""
    call: int = 0
    id: str = ""
    name: str = ""
    signature: str = ""
    """Of thinking; the data of redacted thinking; Gemini's signature of a call."""


def finish_of(reason: object) -> Literal["stop", "length", "tool_calls", "content_filter"]:
    """OpenAI's word for a vendor's."""
    return FINISHED.get(str(reason).lower(), "stop")


def stem(identity: object) -> str:
    """What is left of an answer's id without the prefix of its dialect; one of our own where there is none."""
    said = identity if isinstance(identity, str) and identity else secrets.token_hex(12)
    for prefix in PREFIXES:
        said = said.removeprefix(prefix)
    return said


def first_choice(answer: Json) -> Json:
    """The choice that other dialects have room for."""
    choices: list[Json] = answer.get("choices") or []
    return next((choice for choice in choices if not choice.get("index")), {})


def tokens_of(usage: Json) -> Tokens:
    """The counts of a usage object, wherever the vendor puts those of its cache."""
    prompt: Json = usage.get("prompt_tokens_details") or {}
    completion: Json = usage.get("completion_tokens_details") or {}
    return Tokens(
        usage.get("prompt_tokens") or 0,
        usage.get("completion_tokens") or 0,
        usage.get("cache_read_input_tokens") or prompt.get("cached_tokens") or 0,
        usage.get("cache_creation_input_tokens") or prompt.get("cache_write_tokens") or 0,
        completion.get("reasoning_tokens") or 0,
    )


def arguments_of(text: str) -> Json:
    """A call's arguments; what is no JSON object is kept under the name `arguments`."""
    try:
        said = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        said = text
    return said if isinstance(said, dict) else {"arguments": said}


def pieces(delta: Json) -> Iterator[Piece]:
    """What a message or a delta says, thinking first."""
    thought = thought_in(delta)
    blocks: list[Json] = delta.get("content_blocks") or []
    if thought and not any(is_whole_thought(block) for block in blocks):
        yield Piece("thinking", thought)
    for block in blocks:
        yield from thinking_in(block, is_told=bool(thought))
    if said := spoken(delta.get("content")):
        yield Piece("text", said)
    if refusal := delta.get("refusal"):
        yield Piece("refusal", refusal)
    for place, call in enumerate(delta.get("tool_calls") or []):
        yield called(call, place)


def thought_in(delta: Json) -> str:
    """What the vendor thought, by whichever name it calls it."""
    return next((said for name in THOUGHTS if isinstance(said := delta.get(name), str) and said), "")


def is_whole_thought(block: Json) -> bool:
    """Whether a block is a message's own and no part of a stream."""
    return block.get("type") == "thinking" and "delta" not in block


def thinking_in(block: Json, *, is_told: bool) -> Iterator[Piece]:
    """Thinking, its signature, and what is kept from us; `is_told` if the delta says the thought itself elsewhere."""
    part: Json = block.get("delta") or block.get("content_block") or block
    if part.get("type") == "redacted_thinking" or part.get("data"):
        yield Piece("redacted", signature=part.get("data") or "")
    elif is_whole_thought(block) or (part.get("thinking") and not is_told):
        yield Piece("thinking", part.get("thinking") or "", signature=part.get("signature") or "")
    elif part.get("signature"):
        yield Piece("thinking", signature=part["signature"])


def called(call: Json, place: int) -> Piece:
    """A call, or what is added to it."""
    function: Json = call.get("function") or {}
    index = call.get("index")
    return Piece(
        "call",
        arguments_text(function.get("arguments")),
        place if index is None else index,
        call.get("id") or "",
        function.get("name") or "",
        function.get("thought_signature") or "",
    )


def arguments_text(arguments: Any) -> str:
    """Arguments as text; some vendors send them as an object."""
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return msgspec.json.encode(arguments).decode()


def spoken(content: Any) -> str:
    """The text of a message, of its parts if it has some."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content or ""
