"""A conversation as Converse has it: turns made of blocks, with the system's words apart. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any

from gateway.vendors.anthropic.turns import arguments
from gateway.vendors.bedrock.media import MEDIA
from gateway.vendors.vendor import Json, Unspoken

SYSTEM = ("system", "developer")
TEXTS = ("text", "input_text", "output_text", "refusal")
THOUGHTS = ("thinking", "redacted_thinking")
CALL_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")


def system_blocks(messages: list[Json]) -> list[Json]:
    """The system's words."""
    said = (message for message in messages if message.get("role") in SYSTEM)
    return [block for message in said for block in content_blocks(message.get("content"))]


def turns(messages: list[Json], *, keeps_thoughts: bool) -> list[Json]:
    """The turns of user and assistant; neighbours of one role become one, for Converse wants them in alternation.

    `keeps_thoughts` says whether the model takes its own signed thoughts back.
    """
    told: list[Json] = []
    for message in messages:
        if message.get("role") in SYSTEM:
            continue
        role = "assistant" if message.get("role") == "assistant" else "user"
        if not (blocks := list(blocks_of(message, keeps_thoughts=keeps_thoughts))):
            continue
        if told and told[-1]["role"] == role:
            told[-1]["content"].extend(blocks)
        else:
            told.append({"role": role, "content": blocks})
    return distinct(told)


def blocks_of(message: Json, *, keeps_thoughts: bool) -> Iterator[Json]:
    """The blocks of one message."""
    if message.get("role") in ("tool", "function"):
        yield result(message)
    else:
        if message.get("role") == "assistant" and keeps_thoughts:
            yield from thoughts(message)
        yield from content_blocks(message.get("content"))
        yield from (call_block(call) for call in message.get("tool_calls") or ())
    yield from cache_point(message)


def thoughts(message: Json) -> Iterator[Json]:
    """Signed thoughts, wherever the client kept them; those without a signature would be refused."""
    content = message.get("content")
    places = (message.get("content_blocks"), message.get("thinking_blocks"), content)
    for block in next((blocks for blocks in map(thinking_in, places) if blocks), []):
        if block["type"] == "redacted_thinking":
            yield {"reasoningContent": {"redactedContent": block.get("data") or ""}}
        elif signature := block.get("signature"):
            thought = {"text": block.get("thinking") or "", "signature": signature}
            yield {"reasoningContent": {"reasoningText": thought}}


def thinking_in(blocks: Any) -> list[Json]:
    """The thoughts among blocks."""
    found = blocks if isinstance(blocks, list) else ()
    return [block for block in found if isinstance(block, dict) and block.get("type") in THOUGHTS]


def content_blocks(content: Any) -> Iterator[Json]:
    """The blocks of a message's `content`, a text or a list; Converse refuses texts of nothing but blanks.

    Raises Unspoken for a part of an unknown kind.
    """
    if isinstance(content, str):
        if content.strip():
            yield {"text": content}
        return
    for part in content or ():
        yield from part_blocks(part if isinstance(part, dict) else {"type": "text", "text": part})


def part_blocks(part: Json) -> Iterator[Json]:
    """The block of one part, and the mark up to which the prompt is to be cached."""
    kind = part.get("type", "text")
    if kind in TEXTS:
        if (text := str(part.get("text") or part.get("refusal") or "")).strip():
            yield {"text": text}
    elif kind in MEDIA:
        yield MEDIA[kind](part)
    elif kind not in THOUGHTS:
        known = ", ".join(f"`{name}`" for name in ("text", *MEDIA))
        raise Unspoken(f"a part of type `{kind}` cannot be said to Bedrock; known are {known}", "messages")
    yield from cache_point(part)


def cache_point(marked: Json) -> Iterator[Json]:
    """The mark that `cache_control` asks for."""
    if isinstance(control := marked.get("cache_control"), dict):
        ttl = {"ttl": control["ttl"]} if control.get("ttl") else {}
        yield {"cachePoint": {"type": "default"} | ttl}


def call_block(call: Json) -> Json:
    """A call of the assistant's."""
    function = call.get("function") or {}
    said = arguments(function.get("arguments"))
    return {"toolUse": {"toolUseId": call_id(call.get("id")), "name": function.get("name") or "", "input": said}}


def result(message: Json) -> Json:
    """What a tool answered."""
    content = [block for block in content_blocks(message.get("content")) if "cachePoint" not in block]
    failed = {"status": "error"} if message.get("is_error") else {}
    asked_by = call_id(message.get("tool_call_id") or message.get("name"))
    return {"toolResult": {"toolUseId": asked_by, "content": content} | failed}


def call_id(said: Any) -> str:
    """An id that Converse takes: that of another vendor's may be too long, or have other letters in it."""
    given = str(said or "")
    return given if CALL_ID.fullmatch(given) else f"call_{sha256(given.encode()).hexdigest()[:32]}"


def distinct(told: list[Json]) -> list[Json]:
    """The same turns, no two of whose documents have one name."""
    seen: dict[str, int] = {}
    for document in documents(block for turn in told for block in turn["content"]):
        name = document["name"]
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            document["name"] = f"{name} ({seen[name]})"
    return told


def documents(blocks: Iterable[Json]) -> Iterator[Json]:
    """The documents among blocks, those that tools answered with too."""
    for block in blocks:
        if "document" in block:
            yield block["document"]
        elif "toolResult" in block:
            yield from documents(block["toolResult"]["content"])
