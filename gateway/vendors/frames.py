"""How vendors cut a stream into events. No I/O.

Sources: the HTML standard, section 9.2.6 (server-sent events); ndjson.org; Gemini's array of objects.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

BOM = b"\xef\xbb\xbf"
LONGEST_EVENT = 16_000_000
"""Bytes; a vendor that never ends its event must not fill the memory."""


class Blocks:
    """What stands between blank lines: an event each, or a comment; its lines end with `\\n`, however they came."""

    __slots__ = ("_has_begun", "_pending")

    def __init__(self) -> None:
        self._pending = b""
        self._has_begun = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The blocks that `chunk` completes; an empty one says that nothing more comes, and so completes the last.

        Raises OverflowError for a block without end.
        """
        if not chunk:
            return self._last()
        data = self._pending + chunk if self._pending else chunk
        if b"\r" in data:
            data = with_plain_ends(data)
        *blocks, self._pending = data.split(b"\n\n")
        limit(self._pending)
        if not data.isascii():
            blocks = [block if block.isascii() else readable(block) for block in blocks]
        if blocks and not self._has_begun:
            self._has_begun = True
            blocks[0] = blocks[0].removeprefix(BOM)
        return blocks

    def _last(self) -> list[bytes]:
        """What is pending, if it is an event as it stands: some vendors end without a blank line, others break off."""
        block, self._pending = self._pending.replace(b"\r", b"\n").rstrip(b"\n"), b""
        return [block] if is_whole(parts_of(block)[1]) else []


class ServerSentEvents:
    """Events between blank lines."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks = Blocks()

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The name and data of each event; comments and empty events are left out."""
        for block in self._blocks.feed(chunk):
            name, content = parts_of(block)
            if content:
                yield name, content


class Lines:
    """One JSON object in each line."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The data of each line; lines have no names. An empty chunk ends the last."""
        *lines, self._pending = (self._pending + (chunk or b"\n")).split(b"\n")
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


def with_plain_ends(data: bytes) -> bytes:
    """Lines that end with `\\n`. A last `\\r` stays: it may be half of an end."""
    last = data[-1:] if data[-1:] == b"\r" else b""
    return data[: len(data) - len(last)].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + last


def readable(block: bytes) -> bytes:
    """The same, with a sign for what is no UTF-8: a client would give up at it."""
    try:
        block.decode()
    except UnicodeDecodeError:
        return block.decode(errors="replace").encode()
    return block


def is_whole(data: bytes) -> bool:
    """Whether an event's data does not break off."""
    if data == b"[DONE]":
        return True
    try:
        msgspec.json.decode(data)
    except msgspec.DecodeError:
        return False
    return True


def limit(pending: bytes) -> None:
    """Raises OverflowError when an event never ends."""
    if len(pending) > LONGEST_EVENT:
        raise OverflowError("an event of the stream is too long")
