"""Server-sent events out of bytes, however the network cut them. Source: the HTML standard, section 9.2.6."""

from collections.abc import Iterator

LONGEST_EVENT = 4_000_000
"""Bytes; a peer that never ends its event must not fill the memory."""


class EventParser:
    """Bytes in, whole events out; no I/O."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[tuple[str, bytes]]:
        """The (name, data) of every event that `chunk` completes; comments such as pings are left out."""
        *blocks, self._rest = (self._rest + chunk).replace(b"\r\n", b"\n").split(b"\n\n")
        if len(self._rest) > LONGEST_EVENT:
            self._rest = b""
        for block in blocks:
            if (event := parsed(block)) is not None:
                yield event


def parsed(block: bytes) -> tuple[str, bytes] | None:
    """One event from its lines, None if it carries no data."""
    name, data = "message", []
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value.decode(errors="replace")
        elif field == b"data":
            data.append(value)
    return (name, b"\n".join(data)) if data else None
