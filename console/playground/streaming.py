"""An answer that comes in pieces, as server-sent events; what the pieces mean is their reader's business."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, TypeVar

from console.sse import EventParser
from console.text.plain import plain_line

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Events:
    """Headers first, then each event as it arrives."""

    def __init__(self, response: httpx.Response) -> None:
        self.headers = {name: plain_line(value) for name, value in response.headers.items()}
        self._response = response

    async def chunks(self) -> AsyncIterator[bytes]:
        """What comes that is no event, as it comes."""
        async for chunk in self._response.aiter_bytes():
            yield chunk

    async def named(self) -> AsyncIterator[tuple[str, bytes]]:
        """(name, data) of every event."""
        parser = EventParser()
        async for chunk in self._response.aiter_bytes():
            for event in parser.feed(chunk):
                yield event

    async def each(self, read: Callable[[bytes], T]) -> AsyncIterator[T]:
        """Every event, read, up to OpenAI's `[DONE]`; an answer that is no stream is one event."""
        if not self.headers.get("content-type", "").startswith("text/event-stream"):
            yield read(await self._response.aread())
            return
        async for _, data in self.named():
            if data == b"[DONE]":
                return
            yield read(data)
