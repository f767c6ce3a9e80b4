"""Embeddings that come by the hundred: whoever a vendor sends away waits in line here, instead of failing.

A document makes a request of each of its pieces, all at once, and clients such as Open WebUI lose the whole document to
a single 429.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, TypeVar

from gateway.errors import VendorFailed
from gateway.routing.backoff import STEPS

if TYPE_CHECKING:
    import random

    from gateway.errors import GatewayError

Got = TypeVar("Got")
AT_ONCE = 16
"""Requests of a line that are asked at the same time."""
PLACES = 2_000
"""Requests that a line holds; whoever comes then hears what the vendor says."""
TRIES = 8
LONGEST_SECONDS = 30.0
"""Of one wait, and of what a client is kept waiting for beside its turn."""
TOO_MANY = frozenset({429, 503, 529})


class Line:
    """Requests of one provider; they stand in line only once it has sent one away."""

    __slots__ = ("_opens_at", "_turns", "requests", "waiting")

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._opens_at = 0.0
        self.requests = 0
        """Under way, be they waiting or not."""
        self.waiting = 0

    def close(self, seconds: float) -> None:
        """Nobody is to be asked for so long."""
        self._opens_at = max(self._opens_at, time.monotonic() + seconds)

    def closed_seconds(self) -> float:
        """How long it stays so."""
        return max(self._opens_at - time.monotonic(), 0.0)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A place in the line, and in the block one's turn."""
        self.waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self.waiting -= 1


class Lines:
    """The lines that there are, by provider."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}

    @contextmanager
    def at(self, provider: str) -> Iterator[Line]:
        """The line of a provider, which is there as long as somebody needs it."""
        line = self._lines.setdefault(provider, Line())
        line.requests += 1
        try:
            yield line
        finally:
            line.requests -= 1
            if not line.requests:
                del self._lines[provider]


async def absorbed(
    line: Line,
    ask: Callable[[int], Awaitable[Got]],
    pause: Callable[[float], Awaitable[None]],
    chance: random.Random,
) -> Got:
    """What `ask` (given how often it was called before) says in the end. Raises what it raises at last."""
    is_full, count = line.waiting >= PLACES, 0
    if is_full or not line.waiting:
        try:
            return await ask(0)
        except VendorFailed as error:
            wait = pause_after(error, 0, chance)
            if is_full or wait is None:
                raise
            line.close(wait)
            count = 1
    async with line.turn():
        return await in_turn(line, ask, pause, chance, count)


async def in_turn(
    line: Line,
    ask: Callable[[int], Awaitable[Got]],
    pause: Callable[[float], Awaitable[None]],
    chance: random.Random,
    count: int,
) -> Got:
    """The same, for one whose turn it is. Raises what `ask` raises."""
    waited = 0.0
    while True:
        if closed := line.closed_seconds():
            await pause(closed)
        waited += closed
        try:
            return await ask(count)
        except VendorFailed as error:
            count += 1
            wait = pause_after(error, count, chance)
            if wait is None or count >= TRIES or waited + wait > LONGEST_SECONDS:
                raise
            line.close(wait)


def pause_after(error: GatewayError, count: int, chance: random.Random) -> float | None:
    """Seconds until it is worth asking again; None: it is not. The vendor's word goes before our own steps."""
    if error.status not in TOO_MANY:
        return None
    if error.retry_after is not None:
        return error.retry_after + chance.random() / 4 if error.retry_after <= LONGEST_SECONDS else None
    return STEPS[min(count, len(STEPS) - 1)] * (0.5 + chance.random() / 2)
