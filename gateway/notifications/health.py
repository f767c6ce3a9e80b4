"""Which providers fail, by what requests met there in the last minutes."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.records import LogRecord

MINUTES = 5
LEAST_REQUESTS = 10
LEAST_SHARE = 0.5
MOST_PROVIDERS = 10_000
"""Beyond this all is forgotten; names may come from requests."""


@dataclass(frozen=True, slots=True)
class Share:
    """What was counted of one provider."""

    provider: str
    requests: int
    failures: int


class Health:
    """Counts attempts by provider and minute. `clock` gives epoch seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._minutes: dict[str, deque[list[int]]] = {}

    def settled(self, record: LogRecord) -> None:
        """A request ended; what its caller did wrong, or broke off, says nothing about a vendor."""
        for attempt in record.attempts:
            if record.status == 499:
                return
            self._count(attempt.provider, attempt.status is None or attempt.status >= 500 or attempt.status == 429)

    def failing(self) -> list[Share]:
        """The providers at which half of all requests fail."""
        since = int(self._clock()) // 60 - MINUTES
        shares = [share_of(provider, minutes, since) for provider, minutes in self._minutes.items()]
        return [s for s in shares if s.requests >= LEAST_REQUESTS and s.failures >= s.requests * LEAST_SHARE]

    def _count(self, provider: str, is_failure: bool) -> None:
        minute = int(self._clock()) // 60
        minutes = self._minutes.get(provider)
        if minutes is None:
            if len(self._minutes) > MOST_PROVIDERS:
                self._minutes.clear()
            minutes = self._minutes[provider] = deque(maxlen=MINUTES)
        if not minutes or minutes[-1][0] != minute:
            minutes.append([minute, 0, 0])
        minutes[-1][1] += 1
        minutes[-1][2] += is_failure


def share_of(provider: str, minutes: deque[list[int]], since: int) -> Share:
    """What was counted after a minute."""
    counted = [each for each in minutes if each[0] > since]
    return Share(provider, sum(each[1] for each in counted), sum(each[2] for each in counted))
