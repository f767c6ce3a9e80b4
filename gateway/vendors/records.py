"""How the results of a batch are cut out of what the network brings. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from gateway.vendors.frames import Lines


class Records(Protocol):
    """A file of results, taken piece by piece; made once for each."""

    def feed(self, chunk: bytes) -> Iterable[bytes]:
        """The records that `chunk` completes, as JSON each. Raises OverflowError for one without end, BadAnswer, and
        what reading a file of another kind comes to."""

    def end(self) -> Iterable[bytes]:
        """What is left once everything came. Raises BadAnswer for a file that broke off."""


class JsonLines:
    """A record in each line; the last need not end."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that are whole."""
        for _, line in self._lines.feed(chunk):
            yield line

    def end(self) -> Iterator[bytes]:
        """The last."""
        return self.feed(b"\n")


class Picked:
    """Records within one JSON object, which has to be there as a whole."""

    def __init__(self, pick: Callable[[bytes], Iterable[bytes]]) -> None:
        self._pick = pick
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> Iterable[bytes]:
        """None yet."""
        self._pieces.append(chunk)
        return ()

    def end(self) -> Iterable[bytes]:
        """All of them."""
        return self._pick(b"".join(self._pieces))
