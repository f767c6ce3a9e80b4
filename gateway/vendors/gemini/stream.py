"""A stream of Gemini's retold in OpenAI's chunks. No I/O.

Source: ai.google.dev/api/generate-content#method:-models.streamgeneratecontent. Each event is an answer of its own,
with the usage until then.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from uuid import uuid4

from gateway.vendors.gemini.answer import (
    FINISHES,
    GROUNDS,
    block_reason,
    finish,
    is_failure,
    logprobs,
    media,
    parts_in,
    text_of,
    tool_call,
)
from gateway.vendors.gemini.usage import openai_usage, usage_in
from gateway.vendors.vendor import Asked, Json

TEXT = {"text"}


class Speaker:
    """What one candidate has said until now."""

    __slots__ = ("block", "calls", "has_content", "is_finished", "kind")

    def __init__(self) -> None:
        self.calls = 0
        self.has_content = False
        self.is_finished = False
        self.kind = ""
        """Of the content block that is being told."""
        self.block = -1
        """Its index."""


class GeminiTelling:
    """One stream; a `Telling`."""

    __slots__ = ("_asked", "_created", "_id", "_speakers", "_told", "error", "is_finished", "model", "usage")

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._created, self._id = int(time.time()), f"chatcmpl-{uuid4().hex}"
        self._speakers: dict[int, Speaker] = {}
        self._told: Json | None = None
        """The usage that was told."""
        self.model: str | None = None
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False
        """Every candidate said why it ended."""

    def event(self, name: str, data: Json) -> Iterator[Json]:  # noqa: ARG002 - Gemini's events have no names
        """The chunks that an answer makes."""
        if data.get("error"):
            self.error = data
            return
        self.model = self.model or data.get("modelVersion")
        self.usage = usage_in(data) or self.usage
        if (reason := block_reason(data)) is not None and not self._speakers:
            yield self._blocked(reason)
        for index, candidate in enumerate(data.get("candidates") or ()):
            if (choice := self._choice(candidate, candidate.get("index", index))) is not None:
                yield self._chunk([choice])
        self.is_finished = bool(self._speakers) and all(speaker.is_finished for speaker in self._speakers.values())
        if self.error is None and self.is_finished and self.usage and self.usage != self._told:
            self._told = self.usage
            yield self._chunk([]) | {"usage": openai_usage(self.usage)}

    def _chunk(self, choices: list[Json]) -> Json:
        return {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self.model or self._asked.model,
            "choices": choices,
        }

    def _blocked(self, reason: str) -> Json:
        self._speakers[0] = speaker = Speaker()
        speaker.is_finished = True
        delta = {"role": "assistant", "content": None, "refusal": f"The prompt was blocked: {reason}."}
        ended = finish(reason, self._asked, "content_filter")
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": ended}])

    def _choice(self, candidate: Json, index: int) -> Json | None:
        speaker = self._speakers.get(index)
        is_first = speaker is None
        speaker = self._speakers.setdefault(index, speaker or Speaker())
        delta = ({"role": "assistant"} if is_first else {}) | self._delta(speaker, parts_in(candidate))
        ended = self._ended(speaker, candidate)
        if self.error is not None or not (delta or ended):
            return None
        choice = {"index": index, "delta": delta, "finish_reason": ended}
        if (likely := logprobs(candidate)) is not None:
            choice["logprobs"] = likely
        return choice if self._asked.strict else choice | {key: candidate[key] for key in GROUNDS if key in candidate}

    def _delta(self, speaker: Speaker, parts: list[Json]) -> Json:
        if self._asked.strict and len(parts) == 1 and parts[0].keys() == TEXT:
            delta: Json = {"content": parts[0]["text"]} if parts[0]["text"] else {}  # nearly every event is this one
        else:
            delta = self._rich_delta(speaker, parts)
        speaker.has_content = speaker.has_content or bool(delta)
        return delta

    def _rich_delta(self, speaker: Speaker, parts: list[Json]) -> Json:
        text = "".join(map(text_of, parts))
        thoughts = "".join(part.get("text") or "" for part in parts if part.get("thought"))
        delta: Json = ({"content": text} if text else {}) | ({"reasoning_content": thoughts} if thoughts else {})
        if calls := [tool_call(part, self._asked) for part in parts if "functionCall" in part]:
            delta["tool_calls"] = [{"index": speaker.calls + place} | call for place, call in enumerate(calls)]
            speaker.calls += len(calls)
        delta |= media(parts)
        if not self._asked.strict and (blocks := [block for part in parts for block in told_blocks(speaker, part)]):
            delta["content_blocks"] = blocks
        return delta

    def _ended(self, speaker: Speaker, candidate: Json) -> str | None:
        """Why the candidate ended; a failure before any content is an error of the vendor's."""
        if not (reason := candidate.get("finishReason")) or speaker.is_finished:
            return None
        if is_failure(candidate) and not speaker.has_content:
            why = candidate.get("finishMessage") or f"the model answered with nothing, because of `{reason}`"
            self.error = {"error": {"message": why, "status": reason}}
            return None
        speaker.is_finished = True
        ended = FINISHES.get(reason, "stop")
        return finish(reason, self._asked, "tool_calls" if ended == "stop" and speaker.calls else ended)


def told_blocks(speaker: Speaker, part: Json) -> Iterator[Json]:
    """A thought or a text as a piece of a block; the index counts the blocks."""
    if "text" not in part:
        return
    kind = "thinking" if part.get("thought") else "text"
    if kind != speaker.kind:
        speaker.kind = kind
        speaker.block += 1
    if part["text"]:
        yield {"index": speaker.block, "delta": {kind: part["text"]}}
    if signature := part.get("thoughtSignature"):
        yield {"index": speaker.block, "delta": {"signature": signature}}
