"""A chat stream as Anthropic's events."""

from __future__ import annotations

from gateway.adapters.blocks import Block, Blocks, Step
from gateway.adapters.chat import first_choice, record
from gateway.adapters.events import event
from gateway.adapters.messages_answer import ending, message_id, tool_use, usage_of
from gateway.adapters.messages_failure import failure_event
from gateway.vendors.vendor import Json

PING = event({"type": "ping"})


class MessagesTold:
    """One stream: a `Retelling`. The message starts with the first chunk, which knows its id and model."""

    __slots__ = ("_blocks", "_body", "_finish", "_is_started", "_refused", "_usage")

    def __init__(self, body: Json) -> None:
        self._body = body
        self._blocks = Blocks()
        self._finish: Json = {}
        self._is_started = False
        self._refused = False
        self._usage: Json = {}

    def begin(self) -> bytes:
        """Nothing yet."""
        return b""

    def chunk(self, chunk: Json) -> bytes:
        """The events that a chunk makes."""
        out = b"" if self._is_started else self._started(chunk)
        self._usage = record(chunk.get("usage")) or self._usage
        choice = first_choice(chunk)
        if choice.get("finish_reason"):
            self._finish = choice
        delta = record(choice.get("delta"))
        self._refused = self._refused or bool(delta.get("refusal"))
        return out + b"".join([told(step) for step in self._blocks.feed(delta)])

    def end(self) -> bytes:
        """The blocks closed, why it ended and what it used."""
        start = b"" if self._is_started else self._started({})
        rest = b"".join([told(step) for step in self._blocks.end()])
        choice = self._finish | {"message": {"refusal": self._refused}}
        delta = ending(choice, self._body, has_calls=self._blocks.has_calls)
        ended = event({"type": "message_delta", "delta": delta, "usage": usage_of(self._usage)})
        return start + rest + ended + event({"type": "message_stop"})

    def fail(self, error: Json) -> bytes:
        """What ends a stream that broke off."""
        return failure_event(error)

    def _started(self, chunk: Json) -> bytes:
        self._is_started = True
        message: Json = {
            "id": message_id(chunk.get("id")),
            "type": "message",
            "role": "assistant",
            "model": chunk.get("model") or self._body.get("model"),
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_of(record(chunk.get("usage"))),
        }
        return event({"type": "message_start", "message": message}) + PING


def told(step: Step) -> bytes:
    """What becomes of a block, as events."""
    what, block, text = step
    if what == "begin":
        return event({"type": "content_block_start", "index": block.index, "content_block": beginning(block)})
    if what == "say":
        return grown(block, said(block, text))
    signed = b""
    if block.kind == "thinking" and block.signature:
        signed = grown(block, {"type": "signature_delta", "signature": block.signature})
    return signed + event({"type": "content_block_stop", "index": block.index})


def grown(block: Block, delta: Json) -> bytes:
    """More of a block."""
    return event({"type": "content_block_delta", "index": block.index, "delta": delta})


def beginning(block: Block) -> Json:
    """A block before anything is said in it."""
    if block.kind == "thinking":
        return {"type": "thinking", "thinking": "", "signature": ""}
    if block.kind == "redacted":
        return {"type": "redacted_thinking", "data": block.signature}
    if block.kind == "call":
        return tool_use(block.id, block.name, block.signature)
    return {"type": "text", "text": ""}


def said(block: Block, text: str) -> Json:
    """What is added, by the name that the block's kind has for it."""
    if block.kind == "thinking":
        return {"type": "thinking_delta", "thinking": text}
    if block.kind == "call":
        return {"type": "input_json_delta", "partial_json": text}
    return {"type": "text_delta", "text": text}
