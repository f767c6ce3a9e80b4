"""A conversation as Gemini has it: contents made of parts, with the system's words apart.

Source: ai.google.dev/api/caching#Content and ai.google.dev/gemini-api/docs/thought-signatures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from gateway.vendors.gemini.parts import content_parts, text_of
from gateway.vendors.vendor import Json

SYSTEM = ("system", "developer")
UNSIGNED = "skip_thought_signature_validator"
"""What Gemini 3 takes for the signature of a call that it did not make, or whose signature the client did not keep."""


def instructions(messages: list[Json]) -> Json:
    """The system's words, as a field of the request."""
    said = [message for message in messages if message.get("role") in SYSTEM]
    parts = [{"text": text} for message in said for text in texts(message.get("content")) if text]
    return {"systemInstruction": {"parts": parts, "role": "system"}} if parts else {}


def texts(content: Any) -> Iterator[str]:
    """The texts of a message, one for each part."""
    yield from (text_of(part) for part in content) if isinstance(content, list) else (str(content or ""),)


def contents(messages: list[Json], *, is_signed: bool) -> list[Json]:
    """The turns; neighbours of one kind become one, for the results of parallel calls must stand in one turn, in the
    order of the calls.

    `is_signed` says whether the model refuses calls without a signature.
    """
    names: dict[str, str] = {}
    calls: dict[str, str] = {}
    turns: list[Json] = []
    spoken = (message for message in messages if message.get("role") not in SYSTEM)
    for kind, group in groupby(spoken, kind_of):
        said = list(group)
        if kind == "model":
            names |= (calls := called(said))
        elif kind == "result":
            said = in_order(said, list(calls))
        parts = [part for message in said for part in parts_of(message, names, is_signed=is_signed)]
        if parts:
            turns.append({"role": "model" if kind == "model" else "user", "parts": parts})
    return turns


def kind_of(message: Json) -> str:
    """What kind of turn a message belongs to."""
    return {"assistant": "model", "tool": "result", "function": "result"}.get(message.get("role", ""), "user")


def called(messages: Iterable[Json]) -> dict[str, str]:
    """The name of the function that each call was for, by the call's id."""
    calls = (call for message in messages for call in message.get("tool_calls") or ())
    return {call.get("id", ""): (call.get("function") or {}).get("name", "") for call in calls}


def in_order(results: list[Json], calls: list[str]) -> list[Json]:
    """Results in the order of their calls: Gemini tells calls of one name apart by nothing else."""
    place = {call: index for index, call in enumerate(calls)}
    return sorted(results, key=lambda result: place.get(result.get("tool_call_id", ""), len(place)))


def parts_of(message: Json, names: dict[str, str], *, is_signed: bool) -> list[Json]:
    """The parts of one message."""
    if kind_of(message) == "result":
        return result_parts(message, names)
    if kind_of(message) != "model":
        return content_parts(message.get("content"))
    content = message.get("content")
    kept = [block for block in message.get("content_blocks") or () if block.get("type") == "text"]
    return content_parts(content if isinstance(content, list) else kept or content) + call_parts(
        message, is_signed=is_signed
    )


def call_parts(message: Json, *, is_signed: bool) -> list[Json]:
    """The calls of the assistant's; the first one carries a signature where one is insisted on."""
    legacy = [{"function": call}] if (call := message.get("function_call")) else []
    calls = [call_part(call) for call in message.get("tool_calls") or legacy]
    if calls and is_signed:
        calls[0].setdefault("thoughtSignature", UNSIGNED)
    return calls


def call_part(call: Json) -> Json:
    """A call, with the signature of the thoughts that led to it."""
    function = call.get("function") or {}
    part: Json = {"functionCall": {"name": function.get("name", ""), "args": arguments(function)}}
    signature = function.get("thought_signature") or call.get("thought_signature") or googles(call)
    return part | ({"thoughtSignature": signature} if signature else {})


def googles(call: Json) -> Any:
    """The signature where Google's own OpenAI endpoint puts it."""
    return ((call.get("extra_content") or {}).get("google") or {}).get("thought_signature")


def arguments(function: Json) -> Json:
    """The arguments of a call as an object; what is none is kept under a name, for it was said."""
    said = function.get("arguments") or "{}"
    try:
        read = msgspec.json.decode(said) if isinstance(said, str) else said
    except msgspec.DecodeError:
        read = said
    return read if isinstance(read, dict) else {"arguments": read}


def result_parts(message: Json, names: dict[str, str]) -> list[Json]:
    """What a tool answered, under the name of the function; pictures follow as parts of their own."""
    content = message.get("content")
    said = "".join(texts(content))
    asked_by = message.get("tool_call_id") or ""
    name = names.get(asked_by) or message.get("name") or asked_by
    pictures = content_parts(content) if isinstance(content, list) else []
    response = {"functionResponse": {"name": name, "response": {"output": said}}}
    return [response, *(part for part in pictures if "text" not in part)]
