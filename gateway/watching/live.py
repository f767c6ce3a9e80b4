"""Who watches requests as they happen: each reader has a bounded queue, and a slow one never holds anybody up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.log.filter import LogFilter

if TYPE_CHECKING:
    from gateway.domain import Call
    from store.records import LogRecord

QUEUE = 2_000
"""Events that wait for a reader; what is older is dropped, and counted."""


@dataclass(slots=True)
class Reader:
    """One live tail."""

    narrowed: LogFilter
    wants_started: bool
    """Whether it is also told of requests that have no answer yet."""
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=QUEUE))
    missed: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, event: bytes) -> None:
        """Add an event; a full queue loses its oldest."""
        self.missed += len(self.waiting) == QUEUE
        self.waiting.append(event)
        self.news.set()

    def take(self) -> tuple[list[bytes], int]:
        """What waits, and how many were dropped since the last time."""
        events, missed = list(self.waiting), self.missed
        self.waiting.clear()
        self.news.clear()
        self.missed = 0
        return events, missed


class Live:
    """Hands events to readers. `spell_started` and `spell_settled` make an event, once, and only if anybody reads."""

    def __init__(self, spell_started: Callable[[Call], bytes], spell_settled: Callable[[LogRecord], bytes]) -> None:
        self._spell_started, self._spell_settled = spell_started, spell_settled
        self._readers: list[Reader] = []

    @contextmanager
    def reading(self, narrowed: LogFilter, *, wants_started: bool) -> Iterator[Reader]:
        """A reader, for as long as the block runs."""
        reader = Reader(narrowed, wants_started)
        self._readers.append(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)

    def started(self, call: Call) -> None:
        """A request is on its way to a vendor."""
        event = b""
        for reader in self._readers:
            if reader.wants_started and reader.narrowed.workspace in ("", call.caller.workspace if call.caller else ""):
                event = event or self._spell_started(call)
                reader.put(event)

    def settled(self, record: LogRecord) -> None:
        """A request has its answer."""
        event = b""
        for reader in self._readers:
            if reader.narrowed.matches(record):
                event = event or self._spell_settled(record)
                reader.put(event)

    def wake(self) -> None:
        """Have every reader look up, because the gateway ends."""
        for reader in self._readers:
            reader.news.set()
