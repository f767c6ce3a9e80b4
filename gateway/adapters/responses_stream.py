"""A chat stream as the events of Responses."""

from __future__ import annotations

from typing import Any

from gateway.adapters.blocks import Block, Blocks, Step
from gateway.adapters.chat import finish_of, first_choice, record
from gateway.adapters.events import event
from gateway.adapters.responses_failure import failed, failure_event
from gateway.adapters.responses_object import (
    INCOMPLETE,
    Head,
    Status,
    head_of,
    item_id,
    item_of,
    part_of,
    text_argument,
)
from gateway.vendors.vendor import Json


class ResponseTold:
    """One stream: a `Retelling`. The response is created with the first chunk, which knows its id and model."""

    __slots__ = ("_blocks", "_body", "_finish", "_head", "_output", "_sequence", "_usage")

    def __init__(self, body: Json) -> None:
        self._body = body
        self._blocks = Blocks()
        self._finish: object = None
        self._head: Head | None = None
        self._output: list[Json] = []
        self._sequence = 0
        self._usage: Json = {}

    def begin(self) -> bytes:
        """Nothing yet."""
        return b""

    def chunk(self, chunk: Json) -> bytes:
        """The events that a chunk makes."""
        head, start = self._started(chunk)
        self._usage = record(chunk.get("usage")) or self._usage
        choice = first_choice(chunk)
        self._finish = choice.get("finish_reason") or self._finish
        steps = self._blocks.feed(record(choice.get("delta")))
        return start + b"".join([self._told(head, step, "completed") for step in steps])

    def end(self) -> bytes:
        """The items closed, and the response whole."""
        head, start = self._started({})
        finish = finish_of(self._finish)
        status: Status = "incomplete" if finish in INCOMPLETE else "completed"
        rest = b"".join([self._told(head, step, status) for step in self._blocks.end()])
        return start + rest + self._say(f"response.{status}", response=head.ended(finish, self._output, self._usage))

    def fail(self, error: Json) -> bytes:
        """What ends a stream that broke off: the failed response, then the event for which OpenAI's SDK raises."""
        head, start = self._started({})
        response = head.response("failed", self._output, error=failed(error))
        return start + self._say("response.failed", response=response) + failure_event(error, self._sequence)

    def _started(self, chunk: Json) -> tuple[Head, bytes]:
        if self._head is not None:
            return self._head, b""
        head = self._head = head_of(chunk, self._body)
        response = head.response("in_progress", [])
        created = self._say("response.created", response=response)
        return head, created + self._say("response.in_progress", response=response)

    def _say(self, name: str, /, **fields: Any) -> bytes:
        said = event({"type": name, "sequence_number": self._sequence, **fields})
        self._sequence += 1
        return said

    def _told(self, head: Head, step: Step, status: Status) -> bytes:
        what, block, text = step
        place = {"output_index": block.index, "item_id": item_id(head, block)}
        is_custom = block.kind == "call" and block.name in head.customs
        if what == "say":
            return (
                b""
                if is_custom
                else self._say(f"response.{GROWING[block.kind]}.delta", delta=text, **within(block, place))
            )
        if what == "begin":
            return self._begun(head, block, place)
        said = self._custom_called(block, place) if is_custom else self._ended(block, place)
        item = item_of(head, block, status)
        self._output.append(item)
        return said + self._say("response.output_item.done", output_index=block.index, item=item)

    def _begun(self, head: Head, block: Block, place: Json) -> bytes:
        item = item_of(head, block, "in_progress")
        if block.kind == "thinking":
            item |= {"summary": []}
        added = self._say("response.output_item.added", output_index=block.index, item=item)
        return added + self._part(block, "added", within(block, place), part_of_kind(block, is_whole=False))

    def _ended(self, block: Block, place: Json) -> bytes:
        if block.kind == "redacted" or (block.kind == "thinking" and not block.said):
            return b""
        where = within(block, place)
        if block.kind == "call":
            done: Json = {"arguments": block.text or "{}", "name": block.name}
        else:
            done = {"refusal" if block.kind == "refusal" else "text": block.text}
        said = self._say(f"response.{GROWING[block.kind]}.done", **done, **where)
        return said + self._part(block, "done", where, part_of_kind(block, is_whole=True))

    def _part(self, block: Block, what: str, where: Json, part: Json | None) -> bytes:
        if part is None:
            return b""
        name = "reasoning_summary_part" if block.kind == "thinking" else "content_part"
        plain = {key: value for key, value in where.items() if key != "logprobs"}
        return self._say(f"response.{name}.{what}", part=part, **plain)

    def _custom_called(self, block: Block, place: Json) -> bytes:
        said = text_argument(block)
        delta = self._say("response.custom_tool_call_input.delta", delta=said, **place)
        return delta + self._say("response.custom_tool_call_input.done", input=said, **place)


GROWING = {
    "thinking": "reasoning_summary_text",
    "text": "output_text",
    "refusal": "refusal",
    "call": "function_call_arguments",
}
"""What the events of a block that grows are about."""


def within(block: Block, place: Json) -> Json:
    """Where in its item a block's text stands."""
    if block.kind == "thinking":
        return place | {"summary_index": 0}
    if block.kind == "text":
        return place | {"content_index": 0, "logprobs": []}
    if block.kind == "refusal":
        return place | {"content_index": 0}
    return place


def part_of_kind(block: Block, *, is_whole: bool) -> Json | None:
    """The part of an item that a block is; None for calls, and for thoughts that are not told."""
    shown = block if is_whole else Block(block.kind, block.index)
    if block.kind in ("text", "refusal"):
        return part_of(shown)
    if block.kind == "thinking" and block.said:
        return {"type": "summary_text", "text": shown.text}
    return None
