"""What rates have counted, in a file beside the database: whole windows, of each of which the last word counts.

No table: it is written every second, and the database has one writer, which has the log to write.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from store.spool.frames import framed, scan

LONG = 8_000_000
"""Bytes from which on it is worth writing anew."""
ALL = 1 << 30


class RateWindow(msgspec.Struct, frozen=True, array_like=True):
    """What one rate has counted."""

    counter: str
    seconds: float
    entries: list[tuple[float, int]]
    """When (epoch seconds) and how much, the oldest first; empty where it was made to begin anew."""


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(list[RateWindow]).decode


class RateJournal:
    """The file; it may be missing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._size = file.stat().st_size if file.exists() else 0

    @property
    def is_long(self) -> bool:
        """Whether most of it is likely to be outdated."""
        return self._size > LONG

    def read(self) -> list[RateWindow]:
        """The last word about each window; what a crash of the machine has damaged is passed over."""
        data = self._file.read_bytes() if self._file.exists() else b""
        latest = {each.counter: each for payload in scan(data, ALL).payloads for each in decoded(payload)}
        return [each for each in latest.values() if each.entries]

    def add(self, windows: Sequence[RateWindow]) -> None:
        """Write down how windows are by now. Raises OSError."""
        self._write(windows, self._file, "ab")

    def replace(self, windows: Iterable[RateWindow]) -> None:
        """Let these be all there is. Raises OSError."""
        draft = self._file.with_suffix(".new")
        self._write(list(windows), draft, "wb")
        draft.replace(self._file)

    def _write(self, windows: Sequence[RateWindow], file: Path, mode: str) -> None:
        with file.open(mode) as writing:
            file.chmod(0o600)
            writing.write(framed(encode(windows)))
            self._size = writing.tell()


def decoded(payload: bytes) -> list[RateWindow]:
    """A frame's windows; none where another version has written them otherwise."""
    try:
        return decode(payload)
    except msgspec.DecodeError:
        return []
