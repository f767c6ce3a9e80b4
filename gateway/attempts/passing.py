"""Answers that are bytes and nothing else: speech, files, pictures. They go to the client as they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.attempts.answer import content_type
from gateway.headers import length_in

if TYPE_CHECKING:
    from gateway.upstream import Reply

MOST_KEPT = 65_536
"""Bytes of such an answer up to which the log has it whole; of a longer one it says how long it was."""
UNTOLD = ("", "text/plain")
"""Types under which vendors send JSON too."""


class PassedOn:
    """Bytes through, with nothing held back but what would end the answer: a `Reader`.

    A client that was told a length has its whole answer with the last byte, every other one with the end of the body.
    """

    __slots__ = ("_kept", "_kind", "count", "ending", "is_complete", "length")

    model = usage = error = None

    def __init__(self, reply: Reply) -> None:
        self._kind = content_type(reply) or "unknown type"
        self._kept: list[bytes] | None = []
        self.length = announced(reply)
        """Bytes that the vendor says there are; None where it does not, or where they came packed."""
        self.count = 0
        """Bytes that have come."""
        self.ending = b""
        self.is_complete = False

    @property
    def is_done(self) -> bool:
        """Nothing more is expected."""
        return self.is_complete

    @property
    def has_content(self) -> bool:
        """Whether something of the answer came."""
        return self.count > 0

    def feed(self, chunk: bytes) -> bytes:
        """The chunk, unless it is the last one."""
        self.count += len(chunk)
        self._keep(chunk)
        self.is_complete = self.count == self.length if chunk else self.length in (None, self.count)
        if self.is_complete:
            self.ending = chunk
            return b""
        return chunk

    def _keep(self, chunk: bytes) -> None:
        if self._kept is not None:
            self._kept.append(chunk)
            if self.count > MOST_KEPT:
                self._kept = None

    def kept(self) -> bytes:
        """What the log has of it."""
        if self._kept is None:
            return f"{self.how_far()} of {self._kind}, which the log does not keep".encode()
        return b"".join(self._kept)

    def how_far(self) -> str:
        """How much has come, for people."""
        of_all = "" if self.length in (None, self.count) else f" of {self.length:,}"
        return f"{self.count:,}{of_all} bytes"


def announced(reply: Reply) -> int | None:
    """The length of the body, where it is the one that the client gets."""
    said = dict(reply.headers)
    return None if "content-encoding" in said else length_in(said)


async def is_bytes(reply: Reply) -> bool:
    """Whether an answer has no JSON in which a usage or an error may stand. Raises VendorBroke and VendorSlow."""
    kind = content_type(reply).partition(";")[0].strip().lower()
    if kind in UNTOLD:
        beginning = (await reply.beginning()).lstrip()
        return beginning != b"" and not beginning.startswith((b"{", b"["))
    return not (kind.endswith(("/json", "+json")))
