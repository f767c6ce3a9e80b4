"""How fast a budget is being used: charges that are forgotten the more the older they are."""

from __future__ import annotations

from math import exp

HOUR, DAY = 3_600.0, 86_400.0
LEAST_SEEN = 600.0
"""Seconds: one request in the first minute says nothing about an hour."""


class Pace:
    """Units a second, as they were charged lately; all times are seconds that never go back.

    A charge counts 1/e after `memory` seconds. What was seen for a shorter time is not taken for a lull: the sum is
    divided by as much of the memory as could be filled.
    """

    __slots__ = ("_at", "_since", "_sum", "memory")

    def __init__(self, memory: float, now: float) -> None:
        self.memory, self._since, self._at = memory, now, now
        self._sum = 0.0

    def remember(self, amount: int, seconds: float) -> None:
        """Take it that so much was charged evenly in so many seconds before the first charge that is seen."""
        seconds = max(seconds, 1.0)
        self._since = self._at - seconds
        self._sum = amount / seconds * self.memory * (1 - exp(-seconds / self.memory))

    def add(self, amount: int, now: float) -> None:
        """A charge."""
        self._sum = self._sum * exp((self._at - now) / self.memory) + amount
        self._at = now

    def per_second(self, now: float) -> float:
        """The pace."""
        seen = max(now - self._since, LEAST_SEEN)
        return self._sum * exp((self._at - now) / self.memory) / (self.memory * (1 - exp(-seen / self.memory)))


def memory_of(period_seconds: float) -> float:
    """How far back a pace looks: an eighth of the budget's period, from an hour to the day that evens out a night."""
    return min(max(period_seconds / 8, HOUR), DAY)
