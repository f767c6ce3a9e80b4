"""A body that a vendor packs although it was asked not to: gzip and deflate are unpacked, piece by piece. No I/O.

Source: RFC 9110, section 8.4.1; RFC 1950, 1951 and 1952.
"""

from __future__ import annotations

import zlib

MOST_AT_ONCE = 16_000_000
"""Bytes that one piece from the network may come to; what says more is made to fill memories."""
ANY_HEADER, NO_HEADER = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


class Unpacking:
    """One body; made for each."""

    def __init__(self) -> None:
        self._packing = zlib.decompressobj(ANY_HEADER)
        self._is_new = True

    @property
    def is_whole(self) -> bool:
        """Whether its end has come, or nothing at all."""
        return self._packing.eof or self._is_new

    def feed(self, data: bytes) -> bytes:
        """What a piece comes to. Raises ValueError."""
        try:
            found = self._packing.decompress(data, MOST_AT_ONCE)
        except zlib.error as error:
            if not self._is_new:
                raise ValueError("its packing is damaged") from error
            self._packing = zlib.decompressobj(NO_HEADER)  # `deflate`, as some have it
            self._is_new = False
            return self.feed(data)
        self._is_new = False
        if self._packing.unconsumed_tail:
            raise ValueError("its packing is made to fill memories")
        if rest := self._packing.unused_data.lstrip(b"\0"):
            self._packing = zlib.decompressobj(ANY_HEADER)  # a gzip may have several parts
            return found + self.feed(rest)
        return found


def unpacking(encoding: str) -> Unpacking | None:
    """How a body of this `content-encoding` is unpacked; None where it is not packed. Raises ValueError."""
    names = [name.strip() for name in encoding.lower().split(",") if name.strip() not in ("", "identity")]
    if not names:
        return None
    if names not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise ValueError(f"its body is packed as `{encoding[:40]}`, which it was asked not to do")
    return Unpacking()
