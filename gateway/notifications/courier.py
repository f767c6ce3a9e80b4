"""Brings events to the channels: each in a task of its own, again and again for a day where one does not take them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.moments import now_ms
from gateway.notifications.channel import Channel, NotSent, send
from gateway.notifications.event import Event

log = logging.getLogger("tollhouse.notifications")
PAUSES_SECONDS = (2.0, 10.0, 60.0, 300.0, 900.0, *(3600.0,) * 24)
"""Between tries."""
MOST_WAITING = 1_000
"""Notifications under way; what comes beyond this is dropped, and said in the gateway's output."""


@dataclass(slots=True)
class Standing:
    """How a channel is."""

    last_sent_at_ms: int | None = None
    last_error: str | None = None
    failing_since_ms: int | None = None
    """Since when it takes nothing; None while it does."""
    next_try_at_ms: int | None = None
    """When what waits is tried again."""
    waiting: int = 0


class Courier:
    """Owns the notifications that are under way; they end with the gateway."""

    def __init__(
        self,
        sending: Callable[[str, str, str], Awaitable[None]] = send,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._send, self._pause = sending, pause
        self._tasks: set[asyncio.Task[None]] = set()
        self._standings: dict[str, Standing] = {}

    def standing(self, channel_id: str) -> Standing:
        """How a channel is."""
        return self._standings.setdefault(channel_id, Standing())

    def bring(self, event: Event, channels: Iterable[Channel], emails: Sequence[str]) -> None:
        """Send an event wherever it is wanted, without waiting."""
        for channel in channels:
            address = channel.address(emails) if channel.takes(event.kind) else None
            if address is None:
                continue
            if len(self._tasks) >= MOST_WAITING:
                log.warning("%s is not told of `%s`: too many notifications wait", channel.name, event.title)
                continue
            task = asyncio.create_task(self._deliver(channel, address, event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Let go of what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def send_once(self, channel: Channel, address: str, title: str, text: str) -> None:
        """Try it, and keep how it went. Raises NotSent."""
        standing = self.standing(channel.id)
        try:
            await self._send(address, title, text)
        except NotSent as error:
            standing.last_error = str(error)
            standing.failing_since_ms = standing.failing_since_ms or now_ms()
            raise
        standing.last_error = standing.failing_since_ms = None
        standing.last_sent_at_ms = now_ms()

    async def _deliver(self, channel: Channel, address: str, event: Event) -> None:
        standing = self.standing(channel.id)
        standing.waiting += 1
        try:
            for pause in (*PAUSES_SECONDS, None):
                try:
                    return await self.send_once(channel, address, f"Tollhouse: {event.title}", event.text)
                except NotSent as error:
                    log.warning("%s did not take `%s`: %s", channel.name, event.title, error)
                if pause is not None:
                    standing.next_try_at_ms = now_ms() + round(pause * 1000)
                    await self._pause(pause)
        finally:
            standing.waiting -= 1
            if not standing.waiting:
                standing.next_try_at_ms = None
