"""What happened within the last so many seconds, kept so that no stretch of that length ever holds too much."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from math import inf

PARTS = 64
"""What happens within a 64th of the window is kept together, as if all of it had happened at the last moment."""


class Entry:
    """What happened at about one moment."""

    __slots__ = ("amount", "began", "ended", "is_over")

    def __init__(self, at: float) -> None:
        self.began = self.ended = at
        self.amount = 0
        self.is_over = False


class Window:
    """A sliding window. Buckets aligned to the clock would let twice as much through around an edge."""

    __slots__ = ("_entries", "_part", "loses_at", "seconds", "total")

    def __init__(self, seconds: float) -> None:
        self.seconds, self._part = seconds, seconds / PARTS
        self.total = 0
        self.loses_at = inf
        """When the oldest of it leaves the window."""
        self._entries: deque[Entry] = deque()

    def expire(self, now: float) -> None:
        """Forget what is out of the window."""
        entries = self._entries
        while entries and entries[0].ended + self.seconds <= now:
            entry = entries.popleft()
            entry.is_over = True
            self.total -= entry.amount
        self.loses_at = entries[0].ended + self.seconds if entries else inf

    def take(self, amount: int, now: float) -> Entry:
        """Count something; the entry is how it is taken back or corrected."""
        entries = self._entries
        entry = entries[-1] if entries else None
        if entry is None or now - entry.began > self._part:
            entry = Entry(now)
            entries.append(entry)
        elif now > entry.ended:
            entry.ended = now
        entry.amount += amount
        self.total += amount
        if entry is entries[0]:
            self.loses_at = entry.ended + self.seconds
        return entry

    def correct(self, entry: Entry, by: int) -> None:
        """Let what was counted have been more or less; what is over is left alone."""
        if not entry.is_over:
            entry.amount += by
            self.total += by

    def kept(self, ahead: float) -> list[tuple[float, int]]:
        """All of it, the oldest first: until when it happened, by a clock that is so far ahead, and how much."""
        return [(entry.ended + ahead, entry.amount) for entry in self._entries]

    def restore(self, kept: Iterable[tuple[float, int]]) -> None:
        """Have counted this, before anything else is."""
        for ended, amount in kept:
            self.take(amount, ended)

    def wait_for(self, room: int, now: float) -> float:
        """Seconds until the window holds so much less than now; what is not in it never leaves it."""
        for entry in self._entries:
            room -= entry.amount
            if room <= 0:
                return max(entry.ended + self.seconds - now, 0.0)
        return self.seconds

    def wait_for_all(self, now: float) -> float:
        """Seconds until the window is empty."""
        return max(self._entries[-1].ended + self.seconds - now, 0.0) if self._entries else 0.0
