"""A stream of ConverseStream's retold in OpenAI's chunks. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

from gateway.vendors.anthropic.format import ANSWER_TOOL
from gateway.vendors.aws.events import is_failure
from gateway.vendors.bedrock.answer import finish, said_in
from gateway.vendors.bedrock.usage import openai_usage
from gateway.vendors.vendor import Asked, Json


class ConverseTelling:
    """One stream; a `Telling`. The usage comes after the end of the message."""

    __slots__ = ("_asked", "_calls", "_created", "_id", "_silent", "_uses", "error", "is_finished", "model", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._created, self._id = int(time.time()), f"chatcmpl-{uuid4().hex}"
        self._calls = 0
        self._uses: dict[int, int | None] = {}
        """The place among the calls of each block that is one; None for the answer in JSON."""
        self._silent: set[int] = set()
        """Calls whose arguments have not come yet."""
        self.model: str | None = asked.model
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The chunks that an event makes."""
        if is_failure(name):
            self.error = {"error": {"message": data.get("message") or name, "type": name}}
        elif name == "metadata":
            yield from self._metadata(data)
        elif name == "messageStop":
            self.is_finished = True
            ended = finish(data.get("stopReason"), self._asked, has_calls=self._calls > 0)
            yield self._chunk([{"index": 0, "delta": {}, "finish_reason": ended}])
        elif (delta := self._delta(name, data)) is not None:
            yield self._chunk([{"index": 0, "delta": delta, "finish_reason": None}])

    def _chunk(self, choices: list[Json]) -> Json:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._asked.model,
            "choices": choices,
        }

    def _metadata(self, data: Json) -> Iterator[Json]:
        if isinstance(usage := data.get("usage"), dict):
            self.usage = usage
            yield self._chunk([]) | {"usage": openai_usage(usage)}

    def _delta(self, name: str, data: Json) -> Json | None:
        block = data.get("contentBlockIndex") or 0
        match name:
            case "messageStart":
                return {"role": "assistant", "content": ""}
            case "contentBlockStart":
                return self._start(block, (data.get("start") or {}).get("toolUse"))
            case "contentBlockDelta":
                return self._content(block, data.get("delta") or {})
            case "contentBlockStop":
                return self._stop(block)
        return None

    def _start(self, block: int, use: Json | None) -> Json | None:
        if not use:
            return None
        if use.get("name") == ANSWER_TOOL:
            self._uses[block] = None
            return None
        self._uses[block], self._calls = self._calls, self._calls + 1
        self._silent.add(block)
        function = {"name": use.get("name") or "", "arguments": ""}
        call = {"index": self._uses[block], "id": use.get("toolUseId") or "", "type": "function", "function": function}
        return {"tool_calls": [call]}

    def _content(self, block: int, delta: Json) -> Json | None:
        if (use := delta.get("toolUse")) is not None:
            return self._arguments(block, use.get("input") or "")
        if (thought := delta.get("reasoningContent")) is not None:
            return self._thought(block, thought)
        text = said_in(delta)
        return {"content": text} | self._kept(block, {"text": text}) if text else None

    def _arguments(self, block: int, said: str) -> Json | None:
        if not said:
            return None
        self._silent.discard(block)
        if (place := self._uses.get(block)) is None:
            return {"content": said}
        return {"tool_calls": [{"index": place, "function": {"arguments": said}}]}

    def _thought(self, block: int, thought: Json) -> Json | None:
        text = thought.get("text") or ""
        kept = {"thinking": text} if text else {}
        kept |= {"signature": thought["signature"]} if thought.get("signature") else {}
        kept |= {"data": thought["redactedContent"]} if thought.get("redactedContent") else {}
        return ({"reasoning_content": text} if text else {}) | (self._kept(block, kept) if kept else {}) or None

    def _kept(self, block: int, delta: Json) -> Json:
        return {} if self._asked.strict else {"content_blocks": [{"index": block, "delta": delta}]}

    def _stop(self, block: int) -> Json | None:
        """A tool without parameters: its arguments are an empty object and not an empty text."""
        if block not in self._silent:
            return None
        self._silent.discard(block)
        return {"tool_calls": [{"index": self._uses[block], "function": {"arguments": "{}"}}]}
