"""The requests of a batch while it begins, on the disk: as many as they may be, few of them are in memory at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO


class Spool:
    """A file of lines: first written, then read, as the `Requests` that a vendor is sent."""

    def __init__(self, file: IO[bytes]) -> None:
        self.count = self.size = 0
        self._file = file

    def add(self, line: bytes) -> None:
        """One more."""
        self._file.write(line + b"\n")
        self.count, self.size = self.count + 1, self.size + len(line) + 1

    def whole(self) -> bytes:
        """All of them, each line ended."""
        self._file.seek(0)
        return self._file.read()

    def pieces(self, most: int) -> Iterator[bytes]:
        """The same, at most so many bytes at once."""
        self._file.seek(0)
        while piece := self._file.read(most):
            yield piece
