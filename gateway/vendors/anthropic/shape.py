"""The shape that a chat request must have before it can be put in Anthropic's words; values are not judged."""

from __future__ import annotations

import re

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

    role: str
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
    user: str | None = None
    metadata: Json | None = None
    service_tier: str | None = None
    reasoning_effort: str | None = None
    thinking: Json | None = None
    output_config: Json | None = None


PLACE = re.compile(r" - at `\$\.?([^`]*)`$")
"""Where msgspec says that something is amiss."""


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
