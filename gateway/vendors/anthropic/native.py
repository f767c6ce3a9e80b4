"""Anthropic's own wire: `/messages` and `/messages/count_tokens` as their clients speak them, passed through.

Source: platform.claude.com/docs/en/api/messages and …/messages-count-tokens.
"""

from __future__ import annotations

import msgspec

from gateway.functions import Function
from gateway.vendors.anthropic.answer import usage_of_messages
from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.anthropic.stream import merged
from gateway.vendors.frames import Blocks, parts_of
from gateway.vendors.vendor import Answered, Asked, BadAnswer, Json, VendorSaysNo
from store.records import Usage

text = msgspec.json.Encoder().encode
read = msgspec.json.Decoder().decode
NULL = b"null"
DELTA = b"event: content_block_delta\n"
"""How most events begin; nothing has to be read in them."""


class Spoken(msgspec.Struct, frozen=True):
    """A whole message, as far as it is read."""

    type: str | None = None
    model: str | None = None
    usage: msgspec.Raw = msgspec.Raw(NULL)


class Event(msgspec.Struct, frozen=True):
    """One event, as far as it is read."""

    type: str = ""
    message: Spoken | None = None
    usage: Json | None = None


read_message = msgspec.json.Decoder(Spoken).decode
read_event = msgspec.json.Decoder(Event).decode


def native_fields(asked: Asked) -> dict[str, msgspec.Raw]:
    """The client's fields with the vendor's name for the model, and how long the answer may be if nothing says so."""
    fields = dict(asked.fields) | {"model": msgspec.Raw(text(asked.model))}
    if bytes(fields.get("max_tokens", NULL)) == NULL:
        fields["max_tokens"] = msgspec.Raw(text(native_length(fields, asked.model)))
    return fields


def native_length(fields: dict[str, msgspec.Raw], model: str) -> int:
    """All that the model has, and more than it is to think."""
    thinking = read(fields.get("thinking", NULL))
    budget = (thinking.get("budget_tokens") or 0) if isinstance(thinking, dict) else 0
    return max(ability_of(model).max_output, int(budget) + 1)


def counted_fields(asked: Asked) -> dict[str, msgspec.Raw]:
    """The client's fields with the vendor's name for the model."""
    return dict(asked.fields) | {"model": msgspec.Raw(text(asked.model))}


def decode_native(body: bytes, asked: Asked) -> Answered:
    """The answer as it came. Raises BadAnswer, VendorSaysNo, and for something that is no JSON what msgspec raises, or
    UnicodeDecodeError."""
    said = read_message(body)
    if said.type == "error":
        raise VendorSaysNo(body)
    if asked.function is Function.MESSAGE and said.type != "message":
        raise BadAnswer("with JSON that is no message")
    if not body.isascii():
        body.decode()  # a client would stumble over what is no UTF-8
    return Answered(body, said.model or asked.model, bytes(said.usage))


def usage_of_native(raw: bytes) -> Usage | None:
    """What is paid for, from a usage object as it came; None if there is none."""
    said = read(raw)
    return usage_of_messages(said) if isinstance(said, dict) else None


class MessagesStream:
    """Anthropic's events through, with a look at what they say of model, usage and error: a `Reader`.

    `message_stop` is kept back, for it says that the answer is whole, and an error, for the caller tells of it.
    """

    __slots__ = ("_blocks", "_usage", "ending", "error", "has_content", "is_done", "model", "skipped", "usage")

    def __init__(self, asked: Asked) -> None:
        self._blocks = Blocks()
        self._usage: Json | None = None
        self.usage: bytes | None = None
        """Put together from the beginning's and the end's."""
        self.ending = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
        self.model: str | None = asked.model or None
        self.error: bytes | None = None
        self.has_content = False
        self.is_done = False
        self.skipped = 0
        """Events that were no JSON."""

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole."""
        return self.is_done and self.error is None

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes."""
        return b"".join(block + b"\n\n" for block in self._blocks.feed(chunk) if self._is_passed(block))

    def _is_passed(self, block: bytes) -> bool:
        if self.is_done or self.error is not None:
            return False
        if block.startswith(DELTA):
            self.has_content = True
            return True
        if not (data := parts_of(block)[1]):
            return bool(block)
        try:
            return self._note(read_event(data), data, block)
        except msgspec.ValidationError:
            return True  # JSON of another shape is not ours to judge
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.skipped += 1
            return False

    def _note(self, event: Event, data: bytes, block: bytes) -> bool:
        if event.type == "error":
            self.error = data
            return False
        if event.type == "message_stop":
            self.is_done, self.ending = True, block + b"\n\n"
            return False
        if event.message is not None:
            self.model = event.message.model or self.model
            self._count(read(event.message.usage))
        self._count(event.usage)
        self.has_content = self.has_content or event.type == "content_block_delta"
        return True

    def _count(self, said: Json | None) -> None:
        if said:
            self._usage = merged(self._usage, said)
            self.usage = text(self._usage)
