"""The counters in memory: of a budget in one period, of a rate, of requests under way. All three are used alike."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import msgspec

from gateway.limits.pace import Pace, memory_of
from gateway.limits.rules import INDEX
from gateway.limits.window import Entry, Window

if TYPE_CHECKING:
    from gateway.limits.rules import Applied, Budget, RateLimit


class Held(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What one request holds of one counter."""

    tally: Tally
    amount: int
    entry: Entry | None = None


class BudgetTally:
    """What a budget was charged in a period, and what is set aside for requests under way."""

    __slots__ = (
        *("amount", "applied", "ends_ms", "index", "limit", "once", "pace", "raised", "refused", "reserved", "spent"),
        *("start_ms", "tells_at", "told", "least", "end_told"),
    )

    def __init__(self, applied: Applied, limit: Budget, start_ms: int, ends_ms: int, spent: int, now: float) -> None:
        self.index, self.once = INDEX[limit.used], applied.once
        self.start_ms, self.ends_ms = start_ms, ends_ms
        self.spent = spent
        self.reserved = 0
        self.allow(applied, limit, 0)
        self.pace = Pace(memory_of((ends_ms - start_ms) / 1000), now)
        self.refused = 0
        """Requests refused, or in shadow mode: that would have been."""
        self.least = inf
        """The smallest amount that a request has asked for: as long as so much is left, requests are served."""
        self.told = {each for each in limit.alerts if each <= spent}
        """Alerts that need not be told any more."""
        self.end_told = limit.amount if limit.amount <= spent else None
        """The amount whose end need not be told any more."""
        self.look_ahead()

    def look_ahead(self) -> None:
        """Find the amount at which somebody is to be told next."""
        alerts = [each for each in self.limit.alerts if each not in self.told]
        self.tells_at = min([*alerts, inf if self.end_told == self.limit.amount else self.limit.amount])

    def allow(self, applied: Applied, limit: Budget, raised: int) -> None:
        """Go by this limit from now on; for a while an operator allows so much more."""
        self.applied, self.limit, self.raised = applied, limit, raised
        self.amount = limit.amount + raised
        """What may be used."""

    @property
    def is_exhausted(self) -> bool:
        """Whether nothing is left, or too little for any of the requests that came, although none is under way."""
        return self.spent >= self.amount or (self.refused > 0 and not self.reserved and self.left(0) < self.least)

    def refuse(self, amount: int) -> None:
        """Somebody asked for more than is left. Where nothing is, that says nothing of how much requests take."""
        self.refused += 1
        if self.left(0) > 0 and amount < self.least:
            self.least = amount

    def is_idle(self, _now: float, now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return not self.reserved and (not self.spent or now_ms >= self.ends_ms)

    def left(self, _now: float) -> int:
        """What may still be set aside."""
        return self.amount - self.spent - self.reserved

    def wait(self, _amount: int, _now: float, now_ms: float) -> float | None:
        """Seconds after which asking again helps; None where it never does."""
        return None if self.limit.period.every == "never" else max((self.ends_ms - now_ms) / 1000, 1.0)

    def reserve(self, amount: int, _now: float) -> Held:
        """Set so much aside."""
        self.reserved += amount
        if 0 < amount < self.least:
            self.least = amount
        return Held(self, amount)

    def settle(self, held: Held, actual: int, now: float) -> bool:
        """Charge what was used in the end, in place of what was set aside; whether somebody is to be told."""
        self.reserved -= held.amount
        self.spent += actual
        self.pace.add(actual, now)
        return self.spent >= self.tells_at


class RateTally:
    """What a rate counts within its window."""

    __slots__ = (
        "_moved",
        "amount",
        "applied",
        "has_moved",
        "index",
        "limit",
        "once",
        "refused",
        "window",
    )
    ends_ms, raised = inf, 0
    """It has no periods."""

    def __init__(self, applied: Applied, limit: RateLimit, moved: list[RateTally]) -> None:
        self._moved, self.has_moved = moved, False
        """Where those put themselves whose count has changed, and whether it is there."""
        self.index, self.once = INDEX[limit.used], applied.once
        self.window = Window(limit.seconds)
        self.refused = 0
        self.allow(applied, limit)

    def allow(self, applied: Applied, limit: RateLimit) -> None:
        """Go by this limit from now on."""
        self.applied, self.limit = applied, limit
        self.amount = limit.value
        """What fits into the window."""

    def left(self, now: float) -> int:
        """What still fits."""
        window = self.window
        if window.loses_at <= now:
            window.expire(now)
        return self.amount - window.total

    def is_idle(self, now: float, _now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return self.left(now) == self.amount

    def refuse(self, _amount: int) -> None:
        """Somebody asked for more than fits."""
        self.refused += 1

    def wait(self, amount: int, now: float, _now_ms: float) -> float | None:
        """Seconds after which so much fits; None where it never does."""
        missing = amount - self.left(now)
        return None if amount > self.amount else self.window.wait_for(missing, now)

    def reserve(self, amount: int, now: float) -> Held:
        """Count it."""
        if not self.has_moved:
            self.move()
        return Held(self, amount, self.window.take(amount, now))

    def settle(self, held: Held, actual: int, _now: float) -> bool:
        """Count what was used in the end; nobody is told."""
        if held.entry is not None and actual != held.amount and not held.entry.is_over:
            if not self.has_moved:
                self.move()
            self.window.correct(held.entry, actual - held.amount)
        return False

    def move(self) -> None:
        """What it has counted is to be written down."""
        self.has_moved = True
        self._moved.append(self)


class BusyTally:
    """Requests under way."""

    __slots__ = ("amount", "applied", "index", "limit", "once", "refused", "under_way")
    ends_ms, raised = inf, 0
    """It has no periods."""

    def __init__(self, applied: Applied, limit: RateLimit) -> None:
        self.index, self.once = INDEX[limit.used], applied.once
        self.under_way = self.refused = 0
        self.allow(applied, limit)

    def allow(self, applied: Applied, limit: RateLimit) -> None:
        """Go by this limit from now on."""
        self.applied, self.limit = applied, limit
        self.amount = limit.value
        """How many may be under way."""

    def left(self, _now: float) -> int:
        """How many more may begin."""
        return self.amount - self.under_way

    def is_idle(self, _now: float, _now_ms: float) -> bool:
        """Whether nobody would miss it."""
        return not self.under_way

    def refuse(self, _amount: int) -> None:
        """One too many asked."""
        self.refused += 1

    def wait(self, _amount: int, _now: float, _now_ms: float) -> float | None:
        """Nobody knows when one ends; a second is a fair guess."""
        return 1.0 if self.amount else None

    def reserve(self, amount: int, _now: float) -> Held:
        """One more."""
        self.under_way += amount
        return Held(self, amount)

    def settle(self, held: Held, _actual: int, _now: float) -> bool:
        """One less; nobody is told."""
        self.under_way -= held.amount
        return False


Tally = BudgetTally | RateTally | BusyTally
