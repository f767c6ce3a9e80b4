"""OpenAI's messages as Anthropic's turns: system lifted out, tool results in the user's turn, roles taking turns.

Source: platform.claude.com/docs/en/api/messages, the request body.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from gateway.vendors.anthropic.parts import block_of_part, text_block
from gateway.vendors.vendor import Json

SYSTEM_ROLES = frozenset({"system", "developer"})
TOOL_ROLES = frozenset({"tool", "function"})
NOT_IN_AN_ID = re.compile(r"[^a-zA-Z0-9_-]")
"""Other vendors' tool calls have `:` and `.` in their ids, which Anthropic refuses."""
CARRIED_BLOCKS = ("content_blocks", "thinking_blocks")
"""Where clients keep the vendor's own blocks: Portkey's, and litellm's."""

read = msgspec.json.Decoder().decode


def turns_of(messages: Iterable[Json]) -> tuple[list[Json], list[Json]]:
    """The system's blocks, and the turns."""
    system: list[Json] = []
    turns: list[Json] = []
    for message in messages:
        if message.get("role") in SYSTEM_ROLES:
            system += blocks_of(message)
        elif turn := turn_of(message):
            add(turns, turn)
    if system and not turns:  # Anthropic answers only to somebody
        return [], [{"role": "user", "content": system}]
    return system, turns


def turn_of(message: Json) -> Json | None:
    """One message as a turn; None if nothing is in it."""
    role = message.get("role")
    if role in TOOL_ROLES:
        return {"role": "user", "content": [tool_result(message)]}
    is_answer = role == "assistant"
    content = assistant_content(message) if is_answer else plain(message) or blocks_of(message)
    return {"role": "assistant" if is_answer else "user", "content": content} if content else None


def add(turns: list[Json], turn: Json) -> None:
    """Another turn, or more of the last one if it is of the same role."""
    if turns and turns[-1]["role"] == turn["role"]:
        turns[-1]["content"] = listed(turns[-1]["content"]) + listed(turn["content"])
    else:
        turns.append(turn)


def listed(content: str | list[Json]) -> list[Json]:
    """Content as blocks."""
    return [text_block(content)] if isinstance(content, str) else content


def plain(message: Json) -> str | None:
    """Content that is text and nothing else; it stays text."""
    content = message.get("content")
    return content if isinstance(content, str) and "cache_control" not in message else None


def blocks_of(message: Json) -> list[Json]:
    """A message's content as blocks; a mark for the cache on the whole message goes to the last of them."""
    content = message.get("content")
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    blocks = [block for part in parts if (block := block_of_part(part)) is not None]
    if blocks and (mark := message.get("cache_control")):
        blocks[-1] = {**blocks[-1], "cache_control": mark}
    return blocks


def assistant_content(message: Json) -> str | list[Json]:
    """What the model said: its thinking, its text, its calls of tools."""
    calls = [tool_use(call) for call in calls_of(message)]
    carried = list(carried_blocks(message))
    if not calls and not carried and (said := plain(message)):
        return said
    has_text = any(block["type"] == "text" for block in carried)
    return carried + ([] if has_text else blocks_of(message)) + calls


def carried_blocks(message: Json) -> Iterator[Json]:
    """The vendor's own blocks as an earlier answer gave them. Thinking without its signature would be refused."""
    for name in CARRIED_BLOCKS:
        if isinstance(blocks := message.get(name), list):
            yield from (block for block in blocks if isinstance(block, dict) and is_whole(block))
            return
    thoughts, signature = message.get("reasoning_content"), message.get("reasoning_signature")
    if thoughts and signature:
        yield {"type": "thinking", "thinking": thoughts, "signature": signature}


def is_whole(block: Json) -> bool:
    """Whether Anthropic takes back a block of its own."""
    match block.get("type"):
        case "thinking":
            return bool(block.get("signature"))
        case "text":
            return bool(block.get("text"))
        case "redacted_thinking":
            return bool(block.get("data"))
        case kind:
            return isinstance(kind, str) and kind != "tool_use"


def calls_of(message: Json) -> list[Json]:
    """The calls of tools, and the one of a function as OpenAI had it before."""
    calls: list[Json] = message.get("tool_calls") or []
    legacy = message.get("function_call")
    return calls if calls or not legacy else [{"id": legacy.get("name"), "function": legacy}]


def tool_use(call: Json) -> Json:
    """A call of a tool."""
    function = call.get("function") or call.get("custom") or {}
    given = function.get("arguments", function.get("input"))
    block = {"type": "tool_use", "id": id_of(call.get("id")), "name": function.get("name"), "input": arguments(given)}
    return block | ({"cache_control": call["cache_control"]} if "cache_control" in call else {})


def arguments(given: object) -> Json:
    """A call's arguments as an object; a text that is none is kept under a name, for it was said."""
    if isinstance(given, dict):
        return given
    if not isinstance(given, str) or not given.strip():
        return {}
    try:
        said = read(given)
    except msgspec.DecodeError:
        said = given
    return said if isinstance(said, dict) else {"arguments": said}


def tool_result(message: Json) -> Json:
    """What a tool answered."""
    block: Json = {
        "type": "tool_result",
        "tool_use_id": id_of(message.get("tool_call_id") or message.get("name")),
        "content": plain(message) or blocks_of({"content": message.get("content")}),
    }
    return block | {name: message[name] for name in ("cache_control", "is_error") if name in message}


def id_of(said: object) -> str:
    """The id of a call in the letters that Anthropic takes."""
    return NOT_IN_AN_ID.sub("_", str(said or "call"))
