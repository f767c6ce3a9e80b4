"""A chat answer of Cohere's v2 in OpenAI's words, whole or event by event.

Source: docs.cohere.com/reference/chat and /reference/chat-stream.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

from gateway.vendors.vendor import Asked, BadAnswer, Json
from store.records import Usage

ENDINGS = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_TOXIC": "content_filter",
}
FAILURES = ("ERROR", "TIMEOUT")
"""Reasons to end that are none of the model's."""


def ending(reason: Any, asked: Asked) -> str:
    """Why the answer ended; in Cohere's word for whoever wants the vendor's."""
    return ENDINGS.get(str(reason), "stop") if asked.strict else str(reason)


def counted(usage: Json | None) -> Json | None:
    """Usage in OpenAI's words; `tokens` are those of the model, `billed_units` leave out what Cohere adds itself."""
    if not usage:
        return None
    tokens = usage.get("tokens") or usage.get("billed_units") or {}
    read, written = round(tokens.get("input_tokens") or 0), round(tokens.get("output_tokens") or 0)
    cached = usage.get("cached_tokens")
    details = {"prompt_tokens_details": {"cached_tokens": round(cached)}} if cached else {}
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written, **details}


def used(usage: Json) -> Usage | None:
    """What is paid for: what Cohere bills."""
    billed = usage.get("billed_units") or usage.get("tokens") or {}
    return Usage(
        input_tokens=round(billed.get("input_tokens") or 0),
        output_tokens=round(billed.get("output_tokens") or 0),
        cached_tokens=min(round(usage.get("cached_tokens") or 0), round(billed.get("input_tokens") or 0)),
    )


def answer(said: Json, asked: Asked) -> Json:
    """OpenAI's answer of Cohere's. Raises BadAnswer for one that broke off."""
    message, reason = said.get("message"), said.get("finish_reason")
    if not isinstance(message, dict):
        raise BadAnswer("without a message")
    if reason in FAILURES:
        raise BadAnswer(f"that it could not finish (`{reason}`)")
    choice: Json = {"index": 0, "message": turn(message, asked), "finish_reason": ending(reason, asked)}
    if said.get("logprobs"):
        choice["logprobs"] = {"content": [likelihood(each) for each in said["logprobs"]]}
    whole = head(said.get("id"), asked, "chat.completion") | {"choices": [choice]}
    usage = counted(said.get("usage"))
    return whole | ({"usage": usage} if usage else {})


def head(id: Any, asked: Asked, kind: str) -> Json:
    """What an answer or a chunk begins with."""
    id = id or f"chatcmpl-{secrets.token_hex(12)}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": asked.model, "provider": "cohere"}


def turn(message: Json, asked: Asked) -> Json:
    """The assistant's turn. What only Cohere has is left out for whoever wants nothing but OpenAI's."""
    blocks = message.get("content") or []
    words = "".join(block.get("text") or "" for block in blocks if block.get("type") == "text")
    thoughts = "".join(block.get("thinking") or "" for block in blocks if block.get("type") == "thinking")
    said: Json = {"role": "assistant", "content": words or None}
    said |= {"reasoning_content": thoughts} if thoughts else {}
    said |= {"tool_calls": message["tool_calls"]} if message.get("tool_calls") else {}
    if asked.strict:
        return said
    said |= {"content_blocks": blocks} if thoughts else {}
    return said | {name: message[name] for name in ("tool_plan", "citations") if message.get(name)}


def likelihood(said: Json) -> Json:
    """How likely a piece of text was."""
    return {
        "token": said.get("text", ""),
        "logprob": sum(said.get("logprobs") or ()),
        "bytes": None,
        "top_logprobs": [],
    }


class Told:
    """Cohere's events as OpenAI's chunks: a `Telling`."""

    def __init__(self, asked: Asked) -> None:
        self.model: str | None = asked.model
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False
        self._asked = asked
        self._head = head(None, asked, "chat.completion.chunk")
        self._calls = -1

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The chunks that one event makes."""
        kind, delta = data.get("type") or name, data.get("delta") or {}
        if kind == "message-end":
            yield from self._end(delta)
        elif kind == "message-start":
            self._head["id"] = data.get("id") or self._head["id"]
            yield self._chunk({"role": "assistant", "content": ""})
        elif told := self._told(kind, delta.get("message") or {}):
            yield self._chunk(told)

    def _told(self, kind: str, message: Json) -> Json | None:
        match kind:
            case "content-start" | "content-delta":
                return piece(message.get("content") or {})
            case "tool-call-start":
                self._calls += 1
                return {"tool_calls": [{"index": self._calls, **(message.get("tool_calls") or {})}]}
            case "tool-call-delta":
                return {"tool_calls": [{"index": self._calls, **(message.get("tool_calls") or {})}]}
            case "tool-plan-delta" if not self._asked.strict:
                return {"tool_plan": message.get("tool_plan") or ""}
            case "citation-start" if not self._asked.strict:
                return {"citations": [message.get("citations")]}
        return None

    def _end(self, delta: Json) -> Iterator[Json]:
        reason = delta.get("finish_reason")
        self.usage = delta.get("usage")
        if reason in FAILURES or delta.get("error"):
            self.error = {"error": {"message": delta.get("error") or f"Cohere could not finish (`{reason}`)"}}
            return
        self.is_finished = True
        yield self._chunk({}, ending(reason, self._asked))
        if usage := counted(self.usage):
            yield self._head | {"choices": [], "usage": usage}

    def _chunk(self, delta: Json, reason: str | None = None) -> Json:
        return self._head | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def piece(content: Json) -> Json | None:
    """A bit of text or of thought; nothing for the empty one that opens a block."""
    if content.get("thinking"):
        return {"reasoning_content": content["thinking"]}
    return {"content": content["text"]} if content.get("text") else None
