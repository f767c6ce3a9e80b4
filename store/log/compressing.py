"""Bodies smaller: by a dictionary of what chats look like on the wire, which no single one is long enough to teach.

The dictionary comes with the program: it was made from invented conversations, so nobody's words outlive their bodies
in it. A body says by which it was compressed (none, in older files). `tests/bench/dictionary.py` makes one; one that
was released stays as it is, and a better one comes with another number, in a file beside it.
"""

from functools import cache
from pathlib import Path

import msgspec
import zstandard

from store.log.columns import NO_BODIES, Bodies
from store.records import LogRecord

FILE = Path(__file__).with_name("bodies.zdict")
SMALL = 8_192
"""Bytes of bodies, up to which level 1 compresses as well as level 3, in two thirds of the time."""
decode = msgspec.msgpack.Decoder(Bodies).decode


class Compressor:
    """For one thread."""

    def __init__(self) -> None:
        self._quickly = zstandard.ZstdCompressor(level=1, dict_data=dictionary()).compress
        self._well = zstandard.ZstdCompressor(level=3, dict_data=dictionary()).compress
        self._encode_into = msgspec.msgpack.Encoder().encode_into
        self._buffer = bytearray()

    def body(self, record: LogRecord) -> bytes:
        """What `log_bodies` keeps of a record; empty when there is nothing to keep."""
        parts = Bodies(
            record.request_body, record.response_body, record.request_headers, record.response_headers, record.sent
        )
        if parts == NO_BODIES:
            return b""
        self._encode_into(parts, self._buffer)  # into the same memory again, for each is as long as a page
        small = len(self._buffer) < SMALL
        return self._quickly(self._buffer) if small else self._well(self._buffer)


def bodies_in(kept: bytes) -> Bodies:
    """The bodies as they were."""
    return decode(zstandard.ZstdDecompressor(dict_data=prepared()).decompress(kept))


@cache
def prepared() -> zstandard.ZstdCompressionDict:
    """The dictionary for all who read."""
    return dictionary()


def dictionary() -> zstandard.ZstdCompressionDict:
    """The one that comes with the program; who compresses has one of its own, which prepares itself for a level."""
    return zstandard.ZstdCompressionDict(FILE.read_bytes())
