"""Counters of budgets and rates, asked directly: clocks are arguments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.limits.book import Book
from gateway.limits.period import Period
from gateway.limits.rules import Applied, Budget, Limit, RateLimit
from gateway.limits.spelling import UsageLimit, budget_of
from gateway.limits.tallies import BudgetTally, Tally
from store.limits.counters import AdjustmentRow, CounterRow

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC).timestamp()
"""A Wednesday."""
DAY = 86_400


class Clock:
    """Both clocks of a book; they stand still until they are set on."""

    def __init__(self) -> None:
        self.now, self.ticks = NOON, 1000.0

    def book(self) -> Book:
        """An empty book that goes by it."""
        return Book(lambda: self.now, lambda: self.ticks)

    def pass_on(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        self.ticks += seconds


@pytest.fixture
def clock() -> Clock:
    """Time, in the test's hands."""
    return Clock()


def budget(amount: int = 100, **more: object) -> Applied:
    """A daily budget of tokens."""
    usual = Budget(
        counter="b", name="b", level="api_key", owner="k", used="tokens", amount=amount, period=Period("daily")
    )
    return holding(replace(usual, **more))  # type: ignore[arg-type]


def rate(value: int = 3, used: str = "requests", unit: str = "rpm", **more: object) -> Applied:
    """A rate of requests."""
    usual = RateLimit(
        counter=f"r:{used}:{unit}", name="r", level="api_key", owner="k", used="requests", unit=unit, value=value
    )
    return holding(replace(usual, used=used, **more))  # type: ignore[arg-type]


def holding(limit: Limit) -> Applied:
    """A limit as it holds for a request."""
    return Applied(limit, limit.counter)


def asked(book: Book, *wanted: tuple[Applied, int]) -> bool:
    """Whether there is enough of everything; then it is set aside."""
    found = counters(book, *wanted)
    if book.shortage(found) is not None:
        return False
    book.reserve(found)
    return True


def counters(book: Book, *wanted: tuple[Applied, int]) -> list[tuple[Tally, int]]:
    """What is wanted, with the counters that it is wanted of."""
    return list(zip(book.opened([applied for applied, _ in wanted]), [amount for _, amount in wanted], strict=True))


def test_what_is_reserved_is_not_given_twice(clock: Clock) -> None:
    """Two requests that both fit alone do not both fit."""
    book = clock.book()

    answers = [asked(book, (budget(), 60)), asked(book, (budget(), 60)), asked(book, (budget(), 40))]

    assert answers == [True, False, True]


def test_settling_gives_back_what_was_not_used(clock: Clock) -> None:
    """The rest of a reservation can be used by the next request."""
    book = clock.book()
    [held] = book.reserve(counters(book, (budget(), 100)))

    book.settle(held, 30)

    assert asked(book, (budget(), 70))
    assert not asked(book, (budget(), 1))


def test_refused_requests_take_nothing_anywhere(clock: Clock) -> None:
    """A request that one limit refuses is not counted by the others."""
    book = clock.book()
    for _ in range(5):
        asked(book, (rate(), 1), (budget(amount=0), 1))

    answers = [asked(book, (rate(), 1)) for _ in range(4)]

    assert answers == [True, True, True, False]


def test_no_burst_across_an_edge(clock: Clock) -> None:
    """Requests that came late in one minute are still counted early in the next."""
    book = clock.book()
    clock.pass_on(59)
    assert all(asked(book, (rate(), 1)) for _ in range(3))

    clock.pass_on(2)
    soon = asked(book, (rate(), 1))
    clock.pass_on(60)
    later = [asked(book, (rate(), 1)) for _ in range(4)]

    assert soon is False
    assert later == [True, True, True, False]


def test_waiting_as_long_as_one_is_told_helps(clock: Clock) -> None:
    """After the seconds that a refusal names the request goes through."""
    book = clock.book()
    asked(book, (rate(), 1))
    clock.pass_on(20)
    assert all(asked(book, (rate(), 1)) for _ in range(2))
    short = book.shortage(counters(book, (rate(), 1)))
    assert short is not None

    wait = short.tally.wait(short.wanted, clock.ticks, clock.now * 1000)
    assert wait is not None
    clock.pass_on(wait)

    assert wait <= 41
    assert asked(book, (rate(), 1))


def test_tokens_not_used_return_to_their_window(clock: Clock) -> None:
    """A rate of tokens counts what was used in the end, not the worst case."""
    book, tokens = clock.book(), rate(100, "tokens")
    [held] = book.reserve(counters(book, (tokens, 100)))
    clock.pass_on(1)

    book.settle(held, 10)

    assert asked(book, (tokens, 90))
    assert not asked(book, (tokens, 1))


def test_requests_at_once_end(clock: Clock) -> None:
    """A request that has ended makes room for the next, whenever it began."""
    book, busy = clock.book(), rate(1, "concurrent")
    [held] = book.reserve(counters(book, (busy, 1)))
    assert not asked(book, (busy, 1))

    book.settle(held, 0)

    assert asked(book, (busy, 1))


def test_shadow_counts_and_refuses_nothing(clock: Clock) -> None:
    """In shadow mode everything goes through, and what would have been refused is known."""
    book = clock.book()
    shadow = budget(amount=1, shadow=True)

    answers = [asked(book, (shadow, 1)) for _ in range(3)]

    found = book.find("b")
    assert answers == [True, True, True]
    assert found is not None
    assert found.refused == 2


def test_soft_budget_only_tells(clock: Clock) -> None:
    """Beyond a soft budget requests go on, and its end is told."""
    book, soft = clock.book(), budget(amount=10, is_hard=False)

    for _ in range(3):
        assert book.shortage(counters(book, (soft, 8))) is None
        [held] = book.reserve(counters(book, (soft, 8)))
        book.settle(held, 8)

    assert [event.kind for event in book.events] == ["exhausted"]


def test_a_request_that_is_too_large_ends_no_budget(clock: Clock) -> None:
    """Who asks for more than is left is refused; as long as it pays for what others ask for, it is not exhausted."""
    book, strict = clock.book(), budget(amount=100, on_shortage="refuse")
    [held] = book.reserve(counters(book, (strict, 5)))
    book.settle(held, 5)

    answers = [asked(book, (strict, 500)), asked(book, (strict, 5))]

    tally = book.find("b")
    assert isinstance(tally, BudgetTally)
    assert (answers, tally.refused, tally.is_exhausted) == ([False, True], 1, False)
    assert not book.events


def test_a_budget_that_pays_for_nothing_that_is_asked_has_ended(clock: Clock) -> None:
    """Where less is left than any request has asked for, and one is refused, the end is told: once."""
    book, strict = clock.book(), budget(amount=100, on_shortage="refuse")
    [held] = book.reserve(counters(book, (strict, 60)))
    book.settle(held, 57)

    answers = [asked(book, (strict, 60)), asked(book, (strict, 45)), asked(book, (strict, 30))]

    assert answers == [False, False, True]
    assert [(event.kind, event.spent) for event in book.events] == [("exhausted", 57)]


def test_nobody_is_told_of_the_end_of_what_was_never_used(clock: Clock) -> None:
    """A first request that is too large is no end."""
    book = clock.book()

    assert not asked(book, (budget(amount=10, on_shortage="refuse"), 11))
    assert not book.events


@pytest.mark.parametrize(("amount", "percent", "at"), [(3, 80, 3), (1, 80, 1), (2, 50, 1), (7, 50, 4), (1000, 1, 10)])
def test_a_share_of_few_requests_is_told_with_the_request_that_reaches_it(amount: int, percent: int, at: int) -> None:
    """An alert in percent is rounded up: four fifths of three requests are there with the third, not at none."""
    said = UsageLimit(credit_limit=amount, type="requests", alert_thresholds=(percent,))

    assert budget_of(said, "api_key", "k", "k").alerts == (at,)


def test_the_last_request_may_be_a_threshold_too(clock: Clock) -> None:
    """Who is told of thresholds alone hears of a small budget as well."""
    book, few = clock.book(), budget(amount=3, alerts=(3,))

    for _ in range(3):
        [held] = book.reserve(counters(book, (few, 1)))
        book.settle(held, 1)

    assert [(event.kind, event.threshold) for event in book.events] == [("threshold", 3), ("exhausted", 3)]


def test_thresholds_are_told_once_in_a_period(clock: Clock) -> None:
    """Each threshold is told when it is reached, and again only in the next period."""
    book, alerting = clock.book(), budget(amount=100, alerts=(50, 80))

    for _ in range(2):
        for _ in range(4):
            [held] = book.reserve(counters(book, (alerting, 25)))
            book.settle(held, 25)
        clock.pass_on(DAY)

    told = [(event.kind, event.threshold) for event in book.events]
    assert told == [("threshold", 50), ("threshold", 80), ("exhausted", 100)] * 2
    assert len({event.key for event in book.events}) == 6


def test_period_begins_anew_and_requests_under_way_stay_in_theirs(clock: Clock) -> None:
    """What began yesterday is charged to yesterday."""
    book = clock.book()
    [held] = book.reserve(counters(book, (budget(), 100)))

    clock.pass_on(DAY)
    assert asked(book, (budget(), 100))
    book.settle(held, 90)

    today = book.find("b")
    assert isinstance(today, BudgetTally)
    assert (today.spent, today.reserved) == (0, 100)


def test_clock_put_back_does_not_give_money_twice(clock: Clock) -> None:
    """A clock that goes back a day does not make a budget begin anew."""
    book = clock.book()
    [held] = book.reserve(counters(book, (budget(), 100)))
    book.settle(held, 100)

    clock.now -= DAY

    assert not asked(book, (budget(), 1))


def test_start_goes_on_where_the_last_run_ended(clock: Clock) -> None:
    """What the database has of this period counts; what it has of an earlier one does not."""
    book = clock.book()
    start, _ = Period("daily").around(round(NOON * 1000))
    earlier = CounterRow(counter_id="b", period_start_ms=start - DAY * 1000, nanodollars=0, tokens=77, requests=1)
    now = CounterRow(counter_id="b", period_start_ms=start, nanodollars=0, tokens=60, requests=1)

    book.remember([earlier, now])

    assert asked(book, (budget(), 40))
    assert not asked(book, (budget(), 1))


def test_raise_holds_until_it_ends(clock: Clock) -> None:
    """A budget that is raised for two hours lets more through, and then no more."""
    book = clock.book()
    [held] = book.reserve(counters(book, (budget(), 100)))
    book.settle(held, 100)
    until = round((NOON + 7200) * 1000)

    book.adjust([AdjustmentRow(counter_id="b", raised=50, raised_until_ms=until)])
    meanwhile = asked(book, (budget(), 30))
    clock.pass_on(7201)

    assert meanwhile
    assert not asked(book, (budget(), 1))


def test_reset_begins_anew(clock: Clock) -> None:
    """After a reset all of a budget is there again; what was under way is charged to the time before."""
    book = clock.book()
    [held] = book.reserve(counters(book, (budget(), 100)))
    clock.pass_on(60)

    book.adjust([AdjustmentRow(counter_id="b", reset_at_ms=round(clock.now * 1000))])
    assert asked(book, (budget(), 100))
    book.settle(held, 100)

    found = book.find("b")
    assert isinstance(found, BudgetTally)
    assert found.spent == 0


@pytest.mark.parametrize(
    ("period", "now", "start", "end"),
    [
        (Period("daily"), "2026-03-11T12:00+00:00", "2026-03-11T00:00+00:00", "2026-03-12T00:00+00:00"),
        (Period("weekly"), "2026-03-11T12:00+00:00", "2026-03-09T00:00+00:00", "2026-03-16T00:00+00:00"),
        (Period("monthly"), "2026-12-31T23:59+00:00", "2026-12-01T00:00+00:00", "2027-01-01T00:00+00:00"),
        (
            Period("daily", zone="Europe/Berlin"),
            "2026-03-29T12:00+00:00",
            "2026-03-28T23:00+00:00",
            "2026-03-29T22:00+00:00",
        ),
        (
            Period("monthly", zone="America/Los_Angeles"),
            "2026-03-01T05:00+00:00",
            "2026-02-01T08:00+00:00",
            "2026-03-01T08:00+00:00",
        ),
        (
            Period("days", 10, anchor=datetime(2026, 3, 5, tzinfo=UTC).date()),
            "2026-03-04T12:00+00:00",
            "2026-02-23T00:00+00:00",
            "2026-03-05T00:00+00:00",
        ),
    ],
    ids=["day", "week", "month", "short-day", "far-west", "ten-days"],
)
def test_periods_follow_the_calendar(period: Period, now: str, start: str, end: str) -> None:
    """A period begins and ends at midnight where its people are, also when clocks change."""
    found = period.around(round(datetime.fromisoformat(now).timestamp() * 1000))

    assert [datetime.fromtimestamp(each / 1000, UTC).isoformat(timespec="minutes") for each in found] == [start, end]
