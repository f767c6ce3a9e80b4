"""AWS's binary event stream, `application/vnd.amazon.eventstream`. No I/O.

A message is: its length, the length of its headers, a checksum of these eight bytes, headers, payload, a checksum of
all before. Numbers are big-endian. Source: docs.aws.amazon.com/transcribe/latest/dg/event-stream.html; smithy.io.
"""

from __future__ import annotations

from binascii import crc32
from collections.abc import Iterator, Mapping
from functools import lru_cache
from struct import Struct, error

from gateway.vendors.frames import LONGEST_EVENT
from gateway.vendors.translated import text
from gateway.vendors.vendor import BadAnswer

PRELUDE = Struct(">III")
CHECKSUM = Struct(">I")
SHORT = Struct(">H")
SMALLEST = PRELUDE.size + CHECKSUM.size
SIZES: Mapping[int, int] = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value by its type, where all of a type are equally long: booleans, integers, timestamp, UUID."""
COUNTED = frozenset({6, 7})
"""The types that say their length: bytes and text."""


class DamagedStream(BadAnswer, ValueError):
    """A message whose checksums or headers are wrong. A ValueError too, as whatever a stream may be broken by."""

    def __init__(self) -> None:
        super().__init__("with a damaged event stream")


class EventStreamFrames:
    """The messages of an event stream; made once for each stream.

    The name is the event's type; that of a failure ends in `Exception` or `Error`, and its data has a `message`.
    """

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The name and payload of each message. Raises DamagedStream."""
        data = self._pending + chunk if self._pending else chunk
        start, self._pending = 0, b""
        while (size := size_at(data, start)) and start + size <= len(data):
            yield event_of(*parts_of(data[start : start + size]))
            start += size
        self._pending = data[start:]


def size_at(data: bytes, start: int) -> int:
    """How long the message is that begins at `start`; 0 where too little of it came.

    Raises DamagedStream, OverflowError for one that is too long.
    """
    if len(data) - start < PRELUDE.size:
        return 0
    size, headers, checksum = PRELUDE.unpack_from(data, start)
    if crc32(data[start : start + 8]) != checksum or size < SMALLEST + headers:
        raise DamagedStream
    if size > LONGEST_EVENT:
        raise OverflowError("an event of the stream is too long")
    return int(size)


def parts_of(message: bytes) -> tuple[Mapping[str, str], bytes]:
    """The headers that are text, and the payload, of one whole message."""
    _, length, _ = PRELUDE.unpack_from(message)
    end = PRELUDE.size + length
    if crc32(message[: -CHECKSUM.size]) != CHECKSUM.unpack_from(message, len(message) - CHECKSUM.size)[0]:
        raise DamagedStream
    return headers_of(message[PRELUDE.size : end]), message[end : -CHECKSUM.size]


@lru_cache(maxsize=64)  # a stream says the same few headers thousands of times
def headers_of(data: bytes) -> Mapping[str, str]:
    """The headers that are text; the others are passed over."""
    try:
        return dict(texts_in(data))
    except (LookupError, ValueError, error) as fault:
        raise DamagedStream from fault


def texts_in(data: bytes) -> Iterator[tuple[str, str]]:
    """The (name, value) of each header that is text."""
    at = 0
    while at < len(data):
        at, name = counted(data, at + 1, data[at])
        kind, at = data[at], at + 1
        if kind in COUNTED:
            at, value = counted(data, at + SHORT.size, SHORT.unpack_from(data, at)[0])
            yield name.decode(), value.decode(errors="replace")
        else:
            at += SIZES[kind]


def counted(data: bytes, start: int, length: int) -> tuple[int, bytes]:
    """So many bytes, and where they end."""
    end = start + length
    if end > len(data):
        raise IndexError(end)
    return end, data[start:end]


def event_of(headers: Mapping[str, str], payload: bytes) -> tuple[str, bytes]:
    """The name and data of one message; a failure without a payload tells in its headers what went wrong."""
    match headers.get(":message-type"):
        case "exception":
            return as_failure(headers.get(":exception-type", "")), payload or b"{}"
        case "error":
            return as_failure(headers.get(":error-code", "")), text({"message": headers.get(":error-message", "")})
        case _:
            return headers.get(":event-type", ""), payload


def as_failure(name: str) -> str:
    """A failure's name, recognisable as one."""
    return name if is_failure(name) else f"{name}Exception"


def is_failure(name: str) -> bool:
    """Whether an event of this name is a failure."""
    return name.endswith(("Exception", "Error"))
