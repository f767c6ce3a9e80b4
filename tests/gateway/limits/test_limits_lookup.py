"""Counters that are found once and kept: whatever changes, a request is counted by those that hold now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import msgspec

from gateway.api.openai.chat import CHAT
from gateway.domain import Call, Caller, Client
from gateway.limits.book import Book
from gateway.limits.catalog import LimitCatalog, Owner, assembled, limits_by_owner, policy_of
from gateway.limits.tallies import BudgetTally, Tally
from store.ids import KeyId, LogId, Slug, TraceId
from store.limits.counters import AdjustmentRow
from store.limits.policies import PolicyRow

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC).timestamp()
HOUR = 3_600


class Machine:
    """A clock that goes as a test says, and the counters that go by it."""

    def __init__(self) -> None:
        self.now = NOON
        self.book = Book(lambda: self.now, lambda: self.now)

    def found(self, limits: LimitCatalog, metadata: dict[str, str] | None = None) -> list[Tally]:
        """The counters of a request."""
        return list(self.book.lookup.of_caller(call_with(metadata or {}), limits).every)

    def budget(self, limits: LimitCatalog) -> BudgetTally:
        """The only one, which is a budget's."""
        [tally] = self.found(limits)
        assert isinstance(tally, BudgetTally)
        return tally


def call_with(metadata: dict[str, str]) -> Call:
    """A request of a key."""
    call = Call(
        id=LogId("1"),
        method="POST",
        path="/v1/chat/completions",
        headers={},
        client_address=None,
        dialect=CHAT,
        client=cast(Client, None),
        trace_id=TraceId("1"),
    )
    call.caller = Caller(KeyId("k"), "key", Slug("team"), frozenset())
    call.metadata = metadata
    return call


def daily(amount: int) -> LimitCatalog:
    """A budget of the key's, of so many tokens a day."""
    said = msgspec.json.encode({"type": "tokens", "credit_limit": amount, "periodic_reset": "daily"}).decode()
    return assembled(limits_by_owner([Owner("api_key", "k", "key", said, None)]), [], {}, ())


def policies(*rules: dict[str, Any]) -> LimitCatalog:
    """Policies that allow a thousand tokens."""
    limit = {"type": "tokens", "credit_limit": 1000}
    rows = [
        PolicyRow(
            id=f"p{place}",
            kind="usage-limits",
            created_at_ms=place,
            rule=msgspec.json.encode({"limit": limit} | rule).decode(),
        )
        for place, rule in enumerate(rules)
    ]
    return assembled({}, [policy_of(row) for row in rows], {}, ())


def test_who_asks_again_is_counted_by_the_same() -> None:
    """The second request of a kind is counted where the first was."""
    machine, limits = Machine(), daily(100)

    assert machine.budget(limits) is machine.budget(limits)


def test_the_next_day_counts_anew_though_the_clock_goes_back() -> None:
    """After midnight a request is counted in the new day, and stays there when somebody sets the clock back."""
    machine, limits = Machine(), daily(100)
    today = machine.budget(limits)

    machine.now += 12 * HOUR
    tomorrow = machine.budget(limits)
    machine.now -= 3 * HOUR

    assert tomorrow is not today
    assert machine.budget(limits) is tomorrow


def test_the_next_day_begins_for_all_who_share_a_budget() -> None:
    """Whoever finds the new day first, nobody spends from the old one any more, whatever the clock says."""
    machine, limits = Machine(), daily(100)
    machine.budget(limits)
    [applied] = limits.of("api_key", "k")

    machine.now += 12 * HOUR
    tomorrow = machine.book.tally(applied)  # as a look at the limits does
    machine.now -= 3 * HOUR

    assert machine.budget(limits) is tomorrow


def test_what_is_allowed_for_two_hours_is_gone_after_them() -> None:
    """A raise holds for the next request, and ends by itself."""
    machine, limits = Machine(), daily(100)
    machine.budget(limits)
    until = round((NOON + 2 * HOUR) * 1000)
    counter = machine.budget(limits).applied.counter

    machine.book.adjust([AdjustmentRow(counter_id=counter, raised=50, raised_until_ms=until)])
    raised = machine.budget(limits).amount
    machine.now += 2 * HOUR

    assert (raised, machine.budget(limits).amount) == (150, 100)


def test_a_changed_limit_holds_for_the_next_request() -> None:
    """The counter goes on counting, by what is allowed now."""
    machine = Machine()
    before = machine.budget(daily(100))

    after = machine.budget(daily(70))

    assert after is before
    assert after.amount == 70


def test_requests_are_told_apart_by_all_that_policies_look_at() -> None:
    """Conditions and groups alike: another value is another kind of request."""
    by_team = {"conditions": [{"key": "metadata.team", "value": "a*"}], "group_by": [{"key": "metadata.user"}]}
    others = {"conditions": [{"key": "metadata.team", "value": "b", "excludes": True}]}
    limits, machine = policies(by_team, others), Machine()

    found = [
        [tally.applied.counter for tally in machine.found(limits, metadata)]
        for metadata in ({"team": "ab", "user": "u"}, {"team": "ab", "user": "v"}, {"team": "b", "user": "u"}, {})
    ]

    assert found == [
        ["policy:p0:tokens:never:metadata.user=u", "policy:p1:tokens:never"],
        ["policy:p0:tokens:never:metadata.user=v", "policy:p1:tokens:never"],
        [],
        ["policy:p1:tokens:never"],
    ]


def test_an_operator_who_resets_a_rate_resets_it_for_requests_that_were_found_before() -> None:
    """A rate that begins anew does so for everybody."""
    said = '[{"type": "requests", "unit": "rph", "value": 1}]'
    limits = assembled(limits_by_owner([Owner("api_key", "k", "key", None, said)]), [], {}, ())
    machine = Machine()
    [tally] = machine.found(limits)
    tally.reserve(1, machine.now)

    machine.book.forget(tally.applied.counter)

    assert [each.left(machine.now) for each in machine.found(limits)] == [1]
