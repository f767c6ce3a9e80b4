"""The counters in memory: of a budget in one period, of a rate, of requests under way. All three are used alike."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from gateway.limits.pace import Pace, memory_of
from gateway.limits.rules import INDEX
from gateway.limits.window import Entry, Window

if TYPE_CHECKING:
    from gateway.limits.rules import Applied, Budget, RateLimit


class Held(NamedTuple):
    """What one request holds of one counter."""

    tally: Tally
    amount: int
    entry: Entry | None = None


class BudgetTally:
    """What a budget was charged in a period, and what is set aside for requests under way."""

    __slots__ = (
        *("applied", "ends_ms", "index", "limit", "once", "pace", "raised", "refused", "reserved", "spent"),
        *("start_ms", "tells_at", "told", "too_little"),
    )

    def __init__(self, applied: Applied, limit: Budget, start_ms: int, ends_ms: int, spent: int, now: float) -> None:
        self.applied, self.limit = applied, limit
        self.index, self.once = INDEX[limit.used], applied.once
        self.start_ms, self.ends_ms = start_ms, ends_ms
        self.spent, self.reserved, self.raised = spent, 0, 0
        self.pace = Pace(memory_of((ends_ms - start_ms) / 1000), now)
        self.refused = 0
        """Requests refused, or in shadow mode: that would have been."""
        self.too_little = 0
        """As much as was left when one was refused last: more may do."""
        self.told = {each for each in (*limit.alerts, limit.amount) if each <= spent}
        """Amounts whose reaching need not be told any more."""
        self.look_ahead()

    def look_ahead(self) -> None:
        """Find the amount at which somebody is to be told next."""
        limit = self.limit
        self.tells_at = min((each for each in (*limit.alerts, limit.amount) if each not in self.told), default=inf)

    @property
    def amount(self) -> int:
        """What may be used, with what an operator has added for a while."""
        return self.limit.amount + self.raised

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left, or so little that requests are refused although none is under way."""
        return self.spent >= self.amount or (self.refused > 0 and not self.reserved and self.left(0) <= self.too_little)

    def is_idle(self, _now: float, now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return not self.reserved and (not self.spent or now_ms >= self.ends_ms)

    def left(self, _now: float) -> int:
        """What may still be set aside."""
        return self.limit.amount + self.raised - self.spent - self.reserved

    def wait(self, _amount: int, _now: float, now_ms: float) -> float | None:
        """Seconds after which asking again helps; None where it never does."""
        return None if self.limit.period.every == "never" else max((self.ends_ms - now_ms) / 1000, 1.0)

    def reserve(self, amount: int, _now: float) -> Held:
        """Set so much aside."""
        self.reserved += amount
        return Held(self, amount)

    def settle(self, held: Held, actual: int) -> None:
        """Charge what was used in the end, in place of what was set aside."""
        self.reserved -= held.amount
        self.spent += actual


class RateTally:
    """What a rate counts within its window."""

    __slots__ = ("_moved", "applied", "index", "limit", "once", "refused", "too_little", "window")
    ends_ms, raised = inf, 0
    """It has no periods."""

    def __init__(self, applied: Applied, limit: RateLimit, moved: dict[str, RateTally]) -> None:
        self._moved = moved
        """Where those put themselves whose count has changed."""
        self.applied, self.limit = applied, limit
        self.index, self.once = INDEX[limit.used], applied.once
        self.window = Window(limit.seconds)
        self.refused = self.too_little = 0

    @property
    def amount(self) -> int:
        """What fits into the window."""
        return self.limit.value

    def left(self, now: float) -> int:
        """What still fits."""
        self.window.expire(now)
        return self.limit.value - self.window.total

    def is_idle(self, now: float, _now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return self.left(now) == self.limit.value

    def wait(self, amount: int, now: float, _now_ms: float) -> float | None:
        """Seconds after which so much fits; None where it never does."""
        missing = amount - self.left(now)
        return None if amount > self.limit.value else self.window.wait_for(missing, now)

    def reserve(self, amount: int, now: float) -> Held:
        """Count it."""
        self._moved[self.applied.counter] = self
        return Held(self, amount, self.window.take(amount, now))

    def settle(self, held: Held, actual: int) -> None:
        """Count what was used in the end."""
        if held.entry is not None and actual != held.amount:
            self._moved[self.applied.counter] = self
            self.window.correct(held.entry, actual - held.amount)


class BusyTally:
    """Requests under way."""

    __slots__ = ("applied", "index", "limit", "once", "refused", "too_little", "under_way")
    ends_ms, raised = inf, 0
    """It has no periods."""

    def __init__(self, applied: Applied, limit: RateLimit) -> None:
        self.applied, self.limit = applied, limit
        self.index, self.once = INDEX[limit.used], applied.once
        self.under_way = self.refused = self.too_little = 0

    @property
    def amount(self) -> int:
        """How many may be under way."""
        return self.limit.value

    def left(self, _now: float) -> int:
        """How many more may begin."""
        return self.limit.value - self.under_way

    def is_idle(self, _now: float, _now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return not self.under_way

    def wait(self, _amount: int, _now: float, _now_ms: float) -> float | None:
        """Nobody knows when one ends; a second is a fair guess."""
        return 1.0 if self.limit.value else None

    def reserve(self, amount: int, _now: float) -> Held:
        """One more."""
        self.under_way += amount
        return Held(self, amount)

    def settle(self, held: Held, _actual: int) -> None:
        """One less."""
        self.under_way -= held.amount


Tally = BudgetTally | RateTally | BusyTally
