"""A chat answer of Oracle's Generative AI in OpenAI's words, whole or event by event."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Any

from gateway.vendors.openai.usage import usage_of
from gateway.vendors.oracle import cohere
from gateway.vendors.translated import text
from gateway.vendors.vendor import Asked, BadAnswer, Json
from store.records import Usage

ENDINGS = {"max_tokens": "length", "complete": "stop", "tool_call": "tool_calls"}
"""Reasons to end that are not OpenAI's."""


def answer(said: Json, asked: Asked) -> Json:
    """OpenAI's answer of Oracle's."""
    response = said.get("chatResponse") or {}
    is_cohere = response.get("apiFormat") == "COHERE"
    choices = [cohere.generic(response, is_whole=True)] if is_cohere else response.get("choices")
    if not isinstance(choices, list):
        raise BadAnswer("without choices")
    whole = head(asked, "chat.completion", said.get("modelId")) | {"choices": [choice(each, asked) for each in choices]}
    usage = counted(response.get("usage"))
    return whole | ({"usage": usage} if usage else {})


def head(asked: Asked, kind: str, model: Any = None) -> Json:
    """What an answer or a chunk begins with."""
    id = f"chatcmpl-{secrets.token_hex(12)}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": model or asked.model, "provider": "oracle"}


def choice(said: Json, asked: Asked) -> Json:
    """One choice of a whole answer."""
    message = {"role": "assistant", "content": None} | turn(said.get("message") or {})
    return {"index": said.get("index") or 0, "message": message, "finish_reason": ending(said, asked)}


def ending(said: Json, asked: Asked) -> str | None:
    """Why a choice ended; in Oracle's word for whoever wants the vendor's."""
    reason = said.get("finishReason")
    if not reason or not asked.strict:
        return reason or None
    return ENDINGS.get(str(reason).lower(), str(reason).lower())


def turn(message: Json) -> Json:
    """What the assistant says, or a piece of it."""
    words = "".join(part.get("text") or "" for part in message.get("content") or () if part.get("type") == "TEXT")
    said: Json = {"content": words} if words else {}
    if message.get("reasoningContent"):
        said["reasoning_content"] = message["reasoningContent"]
    if message.get("toolCalls"):
        said["tool_calls"] = [call(index, each) for index, each in enumerate(message["toolCalls"])]
    return said


def call(index: int, said: Json) -> Json:
    """A tool call, or a piece of one."""
    function = {name: said[name] for name in ("name", "arguments") if said.get(name) is not None}
    whose = {"id": said["id"], "type": "function"} if said.get("id") else {}
    return {"index": said.get("index", index), **whose, "function": function}


def counted(usage: Json | None) -> Json | None:
    """Usage in OpenAI's words."""
    if not usage:
        return None
    read, written = usage.get("promptTokens") or 0, usage.get("completionTokens") or 0
    before, after = usage.get("promptTokensDetails") or {}, usage.get("completionTokensDetails") or {}
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": usage.get("totalTokens") or read + written,
        "prompt_tokens_details": {"cached_tokens": before.get("cachedTokens") or 0},
        "completion_tokens_details": {"reasoning_tokens": after.get("reasoningTokens") or 0},
    }


def used(usage: Json) -> Usage | None:
    """What is paid for."""
    return usage_of(text(counted(usage) or {}))


class Told:
    """Oracle's events as OpenAI's chunks: a `Telling`."""

    __slots__ = ("_asked", "_head", "error", "is_finished", "model", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked, self._head = asked, head(asked, "chat.completion.chunk")
        self.model: str | None = asked.model
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False

    def event(self, name: str, data: Json) -> Iterator[Json]:  # noqa: ARG002 - the protocol's
        """The chunks that one event makes: a piece of a choice, its end, or the usage."""
        if "code" in data and "message" in data and "index" not in data:
            self.error = {"error": {"message": data["message"], "code": data["code"]}}
            return
        if data.get("apiFormat") == "COHERE":
            data = {**cohere.generic(data, is_whole=False), "usage": data.get("usage")}
        delta, reason = turn(data.get("message") or {}), ending(data, self._asked)
        if delta or reason:
            self.is_finished = self.is_finished or reason is not None
            said = {"index": data.get("index") or 0, "delta": delta, "finish_reason": reason}
            yield self._head | {"choices": [said]}
        if usage := counted(data.get("usage")):
            self.usage = data["usage"]
            yield self._head | {"choices": [], "usage": usage}
