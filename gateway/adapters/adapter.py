"""What it takes to serve one function by another: a messages or responses client by a vendor that has only chat."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

from gateway.functions import Function
from gateway.vendors.frames import parts_of
from gateway.vendors.vendor import Json, Reader


class Retelling(Protocol):
    """A chat stream retold in the client's own events; made once for each stream."""

    def begin(self) -> bytes:
        """What the client hears first, once the vendor has begun."""

    def chunk(self, chunk: Json) -> bytes:
        """What a `chat.completion.chunk` comes to; the last one carries `usage`, with empty `choices`."""

    def end(self) -> bytes:
        """What ends the stream of a whole answer."""

    def fail(self, error: Json) -> bytes:
        """What ends a stream that broke off, of an `error` object in OpenAI's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One function by way of another."""

    function: Function
    by: Function
    request: Callable[[Json], Json]
    """The client's request as one for `by`. Raises Unspoken for what cannot be said."""
    answer: Callable[[Json, Json], Json]
    """The client's answer, of the answer to `by` and the client's request."""
    stream: Callable[[Json], Retelling]
    """From the client's request."""


def retold(telling: Retelling, chunks: Iterable[Json]) -> bytes:
    """A whole stream at once."""
    return telling.begin() + b"".join(telling.chunk(chunk) for chunk in chunks) + telling.end()


class AdaptedStream:
    """A chat stream turned into the client's own events: a `Reader` around the vendor's."""

    __slots__ = ("_has_begun", "_reader", "_telling")

    def __init__(self, reader: Reader, telling: Retelling) -> None:
        self._reader, self._telling = reader, telling
        self._has_begun = False

    @property
    def model(self) -> str | None:
        """Who the vendor says answers."""
        return self._reader.model

    @property
    def usage(self) -> bytes | None:
        """The vendor's usage object."""
        return self._reader.usage

    @property
    def error(self) -> bytes | None:
        """The vendor's own error event."""
        return self._reader.error

    @property
    def has_content(self) -> bool:
        """Whether something of the answer itself came."""
        return self._reader.has_content

    @property
    def is_done(self) -> bool:
        """Nothing more is expected."""
        return self._reader.is_done

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole."""
        return self._reader.is_complete

    @property
    def ending(self) -> bytes:
        """What ends the stream of a whole answer."""
        return self._telling.end()

    def fail(self, error: Json) -> bytes:
        """What ends the stream of an answer that broke off, of an `error` object in OpenAI's words."""
        return self._telling.fail(error)

    def feed(self, chunk: bytes) -> bytes:
        """The client's events that `chunk` makes."""
        told = [self._telling.chunk(said) for said in chunks_in(self._reader.feed(chunk))]
        if told and not self._has_begun:
            self._has_begun = True
            told.insert(0, self._telling.begin())
        return b"".join(told)


def chunks_in(events: bytes) -> Iterable[Json]:
    """The chat chunks in whole server-sent events."""
    for block in events.split(b"\n\n"):
        data = parts_of(block)[1]
        if data:
            yield msgspec.json.decode(data)
