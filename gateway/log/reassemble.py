"""A stream put together again, as the whole answer would have been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Json = dict[str, Any]


def reassembled(raw: bytes) -> Json:
    """One chat completion out of the events of a stream; an error event stays beside what came before it."""
    answer: Json = {}
    choices: dict[int, Json] = {}
    for event in events(raw):
        for name, value in event.items():
            if name == "choices":
                for choice in value if isinstance(value, list) else []:
                    add_choice(choices, choice)
            elif value is not None or name not in answer:
                answer[name] = value
    if answer.get("object") == "chat.completion.chunk":
        answer["object"] = "chat.completion"
    return answer | {"choices": [choices[index] for index in sorted(choices)]}


def events(raw: bytes) -> Iterator[Json]:
    """The JSON objects of a stream."""
    for line in raw.split(b"\n"):
        data = line[5:].strip() if line.startswith(b"data:") else b""
        if data and data != b"[DONE]":
            try:
                event = msgspec.json.decode(data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            if isinstance(event, dict):
                yield event


def add_choice(choices: dict[int, Json], piece: Json) -> None:
    """One event's part of a choice."""
    if not isinstance(piece, dict):
        return
    index = piece.get("index") or 0
    choice = choices.setdefault(index, {"index": index, "message": {}, "finish_reason": None})
    choice["finish_reason"] = piece.get("finish_reason") or choice["finish_reason"]
    delta = piece.get("delta")
    for name, value in (delta if isinstance(delta, dict) else {}).items():
        if name == "tool_calls" and isinstance(value, list):
            add_calls(choice["message"].setdefault("tool_calls", []), value)
        else:
            add_text(choice["message"], name, value)


def add_text(message: Json, name: str, value: Any) -> None:
    """Texts grow; everything else is what was said last."""
    before = message.get(name)
    if isinstance(value, str) and isinstance(before, str) and name != "role":
        message[name] = before + value
    elif value is not None or name not in message:
        message[name] = value


def add_calls(calls: list[Json], pieces: list[Json]) -> None:
    """Pieces of tool calls, told apart by their index."""
    for piece in pieces:
        if not isinstance(piece, dict):
            continue
        index = piece.get("index", len(calls))
        call = next((call for call in calls if call.get("index") == index), None)
        if call is None:
            calls.append(call := {"index": index, "function": {}})
        function = piece.get("function")
        for name, value in (function if isinstance(function, dict) else {}).items():
            add_text(call["function"], name, value)
        call |= {
            name: value for name, value in piece.items() if name not in ("function", "index") and value is not None
        }
