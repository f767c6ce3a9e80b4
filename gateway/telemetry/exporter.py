"""Sends spans and metrics to an OpenTelemetry collector, beside the requests and never in their way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from gateway.errors import VendorFailed
from gateway.telemetry.gauges import readings
from gateway.telemetry.otlp import brief, metrics, traces
from gateway.vendors.vendor import Sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.plant import Plant
    from store.records import LogRecord

log = logging.getLogger("tollhouse.otlp")
QUEUE_RECORDS, QUEUE_BYTES = 4_096, 16_000_000
"""What waits at most: more is dropped, and counted."""
BATCH = 256
GATHERING_SECONDS, METRICS_SECONDS, ANSWER_SECONDS, CLOSING_SECONDS = 2.0, 60.0, 10.0, 3.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 60.0
AGAIN = frozenset({429, 502, 503, 504})
"""Statuses after which the same is sent again. Source: opentelemetry.io/docs/specs/otlp, retryable response codes."""


class Exporter:
    """Owns the queue of what is to be sent; it waits by the plant's `pause`."""

    def __init__(self, endpoint: str, headers: Mapping[str, str]) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._headers = {"content-type": "application/json", "user-agent": "tollhouse", **headers}
        self._queue: deque[LogRecord] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self.dropped = 0
        """Requests whose spans found no room, or were refused for good."""
        self.failing: str | None = None
        """Why nothing is taken at the moment."""

    @property
    def waiting(self) -> int:
        """Requests whose spans wait."""
        return len(self._queue)

    def settled(self, record: LogRecord) -> None:
        """Take a request that has ended; a microsecond, and never a wait."""
        size = size_of(record)
        if len(self._queue) >= QUEUE_RECORDS or (self._queue and self._bytes + size > QUEUE_BYTES):
            self.dropped += 1
            return
        self._bytes += size
        self._queue.append(record)
        self._news.set()

    async def keep(self, plant: Plant) -> None:
        """Send what comes, for ever; metrics once a minute."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_spans(plant))
            group.create_task(self._send_metrics(plant))

    async def close(self, plant: Plant) -> None:
        """Send what is left, as far as that takes some seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                while self._queue and await self._batch(plant):
                    pass
                await self._deliver(plant, "/v1/metrics", self._measured(plant))

    async def _send_spans(self, plant: Plant) -> None:
        pause = 0.0
        while True:
            await self._news.wait()
            if len(self._queue) < BATCH:
                await plant.pause(GATHERING_SECONDS)
            if await self._batch(plant):
                pause = 0.0
            else:
                pause = min(max(pause * 2, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
                await plant.pause(pause)

    async def _batch(self, plant: Plant) -> bool:
        """Send the oldest that wait; whether they need not be sent again."""
        some = list(islice(self._queue, BATCH))
        taken = await self._deliver(plant, "/v1/traces", traces(map(brief, some), plant.version))
        if taken is None:
            return False
        self.dropped += 0 if taken else len(some)
        for _ in some:
            gone = self._queue.popleft()
            self._bytes -= size_of(gone)
        if not self._queue:
            self._news.clear()
        return True

    async def _send_metrics(self, plant: Plant) -> None:
        while True:
            await plant.pause(METRICS_SECONDS)
            await self._deliver(plant, "/v1/metrics", self._measured(plant))

    def _measured(self, plant: Plant) -> bytes:
        return metrics(plant.meters, readings(plant), plant.vitals.began, time.time(), plant.version)

    async def _deliver(self, plant: Plant, path: str, body: bytes) -> bool | None:
        """Whether the collector took it; None: not now."""
        try:
            sent = Sent(path, body, {"content-type": "application/json"})
            async with asyncio.timeout(ANSWER_SECONDS):
                reply, said = await plant.upstream.ask(self._endpoint, sent, self._headers, "otlp", ANSWER_SECONDS)
        except (TimeoutError, VendorFailed) as error:
            return self._tell(None, str(error) or "it did not answer in time")
        if reply.status < 300:
            return self._tell(True, None)
        excerpt = said[:200].decode(errors="replace")
        return self._tell(None if reply.status in AGAIN else False, f"it answered {reply.status}: {excerpt}")

    def _tell(self, outcome: bool | None, trouble: str | None) -> bool | None:
        """Say once that something is wrong, and once that it is well again."""
        if trouble is not None and self.failing is None:
            log.warning("the OpenTelemetry collector at %s takes nothing: %s", self._endpoint, trouble)
        elif trouble is None and self.failing is not None:
            log.warning("the OpenTelemetry collector at %s takes spans again", self._endpoint)
        self.failing = trouble
        return outcome


def size_of(record: LogRecord) -> int:
    """Bytes of its bodies."""
    return len(record.request_body) + len(record.response_body) + sum(len(each.body) for each in record.sent)
