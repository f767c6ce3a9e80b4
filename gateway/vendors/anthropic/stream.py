"""Anthropic's stream retold in OpenAI's chunks: for Anthropic itself, and for Claude at any of the clouds.

Source: platform.claude.com/docs/en/build-with-claude/streaming.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from gateway.vendors.anthropic.answer import finish_of, is_answer, json_text, openai_usage
from gateway.vendors.vendor import Asked, Json


class MessagesTelling:
    """One stream: a `Telling`."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._head: Json = {"id": None, "object": "chat.completion.chunk", "created": int(time.time())}
        self._blocks: dict[int, Json] = {}
        """The blocks by the vendor's index, those that are whole too."""
        self._calls: dict[int, int] = {}
        """The client's index of a call of a tool, by the vendor's of its block."""
        self._silent: set[int] = set()
        """Blocks of tools whose input has not begun."""
        self.model: str | None = None
        self.usage: Json | None = None
        self.error: Json | None = None
        self.is_finished = False

    def event(self, name: str, data: Json) -> Iterator[Json]:
        """The chunks that one event makes; clouds that cut streams otherwise give no name."""
        if tell := TOLD.get(data.get("type") or name):
            yield from tell(self, data)

    def begun(self, data: Json) -> Iterator[Json]:
        """`message_start`: who answers, and what reading the prompt cost."""
        message = data.get("message") or {}
        self.model = message.get("model") or self._asked.model
        self._head |= {"id": message.get("id"), "model": self.model}
        self.usage = merged(self.usage, message.get("usage"))
        yield self._chunk({"role": "assistant", "content": ""})

    def opened(self, data: Json) -> Iterator[Json]:
        """`content_block_start`: a block, of tools with its name."""
        index, block = data.get("index", 0), data.get("content_block") or {}
        self._blocks[index] = block
        kind = block.get("type")
        if kind == "tool_use":
            self._silent.add(index)
            if not is_answer(block):
                self._calls[index] = len(self._calls)
                function = {"name": block.get("name"), "arguments": ""}
                yield self._called(index, {"id": block.get("id"), "type": "function", "function": function})
        elif not self._asked.strict:
            inner = {name: value for name, value in block.items() if kind not in ("text", "thinking") or name == kind}
            yield self._kept(index, inner)

    def grown(self, data: Json) -> Iterator[Json]:
        """`content_block_delta`: some more of a block."""
        index, delta = data.get("index", 0), data.get("delta") or {}
        match delta.get("type"):
            case "text_delta":
                said = delta.get("text") or ""
                yield self._kept(index, {"text": said}, content=said)
            case "thinking_delta":
                said = delta.get("thinking") or ""
                yield self._kept(index, {"thinking": said}, reasoning_content=said)
            case "input_json_delta":
                yield from self._input(index, delta.get("partial_json") or "")
            case "signature_delta" if not self._asked.strict:
                yield self._kept(index, {"signature": delta.get("signature")})
            case "citations_delta" if not self._asked.strict:
                yield self._kept(index, {"citation": delta.get("citation")})

    def closed(self, data: Json) -> Iterator[Json]:
        """`content_block_stop`: a call that needed no input has an empty object for it."""
        if (index := data.get("index", 0)) in self._silent:
            yield from self._input(index, json_text(self._blocks[index].get("input")))

    def ended(self, data: Json) -> Iterator[Json]:
        """`message_delta`: why it ended, and what it cost."""
        self.usage = merged(self.usage, data.get("usage"))
        delta = data.get("delta") or {}
        if reason := delta.get("stop_reason"):
            finish = finish_of(reason, list(self._blocks.values()), strict=self._asked.strict)
            refusal = (delta.get("stop_details") or {}).get("explanation")
            yield self._chunk({"refusal": refusal} if refusal else {}, finish)

    def stopped(self, _: Json) -> Iterator[Json]:
        """`message_stop`: the answer is whole."""
        self.is_finished = True
        if self.usage is not None:
            yield {**self._head, "choices": [], "usage": openai_usage(self.usage)}

    def failed(self, data: Json) -> Iterator[Json]:
        """`error`: nothing comes after it."""
        self.error = data
        yield from ()

    def _input(self, index: int, said: str) -> Iterator[Json]:
        """Some more of a tool's input, which is content if the tool is the one for answers."""
        if not said:
            return
        self._silent.discard(index)
        if index in self._calls:
            yield self._called(index, {"function": {"arguments": said}})
        elif is_answer(self._blocks.get(index, {})):
            yield self._kept(index, {"text": said}, content=said)

    def _called(self, index: int, call: Json) -> Json:
        return self._chunk({"tool_calls": [{"index": self._calls[index]} | call]})

    def _kept(self, index: int, inner: Json, **delta: str) -> Json:
        """A chunk, with the block as the vendor has it for clients that are not strict."""
        blocks = {} if self._asked.strict else {"content_blocks": [{"index": index, "delta": inner}]}
        return self._chunk({**delta, **blocks})

    def _chunk(self, delta: Json, finish: str | None = None) -> Json:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head, "choices": [choice]}


TOLD: dict[str, Callable[[MessagesTelling, Json], Iterator[Json]]] = {
    "message_start": MessagesTelling.begun,
    "content_block_start": MessagesTelling.opened,
    "content_block_delta": MessagesTelling.grown,
    "content_block_stop": MessagesTelling.closed,
    "message_delta": MessagesTelling.ended,
    "message_stop": MessagesTelling.stopped,
    "error": MessagesTelling.failed,
}


def merged(known: Json | None, said: Json | None) -> Json | None:
    """Usage put together: later counts are of the whole answer, and a null says nothing."""
    if not said:
        return known
    return (known or {}) | {name: value for name, value in said.items() if value is not None}
