"""The shape that a chat request must have before it can be put in another vendor's words; values are not judged.

Whoever speaks OpenAI's wire says by itself what is wrong; the others would get what no longer shows it.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from gateway.vendors.vendor import Json, Unspoken


class Function(msgspec.Struct, frozen=True):
    """A function of a tool, or a call of one."""

    name: str
    parameters: Json | None = None


class Tool(msgspec.Struct, frozen=True):
    """A tool; Anthropic's own have no `function`."""

    type: str | None = None
    function: Function | msgspec.UnsetType = msgspec.UNSET


class Call(msgspec.Struct, frozen=True):
    """A call in the conversation."""

    function: Function | msgspec.UnsetType = msgspec.UNSET


class Message(msgspec.Struct, frozen=True):
    """A message."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Json] | None = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    """A request, as far as it is looked into."""

    messages: list[Message]
    tools: list[Tool] | None = None
    functions: list[Function] | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    modalities: list[str] | None = None
    user: str | None = None
    metadata: Json | None = None
    service_tier: str | None = None
    reasoning_effort: str | None = None
    thinking: Json | None = None
    output_config: Json | None = None


OLDER = frozenset({"functions", "function_call"})
PLACE = re.compile(r" - at `\$\.?([^`]*)`$")
"""Where msgspec says that something is amiss."""


def only_text_once(body: Json, who: str) -> None:
    """For models that write one answer, in words: what asks for more than that. Raises Unspoken."""
    if (body.get("n") or 1) > 1:
        raise Unspoken(f"{who} gives one answer at a time; ask again instead of `n`", "n")
    if "audio" in (body.get("modalities") or ()):
        raise Unspoken(f"{who} does not speak; have the answer's text read out by /v1/audio/speech", "modalities")


def in_newer_words(body: Json) -> Json:
    """Functions, as OpenAI had them before tools, as tools; a call is then known by the function's name."""
    if OLDER.isdisjoint(body) and not any(map(is_older, body["messages"])):
        return body
    said = {name: value for name, value in body.items() if name not in OLDER}
    said["messages"] = [newer(each) if is_older(each) else each for each in body["messages"]]
    if not (functions := body.get("functions")):
        return said
    choice = body.get("function_call")
    named = {"type": "function", "function": choice} if isinstance(choice, dict) else choice
    tools = [{"type": "function", "function": each} for each in functions]
    return {"tools": tools} | ({"tool_choice": named} if named else {}) | said


def is_older(message: Json) -> bool:
    """Whether a message speaks of a function in the older way."""
    return "function_call" in message or message["role"] == "function"


def newer(message: Json) -> Json:
    """A message with a call, or with the result of one."""
    said = {name: value for name, value in message.items() if name != "function_call"}
    if message["role"] == "function":
        return said | {"role": "tool", "tool_call_id": message.get("name")}
    call = message.get("function_call")
    return {"tool_calls": [{"id": call["name"], "type": "function", "function": call}]} | said if call else said


def check(body: Json) -> None:
    """Raises Unspoken if something has a shape that no vendor of chats could mean, and says where."""
    try:
        msgspec.convert(body, ChatRequest)
    except msgspec.ValidationError as error:
        said = str(error)
        found = PLACE.search(said)
        where = found[1] if found else ""
        what = PLACE.sub("", said)
        raise Unspoken(f"{f'`{where}`: ' if where else ''}{what[:1].lower()}{what[1:]}", where or "messages") from error
