"""How vendors cut a stream into events. No I/O.

Sources: the HTML standard, section 9.2.6 (server-sent events); ndjson.org; Gemini's array of objects.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_EVENT = 16_000_000
"""Bytes; a vendor that never ends its event must not fill the memory."""


class ServerSentEvents:
    """Events between blank lines."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The name and data of each event; comments and empty events are left out."""
        data = self._pending + chunk if self._pending else chunk
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n")
        *blocks, self._pending = data.split(b"\n\n")
        limit(self._pending)
        for block in blocks:
            name, content = parts_of(block)
            if content:
                yield name, content


class Lines:
    """One JSON object in each line."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The data of each line; lines have no names."""
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        limit(self._pending)
        for line in lines:
            if content := line.strip():
                yield "", content


def parts_of(block: bytes) -> tuple[str, bytes]:
    """The name and the data of one event, which may have several lines of data."""
    if block.startswith(b"data: ") and b"\n" not in block:
        return "", block[6:]
    name, data = "", []
    for line in block.split(b"\n"):
        if line.startswith(b"data:"):
            data.append(line[5:].removeprefix(b" "))
        elif line.startswith(b"event:"):
            name = line[6:].strip().decode(errors="replace")
    return name, b"\n".join(data)


def limit(pending: bytes) -> None:
    """Raises OverflowError when an event never ends."""
    if len(pending) > LONGEST_EVENT:
        raise OverflowError("an event of the stream is too long")
