"""A chat stream on OpenAI's wire, event by event: what the client is to have of it, and what it says about itself.

No I/O. Source: platform.openai.com/docs/api-reference/chat-streaming and the HTML standard, section 9.2.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from gateway.vendors.frames import Blocks, parts_of
from gateway.vendors.openai.spoken import Spoken, has_content, spoken

NO_USAGE = re.compile(rb',\s*"usage"\s*:\s*null')
"""What a vendor that was asked for usage puts into every event. Inside a string its quotes would be escaped."""


class ChatStream:
    """Bytes in as the network cuts them, whole events out; `[DONE]` is kept back, for the caller ends the stream."""

    __slots__ = (
        "_blocks",
        "error",
        "has_content",
        "is_done",
        "is_finished",
        "model",
        "skipped",
        "usage",
        "wants_usage",
    )

    ending = b"data: [DONE]\n\n"

    def __init__(self, *, wants_usage: bool) -> None:
        self.wants_usage = wants_usage
        """Whether the client asked for usage; it was asked of the vendor in any case."""
        self.model: str | None = None
        self.usage: bytes | None = None
        self.error: bytes | None = None
        """The vendor's own error event."""
        self.has_content = False
        self.is_finished = False
        """A choice said why it ended."""
        self.is_done = False
        """The vendor said `[DONE]`."""
        self.skipped = 0
        """Events that were no JSON."""
        self._blocks = Blocks()

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole: some vendors never say `[DONE]`, and some nothing else."""
        is_ended = self.is_finished or (self.is_done and (self.has_content or self.model is not None))
        return is_ended and self.error is None

    def feed(self, chunk: bytes) -> bytes:
        """The events that `chunk` completes, as the client is to have them."""
        return b"".join(self._kept(self._blocks.feed(chunk)))

    def _kept(self, blocks: list[bytes]) -> Iterator[bytes]:
        for block in blocks:
            if self.is_done or self.error is not None:
                return
            if (kept := self._take(block)) is not None:
                yield kept + b"\n\n"

    def _take(self, block: bytes) -> bytes | None:
        """One event as the client is to have it, None if it is not for the client."""
        data = block[6:] if block.startswith(b"data: ") and b"\n" not in block else parts_of(block)[1]
        if not data:
            return block or None  # a comment, which keeps the connection alive
        if data == b"[DONE]":
            self.is_done = True
            return None
        try:
            event = spoken(data)
        except msgspec.ValidationError:
            self.has_content = True
            return block  # JSON of another shape is not ours to judge
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.skipped += 1
            return None
        return self._note(event, data, block)

    def _note(self, event: Spoken, data: bytes, block: bytes) -> bytes | None:
        if event.error is not msgspec.UNSET and bytes(event.error) != b"null":
            self.error = data
            return None
        self.model = self.model or event.model
        if event.choices:
            self.has_content = self.has_content or has_content(data)
            self.is_finished = self.is_finished or any(choice.finish_reason for choice in event.choices)
        if event.usage is msgspec.UNSET:
            return block
        if (usage := bytes(event.usage)) == b"null":
            return block if self.wants_usage else NO_USAGE.sub(b"", block)
        self.usage = usage
        return block if self.wants_usage or event.choices else None
