"""Spans out of OTLP's protobuf, read by hand: four messages of a frozen format, without a library of two megabytes.

Source: protobuf.dev, encoding; github.com/open-telemetry/opentelemetry-proto, trace.proto and common.proto.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.log.otlp.span import MOST_DEEP, Attributes, BadSpans, Span

VARINT, FIXED_64, BYTES, FIXED_32 = 0, 1, 2, 5
ERROR = 2
Field = tuple[int, int | bytes]
"""Its number, and what it holds; fixed numbers and texts as bytes."""


def from_protobuf(body: bytes) -> Iterator[Span]:
    """The spans in a body. Raises BadSpans."""
    try:
        for each in messages(body, 1):
            resource = attributes(b"".join(messages(each, 1)), 1)
            for scoped in messages(each, 2):
                for span in messages(scoped, 2):
                    yield span_from(span, resource)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise BadSpans(f"it ends too early, or is no protobuf of OTLP: {error}") from error


def fields(data: bytes) -> Iterator[Field]:
    """The fields of a message. Raises BadSpans and IndexError."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            number, at = varint(data, at)
            yield tag >> 3, number
            continue
        if kind == BYTES:
            size, at = varint(data, at)
        elif kind in (FIXED_64, FIXED_32):
            size = 8 if kind == FIXED_64 else 4
        else:
            raise BadSpans(f"a field of kind {kind} is none of OTLP's")
        if at + size > len(data):
            raise BadSpans("it ends in the middle of a field")
        yield tag >> 3, data[at : at + size]
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where the next thing begins. Raises BadSpans and IndexError."""
    number = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number & (2**64 - 1), at
    raise BadSpans("a number has more than 64 bits")


def messages(data: bytes, number: int) -> Iterator[bytes]:
    """The fields of a number that are messages or texts."""
    return (value for found, value in fields(data) if found == number and isinstance(value, bytes))


def span_from(data: bytes, resource: Attributes) -> Span:
    """One span."""
    texts: dict[int, bytes] = {number: value for number, value in fields(data) if isinstance(value, bytes)}
    status = dict(fields(texts.get(15, b"")))
    message = status.get(2, b"")
    return Span(
        trace_id=texts.get(1, b"").hex(),
        span_id=texts.get(2, b"").hex(),
        parent_span_id=texts.get(4, b"").hex(),
        name=texts.get(5, b"").decode(),
        start_ns=int.from_bytes(texts.get(7, b""), "little"),
        end_ns=int.from_bytes(texts.get(8, b""), "little"),
        attributes=attributes(data, 9),
        resource=resource,
        is_error=status.get(3) == ERROR,
        message=message.decode() if isinstance(message, bytes) else "",
    )


def attributes(data: bytes, number: int, depth: int = 0) -> Attributes:
    """The attributes that are a message's fields of that number."""
    found: Attributes = {}
    for each in messages(data, number):
        said = dict(fields(each))
        key, value = said.get(1, b""), said.get(2, b"")
        if isinstance(key, bytes) and isinstance(value, bytes):
            found[key.decode()] = value_from(value, depth)
    return found


def value_from(data: bytes, depth: int) -> Any:
    """A value as it would stand in JSON. Raises BadSpans."""
    if depth > MOST_DEEP:
        raise BadSpans(f"a value nests deeper than {MOST_DEEP} levels")
    for number, value in fields(data):
        read = (READ_NUMBERS if isinstance(value, int) else READ).get(number)
        if read is not None:
            return read(value, depth + 1)
    return None


READ_NUMBERS: Mapping[int, Callable[[Any, int], Any]] = {
    2: lambda number, _: bool(number),
    3: lambda number, _: number - 2**64 if number >= 2**63 else number,
}
READ: Mapping[int, Callable[[Any, int], Any]] = {
    1: lambda data, _: data.decode(),
    4: lambda data, _: struct.unpack("<d", data)[0],
    5: lambda data, depth: [value_from(each, depth) for each in messages(data, 1)],
    6: lambda data, depth: attributes(data, 1, depth),
    7: lambda data, _: data.hex(),
}
"""The kinds of values there are, by the number of their field."""


def partial_success(rejected: int, why: str) -> bytes:
    """An answer that says how many spans were not taken; nothing where all were."""
    if not rejected:
        return b""
    said = why.encode()
    inner = b"\x08" + written(rejected) + b"\x12" + written(len(said)) + said
    return b"\x0a" + written(len(inner)) + inner


def written(number: int) -> bytes:
    """A number of variable length."""
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])
