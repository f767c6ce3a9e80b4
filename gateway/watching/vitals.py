"""How the gateway is doing: rates of the last seconds, sums of today, from memory."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from store.log.filter import is_success

if TYPE_CHECKING:
    from store.log.reading import Totals
    from store.records import LogRecord

WINDOW_SECONDS = 10
LATENCIES = 1_000
"""Durations kept for the 95th percentile; those of the last requests, however long ago."""


@dataclass(slots=True)
class Second:
    """What happened within one second."""

    at: int
    requests: int = 0
    tokens: int = 0
    errors: int = 0


@dataclass(slots=True)
class Today:
    """What happened since midnight, in the time zone of this machine; by when requests began, as the log has it."""

    began: float = 0.0
    """Epoch seconds."""
    ends: float = 0.0
    requests: int = 0
    errors: int = 0
    cost: int = 0
    unpriced: int = 0

    def add(self, record: LogRecord, times: int) -> None:
        """A request more, or (-1) less, if it is today's."""
        if self.began <= record.created_at_ms / 1000 < self.ends:
            self.requests += times
            self.errors += times * (not is_success(record))
            self.cost += times * (record.cost or 0)
            self.unpriced += times * record.unpriced


class Vitals:
    """Counts requests as they arrive and settle. `clock` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.began = clock()
        self.in_flight = 0
        self._in_workspaces: dict[str, int] = {}
        self._today = Today()
        self._seconds: deque[Second] = deque(maxlen=WINDOW_SECONDS + 1)
        self._latencies: deque[float] = deque(maxlen=LATENCIES)
        self._idle = asyncio.Event()
        self._idle.set()

    def remember(self, today: Totals) -> None:
        """What the log knows of today, after a restart."""
        now = self.today()
        now.requests, now.errors, now.cost, now.unpriced = today.requests, today.errors, today.cost, today.unpriced

    def today(self) -> Today:
        """What the present day has come to; a new one begins at midnight."""
        now = self._clock()
        if now >= self._today.ends:
            self._today = Today(midnight(now).timestamp(), next_midnight(now))
        return self._today

    def reported(self, record: LogRecord) -> None:
        """A request that ended elsewhere came into the log."""
        self.today().add(record, 1)

    def repriced(self, before: LogRecord, after: LogRecord) -> None:
        """A request in the log costs something else now."""
        self.today().add(before, -1)
        self.today().add(after, 1)

    def arrived(self) -> None:
        """A request began."""
        self.in_flight += 1
        self._idle.clear()

    def entered(self, workspace: str) -> None:
        """It is known whose the request is."""
        self._in_workspaces[workspace] = self._in_workspaces.get(workspace, 0) + 1

    def left(self, workspace: str) -> None:
        """It ended."""
        self._in_workspaces[workspace] -= 1

    def in_flight_of(self, workspace: str) -> int:
        """A workspace's requests that are under way."""
        return self._in_workspaces.get(workspace, 0)

    def settled(self, record: LogRecord) -> None:
        """A request ended."""
        now, error = self._clock(), not is_success(record)
        self.in_flight -= 1
        if not self.in_flight:
            self._idle.set()
        self.today().add(record, 1)
        if record.total_ms > 0:
            self._latencies.append(record.total_ms)
        second = self._second(int(now))
        second.requests += 1
        second.errors += error
        if record.usage is not None:
            second.tokens += record.usage.input_tokens + record.usage.output_tokens

    async def quiet(self) -> None:
        """Wait until no request is under way."""
        await self._idle.wait()

    def rates(self) -> tuple[float, float, float]:
        """Requests, tokens and errors per second, over the last whole seconds."""
        now = int(self._clock())
        window = [second for second in self._seconds if now - WINDOW_SECONDS <= second.at < now]
        sums = (sum(s.requests for s in window), sum(s.tokens for s in window), sum(s.errors for s in window))
        lasting = min(WINDOW_SECONDS, max(1.0, now - self.began))
        return sums[0] / lasting, sums[1] / lasting, sums[2] / lasting

    def p95_ms(self) -> float | None:
        """The duration that 95 of 100 of the last requests stayed below."""
        ordered = sorted(self._latencies)
        return ordered[int(len(ordered) * 0.95)] if ordered else None

    def uptime_seconds(self) -> float:
        """Since the start."""
        return self._clock() - self.began

    def _second(self, at: int) -> Second:
        if not self._seconds or self._seconds[-1].at != at:
            self._seconds.append(Second(at))
        return self._seconds[-1]


def midnight(now: float) -> datetime:
    """When the operator's day began, in the time zone of this machine."""
    return datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def next_midnight(now: float) -> float:
    """When it ends."""
    tomorrow = midnight(now).replace(tzinfo=None) + timedelta(days=1)
    return tomorrow.astimezone().timestamp()
