"""What rates have counted, between two processes: in wall-clock time, for ticks mean nothing to the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from store.limits.rate_journal import RateWindow

if TYPE_CHECKING:
    from gateway.limits.tallies import RateTally


class RateMemory:
    """Which rates have moved since they were written down, and which were written down before the start."""

    def __init__(self, clock: Callable[[], float], ticks: Callable[[], float]) -> None:
        self._clock, self._ticks = clock, ticks
        self.moved: list[RateTally] = []
        """Those whose count has changed; the tallies put themselves in."""
        self.recalled: dict[str, RateWindow] = {}
        """Those that nobody has asked for since the start."""
        self._forgotten: set[str] = set()

    def recall(self, windows: Iterable[RateWindow]) -> None:
        """What was counted before the start."""
        self.recalled = {each.counter: each for each in windows}

    def remembered(self, tally: RateTally) -> RateTally:
        """A new counter, with what it had counted before the start."""
        if (before := self.recalled.pop(tally.applied.counter, None)) is not None:
            tally.window.restore(self._in_ticks(before))
        return tally

    def forget(self, counter: str, tally: RateTally | None) -> None:
        """A rate begins anew, after a crash too, whatever the requests still do that its old counter has counted."""
        self.recalled.pop(counter, None)
        self._forgotten.add(counter)
        if tally is not None:
            self.moved[:] = [each for each in self.moved if each is not tally]
            tally.has_moved = True  # for good: it never puts itself in again

    def news(self) -> list[RateWindow]:
        """What has changed since it was `written`."""
        anew = [RateWindow(counter, 0, []) for counter in self._forgotten]
        return [*anew, *map(self._window_of, self.moved)]

    def written(self) -> None:
        """The news are safe from a crash."""
        for each in self.moved:
            each.has_moved = False
        self.moved.clear()
        self._forgotten.clear()

    def everything(self, tallies: Iterable[RateTally]) -> list[RateWindow]:
        """Every rate of these that counts anything, and those nobody has asked for."""
        ticks = self._ticks()
        return [*(self._window_of(each) for each in tallies if not each.is_idle(ticks, 0)), *self.recalled.values()]

    def _window_of(self, tally: RateTally) -> RateWindow:
        ahead = self._clock() - self._ticks()
        return RateWindow(tally.applied.counter, tally.window.seconds, tally.window.kept(ahead))

    def _in_ticks(self, kept: RateWindow) -> Iterator[tuple[float, int]]:
        """By a clock that went back, it is as if it had happened just now."""
        ticks, ahead = self._ticks(), self._clock() - self._ticks()
        return ((min(at - ahead, ticks), amount) for at, amount in kept.entries)
