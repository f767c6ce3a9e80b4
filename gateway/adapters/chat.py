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
    return next((choice for choice in records(answer.get("choices")) if not choice.get("index")), {})


def record(value: Any) -> Json:
    """An object; empty for anything else that a vendor may send in its place."""
    return value if isinstance(value, dict) else {}


def records(value: Any) -> list[Json]:
    """The objects of a list; none for anything else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def string(value: Any) -> str:
    """A string; empty for anything else."""
    return value if isinstance(value, str) else ""


def tokens_of(usage: Json) -> Tokens:
    """The counts of a usage object, wherever the vendor puts those of its cache."""
    prompt, completion = record(usage.get("prompt_tokens_details")), record(usage.get("completion_tokens_details"))
    return Tokens(
        number(usage.get("prompt_tokens")),
        number(usage.get("completion_tokens")),
        number(usage.get("cache_read_input_tokens")) or number(prompt.get("cached_tokens")),
        number(usage.get("cache_creation_input_tokens")) or number(prompt.get("cache_write_tokens")),
        number(completion.get("reasoning_tokens")),
    )


def number(value: Any) -> int:
    """A count; 0 for anything else."""
    return value if isinstance(value, int) else 0


def arguments_of(text: str) -> Json:
    """A call's arguments; what is no JSON object is kept under the name `arguments`."""
    try:
        said = msgspec.json.decode(text or "{}")
    except msgspec.DecodeError:
        said = text
    return said if isinstance(said, dict) else {"arguments": said}


def pieces(delta: Json, texts: set[int] | None = None) -> Iterator[Piece]:
    """What a message or a delta says, thinking first. `texts` remembers, for a stream, which content blocks are text:
    Gemini signs those too, which other dialects have no place for."""
    thought = thought_in(delta)
    blocks = records(delta.get("content_blocks"))
    if thought and not any(is_whole_thought(block) for block in blocks):
        yield Piece("thinking", thought)
    for block in blocks:
        yield from thinking_in(block, set() if texts is None else texts, is_told=bool(thought))
    if said := spoken(delta.get("content")):
        yield Piece("text", said)
    if refusal := string(delta.get("refusal")):
        yield Piece("refusal", refusal)
    for place, call in enumerate(records(delta.get("tool_calls"))):
        yield called(call, place)


def thought_in(delta: Json) -> str:
    """What the vendor thought, by whichever name it calls it."""
    return next((said for name in THOUGHTS if (said := string(delta.get(name)))), "")


def is_whole_thought(block: Json) -> bool:
    """Whether a block is a message's own and no part of a stream. Mistral's, in parts again, is told elsewhere."""
    return block.get("type") == "thinking" and isinstance(block.get("thinking"), str) and "delta" not in block


def thinking_in(block: Json, texts: set[int], *, is_told: bool) -> Iterator[Piece]:
    """Thinking, its signature, and what is kept from us; `is_told` if the delta says the thought itself elsewhere."""
    part = record(block.get("delta") or block.get("content_block")) or block
    index = number(block.get("index"))
    thought, signature, data = (string(part.get(name)) for name in ("thinking", "signature", "data"))
    if "text" in part:
        texts.add(index)
    elif data:
        yield Piece("redacted", signature=data)
    elif is_whole_thought(block) or (thought and not is_told):
        yield Piece("thinking", thought, signature=signature)
    elif signature and not ("index" in block and index in texts):
        yield Piece("thinking", signature=signature)


def called(call: Json, place: int) -> Piece:
    """A call, or what is added to it."""
    function = record(call.get("function"))
    index = call.get("index")
    return Piece(
        "call",
        arguments_text(function.get("arguments")),
        index if isinstance(index, int) else place,
        string(call.get("id")),
        string(function.get("name")),
        string(function.get("thought_signature")),
    )


def arguments_text(arguments: Any) -> str:
    """Arguments as text; some vendors send them as an object."""
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return msgspec.json.encode(arguments).decode()


def spoken(content: Any) -> str:
    """The text of a message, of its parts if it has some."""
    if isinstance(content, list):
        return "".join(string(part.get("text")) for part in records(content))
    return string(content)
