"""How fast a budget is used, and when it runs out: asked of the counters directly, clocks being arguments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.limits.book import Book
from gateway.limits.pace import DAY, HOUR, Pace, memory_of
from gateway.limits.period import NEVER, Period
from gateway.limits.rules import Applied, Budget
from gateway.limits.status import LimitState, state_of
from store.limits.counters import CounterRow

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
"""A Wednesday; the next midnight is 12 hours away."""
MIDNIGHT = NOON + timedelta(hours=12)
USUAL = Budget(
    counter="b", name="b", level="api_key", owner="k", used="tokens", amount=10_000, period=Period("daily"), alerts=()
)


class Day:
    """A book, and time that passes as the test says; `burn` charges so much every minute."""

    def __init__(self, **changes: object) -> None:
        self.now, self.ticks = NOON.timestamp(), 1000.0
        self.book = Book(lambda: self.now, lambda: self.ticks)
        limit = replace(USUAL, **changes)  # type: ignore[arg-type]
        self.applied = Applied(limit, limit.counter)

    def burn(self, minutes: int, each: int) -> None:
        """Time goes by, and every minute costs."""
        for _ in range(minutes):
            self.now += 60
            self.ticks += 60
            tally = self.book.tally(self.applied)
            self.book.settle(tally.reserve(each, self.ticks), each)

    def state(self) -> LimitState:
        """How the budget stands."""
        return state_of(self.applied, self.book)


def test_even_use_is_told_as_it_is() -> None:
    """A hundred tokens a minute are six thousand an hour, whether it went so for a quarter of an hour or for ten."""
    short, long = Day(amount=10**9), Day(amount=10**9)
    short.burn(15, 100)
    long.burn(600, 100)

    assert short.state().burn_rate == pytest.approx(6_000, rel=0.1)
    assert long.state().burn_rate == pytest.approx(6_000, rel=0.05)


def test_budget_that_will_not_last_says_when_it_runs_out() -> None:
    """At the pace of late, what is left divided by it is when nothing is left, and the forecast is beyond the limit."""
    day = Day()
    day.burn(60, 100)

    state = day.state()

    assert state.runs_out_at is not None
    assert abs(state.runs_out_at - (NOON + timedelta(hours=1, minutes=40))) < timedelta(minutes=3)
    assert state.forecast == pytest.approx(6_000 + 11 * 6_000, rel=0.05)


def test_budget_that_lasts_has_no_end() -> None:
    """One that begins anew before it is used up says what will have been used by then."""
    day = Day(amount=100_000)
    day.burn(60, 100)

    state = day.state()

    assert (state.runs_out_at, state.resets_at) == (None, MIDNIGHT)
    assert state.forecast == pytest.approx(72_000, rel=0.05)


def test_what_stops_is_forgotten() -> None:
    """After half a day without requests the pace is next to nothing, and the budget lasts again."""
    day = Day(period=NEVER)
    day.burn(60, 100)
    soon = day.state()
    assert soon.runs_out_at is not None

    day.ticks += 10 * DAY
    day.now += 10 * DAY

    later = day.state()
    assert later.burn_rate < soon.burn_rate / 1000
    assert later.runs_out_at is None or later.runs_out_at > soon.runs_out_at + timedelta(days=365)


def test_budget_for_good_has_an_end_and_no_forecast() -> None:
    """Without periods there is nothing to look forward to but the day on which it is used up."""
    day = Day(period=NEVER, amount=1_000_000)
    day.burn(600, 100)

    state = day.state()

    assert (state.forecast, state.resets_at) == (None, None)
    assert state.runs_out_at is not None
    assert timedelta(days=6) < state.runs_out_at - NOON < timedelta(days=8)


def test_one_request_at_first_is_no_pace() -> None:
    """A thousand tokens in the first second are not three million an hour."""
    day = Day()
    tally = day.book.tally(day.applied)

    day.book.settle(tally.reserve(1_000, day.ticks), 1_000)

    assert day.state().burn_rate <= 6_500


def test_restart_goes_by_the_period_so_far() -> None:
    """A gateway that has just started takes what the database says as spent evenly since the period began."""
    day = Day()
    midnight_ms = round((NOON - timedelta(hours=12)).timestamp() * 1000)
    day.book.remember(
        [CounterRow(counter_id="b", period_start_ms=midnight_ms, nanodollars=0, tokens=6_000, requests=9)]
    )

    state = day.state()

    assert state.burn_rate == pytest.approx(500, rel=0.01)
    assert state.forecast == pytest.approx(12_000, rel=0.01)


def test_next_period_goes_on_at_the_same_pace() -> None:
    """Midnight empties the counter, not what is known of how fast it fills."""
    day = Day(amount=100_000)
    day.burn(710, 100)
    before = day.state()

    day.burn(20, 100)

    assert day.state().spent < before.spent
    assert day.state().burn_rate == pytest.approx(before.burn_rate, rel=0.05)


def test_exhausted_budget_runs_out_no_more() -> None:
    """Where nothing is left, no time is named."""
    day = Day(amount=500)
    day.burn(5, 100)

    assert (day.state().left, day.state().runs_out_at) == (0, None)


def test_memory_fits_the_period() -> None:
    """An hour is looked back on at least and a day at most; a budget of a day remembers some hours."""
    assert (memory_of(HOUR), memory_of(DAY), memory_of(30 * DAY), memory_of(1e12)) == (HOUR, DAY / 8, DAY, DAY)


def test_money_is_told_in_dollars() -> None:
    """Of money the rate and the forecast are dollars."""
    day = Day(used="cost", amount=10_000_000_000)
    day.burn(60, 10_000_000)

    assert day.state().burn_rate == pytest.approx(0.6, rel=0.05)
    assert day.state().forecast == pytest.approx(7.2, rel=0.05)


def test_pace_of_nothing() -> None:
    """A budget that nobody uses has the pace 0."""
    assert Pace(HOUR, 0).per_second(5) == 0
