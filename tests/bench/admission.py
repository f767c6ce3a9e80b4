"""What counting a request takes with 10,000 keys, 1,000 policies and every kind of limit on, in this process.

`python -m tests.bench.admission`
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from gateway.admission import admit, afforded
from gateway.api.openai.chat import CHAT
from gateway.attempts.attempting import Try
from gateway.billing import NOTHING
from gateway.configs.nodes import Leaf
from gateway.domain import Call, Caller, Client, Target
from gateway.functions import Function
from gateway.limits.book import Book
from gateway.limits.catalog import LimitCatalog, Owner, assembled, limits_by_owner, policy_of
from gateway.plant import Plant
from gateway.prices import Price
from gateway.routing.plan import Step
from gateway.vendors import VENDORS
from gateway.vendors.openai import WIRES
from gateway.vendors.vendor import Asked, Login
from store.ids import KeyId, LogId, Slug, TraceId
from store.limits.policies import PolicyRow

KEYS, POLICIES = 10_000, 1_000
BODY = msgspec.json.encode(
    {"model": "@demo/gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": "Say hello. " * 20}]}
)
BUDGET = '{"credit_limit": 1000, "type": "cost", "periodic_reset": "monthly", "alert_thresholds": [50, 80]}'
RATES = (
    '[{"type": "requests", "unit": "rpm", "value": 1000000000}, {"type": "tokens", "unit": "rpm", "value": 1000000000}]'
)
PRICE = Price({"input": 2_500_000_000, "output": 10_000_000_000})


class Prices:
    """A price list with one price."""

    def price(self, _vendor: str | None, _model: str) -> Price:
        """That one."""
        return PRICE


@dataclass
class Seen:
    """As much of a snapshot as admission looks at."""

    limits: LimitCatalog


@dataclass
class Bench:
    """As much of a plant as admission looks at."""

    snapshot: Seen
    limits: Book = field(default_factory=Book)
    prices: Prices = field(default_factory=Prices)


def owners() -> Iterator[Owner]:
    """Keys, workspaces and providers, each with a budget and two rates."""
    for number in range(KEYS):
        yield Owner("api_key", f"key-{number}", f"key {number}", BUDGET, RATES)
    for number in range(100):
        yield Owner("workspace", f"team-{number}", f"team {number}", BUDGET, RATES)
    yield Owner("provider", "demo", "demo", BUDGET, RATES)


def policies() -> list[PolicyRow]:
    """Budgets over keys, users, metadata, models and providers, most of them about somebody else."""
    kinds: list[tuple[str, str]] = [
        ("api_key", "key-{}"),
        ("metadata._user", "user-{}"),
        ("metadata.team", "team-{}"),
        ("model", "@demo/model-{}"),
        ("provider", "provider-{}"),
    ]
    rows = []
    for number in range(POLICIES):
        key, value = kinds[number % len(kinds)]
        rows.append(row(number, {"key": key, "value": value.format(number)}, key))
    common = [{"key": "model", "value": "@demo/gpt-4o"}, {"key": "metadata.team", "value": "*"}]
    return rows[: -len(common)] + [row(POLICIES + place, each, "api_key") for place, each in enumerate(common)]


def row(number: int, condition: dict[str, str], group: str) -> PolicyRow:
    """A policy as the store has it."""
    rule = {"conditions": [condition], "group_by": [{"key": group}], "limit": msgspec.json.decode(BUDGET)}
    text = msgspec.json.encode(rule).decode()
    return PolicyRow(id=f"policy-{number}", kind="usage-limits", rule=text, created_at_ms=number)


def call_by(number: int) -> Call:
    """A request of one of the keys."""
    call = Call(
        id=LogId("bench"),
        method="POST",
        path="/v1/chat/completions",
        headers={},
        client_address=None,
        dialect=CHAT,
        client=cast(Client, None),  # nobody waits for an answer
        trace_id=TraceId("bench"),
    )
    call.caller = Caller(KeyId(f"key-{number % KEYS}"), "key", Slug(f"team-{number % 100}"), frozenset())
    call.request = CHAT.read(BODY, {})
    call.metadata = {"_user": "user-1", "team": "sales"}
    return call


def attempt_of(call: Call) -> Try:
    """Its try at the vendor."""
    assert call.request is not None, "it was just read"
    target = Target(VENDORS["openai"], "http://127.0.0.1", {}, "gpt-4o", Slug("demo"), Login())
    asked = Asked(function=Function.CHAT, model="gpt-4o", fields=call.request.fields)
    return Try(Step(Leaf()), target, asked, WIRES[Function.CHAT], None, {})


def microseconds(catalog: LimitCatalog) -> dict[str, float]:
    """Medians: of admitting, of setting aside, of settling, and of all three."""
    plant: Any = Bench(Seen(catalog))
    spans(plant, KEYS)  # a gateway that has been at work for a while has every counter
    found = spans(plant, KEYS)
    parts = [statistics.median(each) / 1000 for each in zip(*found, strict=True)]
    whole = statistics.median(map(sum, found)) / 1000
    return dict(zip(("admit", "set aside", "settle", "all"), [*parts, whole], strict=True))


def spans(plant: Any, times: int) -> list[tuple[int, int, int]]:
    """Nanoseconds that each of so many requests takes to be admitted, to have its share set aside, and to settle."""
    found: list[tuple[int, int, int]] = []
    for number in range(times):
        call = call_by(number)
        attempt = attempt_of(call)
        began = time.perf_counter_ns()
        admit(call, cast(Plant, plant))
        admitted = time.perf_counter_ns()
        attempt = afforded(call, attempt, cast(Plant, plant))
        set_aside = time.perf_counter_ns()
        if call.reservation is not None:
            call.reservation.settle(attempt.asked, NOTHING, [])
        found.append((admitted - began, set_aside - admitted, time.perf_counter_ns() - set_aside))
    return found


if __name__ == "__main__":
    began = time.perf_counter()
    found = assembled(limits_by_owner(owners()), [policy_of(row) for row in policies()], {}, ())
    print(f"compiled in {time.perf_counter() - began:.2f} s")  # noqa: T201  (it is run by hand)
    for name, catalog in (("all limits", found), ("no limits", LimitCatalog())):
        print(name, {part: round(value, 2) for part, value in microseconds(catalog).items()})  # noqa: T201
