"""Every counter in memory: found by name, made when first asked for, begun anew with its period."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gateway.limits.events import LimitEvent
from gateway.limits.lookup import Lookup
from gateway.limits.pledges import Pledge, Pledges
from gateway.limits.rate_memory import RateMemory
from gateway.limits.rules import Applied, Budget, Load
from gateway.limits.spared import Spared
from gateway.limits.tallies import BudgetTally, BusyTally, Held, RateTally, Tally

if TYPE_CHECKING:
    from store.limits.counters import AdjustmentRow, CounterRow

EVENTS_KEPT = 1_000
TALLIES_KEPT = 200_000
"""Counters; groups are made of what requests say, of which there may be any number."""


class Short(NamedTuple):
    """A limit that has not enough left."""

    tally: Tally
    wanted: int
    left: int


class Known(NamedTuple):
    """What the database has of a counter in its latest period."""

    start_ms: int
    nanodollars: int
    tokens: int
    requests: int


class Book:
    """All counters. `clock` gives epoch seconds, for periods; `ticks` seconds that never go back, for rates."""

    def __init__(self, clock: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.ticks = clock, ticks
        self.events: deque[LimitEvent] = deque(maxlen=EVENTS_KEPT)
        """What somebody should be told; whoever tells it takes it out on the left. Of too many the oldest are lost."""
        self.on_event: Callable[[], None] = lambda: None
        """Called when there is one more."""
        self.spared = Spared()
        """Whom rules about models let through that are in shadow."""
        self._tallies: dict[str, Tally] = {}
        self._most = TALLIES_KEPT
        self._known: dict[str, Known] = {}
        self._adjusted: dict[str, AdjustmentRow] = {}
        self.memory = RateMemory(clock, ticks)
        """What rates have counted, as it outlives the process."""
        self.pledges = Pledges()
        """What is held back for work that outlives its request."""
        self.version = 0
        """One more whenever a counter takes another's place, or an operator has changed one."""
        self.lookup = Lookup(self)
        """Which of the counters hold for a request."""

    def remember(self, rows: Iterable[CounterRow]) -> None:
        """What was charged before the start, the oldest first; of each counter the latest period counts."""
        for row in rows:
            self._known[row.counter_id] = Known(row.period_start_ms, row.nanodollars, row.tokens, row.requests)

    def adjust(self, rows: Iterable[AdjustmentRow]) -> None:
        """What operators have changed, in place of what they had before."""
        self._adjusted = {row.counter_id: row for row in rows}
        self.version += 1

    def tally(self, applied: Applied) -> Tally:
        """The counter of a limit that holds for a request."""
        found = self._tallies.get(applied.counter)
        if isinstance(found, BudgetTally):
            return self._renewed(found, applied)
        if found is None:
            return self._made(applied)
        if found.limit is not applied.limit:
            found.allow(applied, applied.limit)  # type: ignore[arg-type]  # the name tells its kind
        return found

    def opened(self, found: Iterable[Applied]) -> list[Tally]:
        """The counters of all limits that hold for a request."""
        return [self.tally(applied) for applied in found]

    def has(self, wanted: Iterable[tuple[Tally, int]]) -> bool:
        """Whether there is enough of everything; nobody is counted as refused where there is not."""
        ticks = self.ticks()
        for tally, amount in wanted:  # noqa: SIM110  (every request comes by here, and `all` takes twice as long)
            if amount > tally.left(ticks):
                return False
        return True

    def shortage(self, wanted: Sequence[tuple[Tally, int]], spared: dict[str, Short] | None = None) -> Short | None:
        """The first limit that has too little left; one that refuses nobody is `spared`. Nothing is set aside.

        Who is spared already is not counted again: a request is looked at when it comes, and with every try.
        """
        ticks, seen = self.ticks(), {} if spared is None else spared
        for tally, amount in wanted:
            left = tally.left(ticks)
            if amount > left and tally.applied.counter not in seen:
                short = Short(tally, amount, left)
                tally.refuse(amount)
                self._look(tally)
                if tally.limit.refuses:
                    return short
                seen[tally.applied.counter] = short
        return None

    def reserve(self, wanted: Iterable[tuple[Tally, int]]) -> list[Held]:
        """Set all of it aside; `shortage` has been asked."""
        ticks = self.ticks()
        return [tally.reserve(amount, ticks) for tally, amount in wanted]

    def settle(self, held: Held, actual: int) -> None:
        """Charge what was used, in place of what was set aside, and notice where that leads."""
        if held.tally.settle(held, actual, self.ticks()):
            self._look(held.tally)

    def settle_all(self, every: Iterable[Held], load: Load) -> None:
        """The same of all that one request holds: of each as much of the load as it counts."""
        ticks = self.ticks()
        for held in every:
            tally = held.tally
            if tally.settle(held, load[tally.index], ticks):
                self._look(tally)

    def pledge(self, work: str, pledges: tuple[Pledge, ...]) -> None:
        """Hold so much back until the work has ended, however many periods, or processes, that takes."""
        self.pledges.add(work, pledges)
        self._hold_back(pledges, 1)

    def redeem(self, work: str) -> None:
        """The work has ended, and what it came to is charged: nothing is held back for it any more."""
        self._hold_back(self.pledges.take(work), -1)

    def _hold_back(self, pledges: Iterable[Pledge], times: int) -> None:
        for each in pledges:
            tally = self._tallies.get(each.counter)
            if isinstance(tally, BudgetTally):
                tally.reserved += times * each.amount

    def counters(self) -> list[str]:
        """The name of every counter that has counted anything."""
        return list(dict.fromkeys((*self._tallies, *self._known, *self.memory.recalled)))

    def raised(self, counter: str) -> tuple[int, int] | None:
        """How much more an operator allows of a budget, and until when (epoch ms); None where nothing."""
        row, more = self._adjusted.get(counter), self._raised(counter, self.clock() * 1000)
        return None if row is None or row.raised_until_ms is None or not more else (more, row.raised_until_ms)

    def forget(self, counter: str) -> None:
        """Let a rate begin anew."""
        found = self._tallies.get(counter)
        if not isinstance(found, BudgetTally):
            self._tallies.pop(counter, None)
            self.memory.forget(counter, found if isinstance(found, RateTally) else None)
            self.version += 1

    def tallies(self) -> list[Tally]:
        """Every counter that was ever asked for."""
        return list(self._tallies.values())

    def find(self, counter: str) -> Tally | None:
        """The counter of that name."""
        return self._tallies.get(counter)

    def _made(self, applied: Applied) -> Tally:
        limit = applied.limit
        if len(self._tallies) >= self._most:
            self._forget()
        tally: Tally
        if isinstance(limit, Budget):
            tally = self._begun(applied, limit)
        elif limit.used == "concurrent":
            tally = BusyTally(applied, limit)
        else:
            tally = self.memory.remembered(RateTally(applied, limit, self.memory.moved))
        self._tallies[applied.counter] = tally
        return tally

    def _begun(self, applied: Applied, limit: Budget, not_before_ms: int = 0) -> BudgetTally:
        """The counter of the period that runs; a clock that went back does not bring an earlier one back."""
        now_ms = round(self.clock() * 1000)
        start, end = limit.period.around(now_ms)
        adjusted, known = self._adjusted.get(applied.counter), self._known.get(applied.counter)
        start = max(start, not_before_ms, (adjusted.reset_at_ms or 0) if adjusted else 0)
        if known is not None and known.start_ms > start:
            start = known.start_ms
        spent = amount_of(known, limit) if known is not None and known.start_ms == start else 0
        tally = BudgetTally(applied, limit, start, max(end, start + 1), spent, self.ticks())
        if spent and start:
            tally.pace.remember(spent, (now_ms - start) / 1000)
        tally.allow(applied, limit, self._raised(applied.counter, now_ms))
        tally.reserved = self.pledges.of(applied.counter)
        return tally

    def _renewed(self, tally: BudgetTally, applied: Applied) -> BudgetTally:
        """The same counter, or that of the next period; requests under way keep the one they began with."""
        limit, now_ms = applied.limit, self.clock() * 1000
        assert isinstance(limit, Budget), "a counter's name tells its kind"
        adjusted = self._adjusted.get(applied.counter)
        if now_ms >= tally.ends_ms or (adjusted and (adjusted.reset_at_ms or 0) > tally.start_ms):
            new = self._begun(applied, limit, tally.start_ms)
            if new.start_ms != tally.start_ms:
                new.pace = tally.pace  # people go on as they did, whatever the calendar says
                self._tallies[applied.counter] = new
                self.version += 1
                return new
            tally.ends_ms = new.ends_ms
        is_other = tally.limit is not limit
        tally.allow(applied, limit, self._raised(applied.counter, now_ms))
        if is_other:
            tally.look_ahead()
        return tally

    def _raised(self, counter: str, now_ms: float) -> int:
        """How much more an operator allows at the moment."""
        row = self._adjusted.get(counter)
        return row.raised if row and row.raised_until_ms is not None and now_ms < row.raised_until_ms else 0

    def _look(self, tally: Tally) -> None:
        """Note what somebody should be told of a budget."""
        if not isinstance(tally, BudgetTally):
            return
        limit = tally.limit
        for threshold in limit.alerts:
            if tally.spent >= threshold and threshold not in tally.told:
                self._tell(tally, threshold, "threshold")
        if tally.spent and tally.is_exhausted and tally.end_told != limit.amount:
            self._tell(tally, limit.amount, "exhausted")

    def _tell(self, tally: BudgetTally, threshold: int, kind: str) -> None:
        if kind == "exhausted":
            tally.end_told = threshold
        else:
            tally.told.add(threshold)
        tally.look_ahead()
        limit = tally.limit
        self.events.append(
            LimitEvent(
                kind="exhausted" if kind == "exhausted" else "threshold",
                counter=tally.applied.counter,
                name=limit.name,
                level=limit.level,
                owner=limit.owner,
                group=tally.applied.group,
                used=limit.used,
                spent=tally.spent,
                amount=tally.amount,
                threshold=threshold,
                period_start_ms=tally.start_ms,
                resets_at_ms=None if limit.period.every == "never" else tally.ends_ms,
            )
        )
        self.on_event()

    def _forget(self) -> None:
        """Drop the counters that count nothing any more; of budgets nothing else knows what they were charged."""
        ticks, now_ms = self.ticks(), self.clock() * 1000
        self._tallies = {name: tally for name, tally in self._tallies.items() if not tally.is_idle(ticks, now_ms)}
        self._most = max(TALLIES_KEPT, 2 * len(self._tallies))
        self.version += 1


def amount_of(known: Known, limit: Budget) -> int:
    """What the database has, in the unit of the limit."""
    if limit.used == "cost":
        return known.nanodollars
    return known.tokens if limit.used == "tokens" else known.requests
