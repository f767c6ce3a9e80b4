"""Avro's object container files, read piece by piece as the network brings them. No I/O.

Source: avro.apache.org/docs/1.12.0/specification.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from gateway.vendors.vendor import BadAnswer

MAGIC, SYNC_BYTES = b"Obj\x01", 16
LARGEST_BLOCK = 64_000_000
"""Bytes, also once it is unpacked; a file that never ends a block must not fill the memory."""
text = msgspec.json.encode
Read = Callable[["Bytes"], Any]


class Short(Exception):
    """More is to come before this can be read."""


class Bytes:
    """Bytes with a place in them."""

    __slots__ = ("at", "data")

    def __init__(self, data: bytes | bytearray) -> None:
        self.data, self.at = data, 0

    def take(self, count: int) -> bytes | bytearray:
        """The next so many. Raises Short and ValueError."""
        if count < 0:
            raise ValueError("an Avro length is negative")
        self.at, begin = self.at + count, self.at
        if self.at > len(self.data):
            raise Short
        return self.data[begin : self.at]


class AvroRecords:
    """Every record of a container file as JSON, block by block: `Records`."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._read: Read | None = None
        self._is_packed = False
        self._sync: bytes | bytearray = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The records of the blocks that are whole. Raises OverflowError, BadAnswer and ValueError."""
        self._pending += chunk
        while True:
            source = Bytes(self._pending)
            try:
                if self._read is None:
                    self._begin(source)
                    block: Iterable[bytes] = ()
                elif self._pending:
                    block = self._block(source, self._read)
                else:
                    return
            except Short:
                if len(self._pending) > LARGEST_BLOCK:
                    raise OverflowError("a block of an Avro file is too long") from None
                return
            del self._pending[: source.at]
            yield from block

    def end(self) -> Iterable[bytes]:
        """Nothing. Raises BadAnswer for a file that broke off."""
        if self._pending or self._read is None:
            raise BadAnswer("with an Avro file that broke off")
        return ()

    def _begin(self, source: Bytes) -> None:
        """The head of the file: what its records are made of, how they are packed, and the mark between blocks."""
        if source.take(len(MAGIC)) != MAGIC:
            raise BadAnswer("with something else than an Avro file")
        about = mapping(blob)(source)
        self._sync = source.take(SYNC_BYTES)
        codec = about.get("avro.codec", b"null")
        if codec not in (b"null", b"deflate"):
            raise BadAnswer(f"with an Avro file packed by `{codec.decode(errors='replace')}`")
        self._is_packed = codec == b"deflate"
        self._read = reader(msgspec.json.decode(about["avro.schema"]), {})

    def _block(self, source: Bytes, read: Read) -> Iterable[bytes]:
        """The records of one block, decoded as they are taken."""
        count = whole_number(source)
        data = source.take(whole_number(source))
        if source.take(SYNC_BYTES) != self._sync:
            raise BadAnswer("with an Avro file that is damaged")
        return records(count, unpacked(data) if self._is_packed else data, read)


def records(count: int, data: bytes | bytearray, read: Read) -> Iterator[bytes]:
    """What a block holds. Raises BadAnswer where that is not what it says, and ValueError."""
    source = Bytes(data)
    if not 0 <= count <= len(data):
        raise BadAnswer("with an Avro file that is damaged")
    try:
        for _ in range(count):
            yield text(read(source))
    except Short:
        raise BadAnswer("with an Avro file that is damaged") from None


def unpacked(data: bytes | bytearray) -> bytes:
    """A block without its packing (RFC 1951). Raises OverflowError and BadAnswer."""
    packing = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        found = packing.decompress(data, LARGEST_BLOCK)
    except zlib.error as error:
        raise BadAnswer("with an Avro file that is damaged") from error
    if packing.unconsumed_tail:
        raise OverflowError("a block of an Avro file is too long")
    return found


def reader(schema: Any, known: dict[str, Read]) -> Read:
    """How values of a schema are read; `known` are the named types so far. Raises KeyError for one that is not."""
    if isinstance(schema, list):
        return union([reader(each, known) for each in schema])
    if isinstance(schema, str):
        return PRIMITIVES.get(schema) or known[schema.rpartition(".")[2]]
    kind = schema["type"]
    if kind == "array":
        item = schema["items"]
        return numbers(*NUMBERS[item]) if item in ("float", "double") else array(reader(item, known))
    if kind == "map":
        return mapping(reader(schema["values"], known))
    if kind not in ("record", "enum", "fixed"):
        return reader(kind, known)
    name = schema["name"].rpartition(".")[2]
    known[name] = lambda source: found(source)  # a record may have itself within
    found = named(kind, schema, known)
    return found


def named(kind: str, schema: Any, known: dict[str, Read]) -> Read:
    """How a type is read that has a name."""
    if kind == "enum":
        symbols = schema["symbols"]
        return lambda source: symbols[number_below(len(symbols), source)]
    if kind == "fixed":
        return lambda source: source.take(schema["size"])
    fields = [(each["name"], reader(each["type"], known)) for each in schema["fields"]]
    return lambda source: {name: read(source) for name, read in fields}


def union(branches: list[Read]) -> Read:
    """One of several, by its number."""
    return lambda source: branches[number_below(len(branches), source)](source)


def array(item: Read) -> Read:
    """Items in blocks; one that says its size does so as a negative count."""

    def read(source: Bytes) -> list[Any]:
        return [item(source) for count in counts(source) for _ in range(count)]

    return read


def numbers(letter: str, size: int) -> Read:
    """Numbers with a fraction, a block of them at once: an embedding has thousands."""

    def read(source: Bytes) -> list[float]:
        return [
            number
            for count in counts(source)
            for number in struct.unpack(f"<{count}{letter}", source.take(count * size))
        ]

    return read


def mapping(value: Read) -> Read:
    """Values by name, in blocks as those of an array."""

    def read(source: Bytes) -> dict[str, Any]:
        return {words(source): value(source) for count in counts(source) for _ in range(count)}

    return read


def counts(source: Bytes) -> Iterator[int]:
    """How many items each block of an array or a map has."""
    while count := whole_number(source):
        if count < 0:
            whole_number(source)  # its size in bytes, for those who skip it
        if abs(count) > len(source.data):
            raise ValueError("an Avro block has more items than bytes")
        yield abs(count)


def number_below(most: int, source: Bytes) -> int:
    """The number of one of so many. Raises ValueError."""
    found = whole_number(source)
    if not 0 <= found < most:
        raise ValueError("an Avro value is none of those that its schema has")
    return found


def whole_number(source: Bytes) -> int:
    """A number of as many bytes as it takes, its sign in the lowest bit."""
    found = shift = 0
    while True:
        byte = source.take(1)[0]
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (found >> 1) ^ -(found & 1)
        shift += 7
        if shift > 63:
            raise ValueError("an Avro number is too long")


def blob(source: Bytes) -> bytes | bytearray:
    """Bytes, which JSON has in base64."""
    return source.take(whole_number(source))


def words(source: Bytes) -> str:
    """A text. Raises UnicodeDecodeError."""
    return blob(source).decode()


NUMBERS = {"float": ("f", 4), "double": ("d", 8)}
"""How `struct` has them, and how many bytes each takes."""
PRIMITIVES: dict[str, Read] = {
    "null": lambda _: None,
    "boolean": lambda source: source.take(1) != b"\x00",
    "int": whole_number,
    "long": whole_number,
    "float": lambda source: struct.unpack("<f", source.take(4))[0],
    "double": lambda source: struct.unpack("<d", source.take(8))[0],
    "bytes": blob,
    "string": words,
}
