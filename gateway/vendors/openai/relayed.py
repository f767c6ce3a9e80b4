"""A stream whose events the client gets as they are: responses, pictures, speech and whatever is passed through."""

from __future__ import annotations

import msgspec

from gateway.vendors.frames import Blocks, parts_of
from gateway.vendors.vendor import Asked


class Event(msgspec.Struct, frozen=True):
    """What is read in an event of one of OpenAI's newer streams."""

    type: str = ""
    model: str | None = None
    usage: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    response: EventResponse | None = None


class EventResponse(msgspec.Struct, frozen=True):
    """The `response` of a Responses event."""

    model: str | None = None
    usage: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


read_event = msgspec.json.Decoder(Event).decode
ENDINGS = (".completed", ".done", ".incomplete", ".failed")
"""How the names of the last events end; every OpenAI stream beside chat has one of them."""
OUTER = (
    "response.created",
    "response.queued",
    "response.in_progress",
    "response.output_item",
    "response.content_part",
    "keepalive",
)
"""How the names of events begin that hold nothing of the answer, unless they end a part of it."""
LAST = ("response.completed", "response.incomplete", "response.failed")


class RelayedStream:
    """Bytes through, whole events at a time, with a look at what they say of model, usage and error: a `Reader`."""

    __slots__ = ("_blocks", "_is_last_seen", "error", "has_content", "is_done", "model", "skipped", "usage")

    ending = b""

    def __init__(self, asked: Asked) -> None:
        self._blocks = Blocks()
        self._is_last_seen = False
        self.model: str | None = asked.model or None
        self.usage: bytes | None = None
        self.error: bytes | None = None
        self.has_content = False
        self.is_done = False
        self.skipped = 0

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole."""
        return (self._is_last_seen or self.is_done) and self.error is None

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes."""
        blocks = self._blocks.feed(chunk)
        for block in blocks:
            self._note(parts_of(block)[1])
        return b"".join(block + b"\n\n" for block in blocks)

    def _note(self, data: bytes) -> None:
        if data == b"[DONE]":
            self.is_done = True
            return
        try:
            event = read_event(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        inner = event.response
        self.has_content = self.has_content or not event.type.startswith(OUTER) or event.type.endswith(ENDINGS)
        self._is_last_seen = self._is_last_seen or (event.type in LAST if inner else event.type.endswith(ENDINGS))
        for said in (event, inner):
            if said is None:
                continue
            self.model = said.model or self.model
            if said.usage is not msgspec.UNSET and bytes(said.usage) != b"null":
                self.usage = bytes(said.usage)
        if event.type == "error":
            self.error = data
