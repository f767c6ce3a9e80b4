"""Whatever happens in whichever order, no hard budget is overspent, and counters equal the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import pytest

from gateway.limits.book import Book
from gateway.limits.period import Period
from gateway.limits.rules import Applied, Budget, RateLimit
from gateway.limits.tallies import BudgetTally, Held
from gateway.limits.window import Window
from store.limits.counters import AdjustmentRow, CounterRow

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, given, settings  # noqa: E402  (only where it is installed)
from hypothesis import strategies as st  # noqa: E402
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule  # noqa: E402

QUICK = settings(
    database=None, max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
BUDGETS = (
    Budget(counter="key", name="key", level="api_key", owner="k", used="cost", amount=1000),
    Budget(counter="team", name="team", level="workspace", owner="w", used="cost", amount=600, period=Period("daily")),
    Budget(
        counter="policy", name="policy", level="policy", owner="p", used="tokens", amount=90, period=Period("weekly")
    ),
)
AT_ONCE = RateLimit(counter="busy", name="busy", level="api_key", owner="k", used="concurrent", unit="rpm", value=4)
PER_HOUR = RateLimit(counter="rate", name="rate", level="api_key", owner="k", used="requests", unit="rph", value=9)
APPLIED = [Applied(limit, limit.counter) for limit in (*BUDGETS, AT_ONCE, PER_HOUR)]
COST, TOKENS = st.integers(1, 250), st.integers(1, 30)


@dataclass
class Asked:
    """A request under way."""

    held: list[Held]


class Money(RuleBasedStateMachine):
    """A gateway's counters, and beside them the log as a database would have it."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.ticks = 1_700_000_000.0, 0.0
        self.ledger: dict[tuple[str, int], int] = {}
        self.under_way: list[Asked] = []
        self.raised: list[AdjustmentRow] = []
        self.book = self.opened()

    def opened(self) -> Book:
        """A gateway that starts: the log is read, reservations are gone."""
        book = Book(lambda: self.now, lambda: self.ticks)
        rows = sorted(self.ledger.items(), key=lambda item: item[0][1])
        book.remember(
            CounterRow(counter_id=id, period_start_ms=start, nanodollars=spent, tokens=spent, requests=0)
            for (id, start), spent in rows
        )
        book.adjust(self.raised)
        return book

    @rule(cost=COST, tokens=TOKENS)
    def ask(self, cost: int, tokens: int) -> None:
        """A request comes; it is refused, or everything is set aside for it."""
        wanted = list(zip(self.book.opened(APPLIED), (cost, cost, tokens, 1, 1), strict=True))
        if self.book.shortage(wanted) is None:
            self.under_way.append(Asked(self.book.reserve(wanted)))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), share=st.fractions(0, 1))
    def settle(self, data: st.DataObject, share: float) -> None:
        """A request ends: answered in full, cut short by a failure or a hang-up, or not sent at all."""
        asked = self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))
        for held in asked.held:
            used = int(held.amount * share)
            self.book.settle(held, used)
            if isinstance(held.tally, BudgetTally):
                key = (held.tally.applied.counter, held.tally.start_ms)
                self.ledger[key] = self.ledger.get(key, 0) + used

    @rule(hours=st.sampled_from([0.3, 5, 24, 24 * 9]))
    def wait(self, hours: float) -> None:
        """Time goes by."""
        self.now += hours * 3600
        self.ticks += hours * 3600

    @rule(hours=st.sampled_from([1, 30]))
    def clock_jumps_back(self, hours: int) -> None:
        """Somebody sets the clock."""
        self.now -= hours * 3600

    @rule()
    def crash(self) -> None:
        """The gateway is killed and started again: nobody hears from what was under way."""
        self.under_way.clear()
        self.book = self.opened()

    @invariant()
    def never_beyond(self) -> None:
        """At every instant, what is spent and what is reserved fit into the budget."""
        for tally in self.book.tallies():
            if isinstance(tally, BudgetTally):
                assert tally.spent >= 0
                assert tally.reserved >= 0
                assert tally.spent + tally.reserved <= tally.amount
        assert all(spent <= amount_of(id) for (id, _), spent in self.ledger.items())

    @invariant()
    def never_too_many(self) -> None:
        """No more are under way than may be."""
        assert len(self.under_way) <= AT_ONCE.value

    def teardown(self) -> None:
        """In the end every counter equals the ledger, and nothing is reserved."""
        for asked in self.under_way:
            for held in asked.held:
                self.book.settle(held, 0)
        for tally in self.book.tallies():
            if isinstance(tally, BudgetTally):
                assert tally.reserved == 0
                assert tally.spent == self.ledger.get((tally.applied.counter, tally.start_ms), 0)


def amount_of(counter: str) -> int:
    """What a budget allows."""
    return next(budget.amount for budget in BUDGETS if budget.counter == counter)


TestMoney = Money.TestCase
TestMoney.settings = QUICK


@QUICK
@given(
    gaps=st.lists(st.floats(0, 40, allow_nan=False), max_size=80),
    value=st.integers(1, 7),
    amounts=st.lists(st.integers(1, 4), min_size=80, max_size=80),
)
def test_no_minute_ever_holds_more(gaps: list[float], value: int, amounts: list[int]) -> None:
    """However requests arrive, no stretch of a minute has more of them than the limit, wherever it begins."""
    window, taken = Window(60), []
    for now, amount in zip(accumulate(gaps), amounts, strict=False):
        window.expire(now)
        if window.total + amount <= value:
            window.take(amount, now)
            taken.append((now, amount))

    most = [sum(amount for at, amount in taken if end - 60 < at <= end) for end, _ in taken]

    assert max(most, default=0) <= value
