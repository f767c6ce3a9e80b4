"""Routing without a network: orders, plans, exits, pauses, breakers and what experience says."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest

from gateway.attempts.params import shaped
from gateway.configs.conditions import Context
from gateway.configs.nodes import Branch, Breaker, Condition, Hedge, Leaf, Node, Retry, Sticky
from gateway.errors import BadRequest, GatewayError, NotOffered, NotSpoken, UnknownProvider, VendorBroke, VendorRefused
from gateway.routing.backoff import pause_before
from gateway.routing.plan import Planner, Step
from gateway.routing.signals import Signals
from gateway.routing.strategies import STRATEGIES
from tests.gateway.routed import Clock

A, B, C = Leaf("a", name="a"), Leaf("b", name="b"), Leaf("c", name="c")
NOBODY = Context({}, {}, "/v1/chat/completions")


@dataclass
class Seen:
    """What strategies see of targets, by their paths."""

    chance: random.Random = field(default_factory=lambda: random.Random(1))
    latencies: dict[str, float] = field(default_factory=dict)
    costs: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def latency(self, node: Node) -> float | None:
        """Seconds."""
        return self.latencies.get(node.path)

    def cost(self, node: Node) -> float | None:
        """Nanodollars."""
        return self.costs.get(node.path)

    def busy(self, node: Node) -> int:
        """Requests."""
        return self.counts.get(node.path, 0)

    def tokens_per_minute(self, node: Node) -> int:
        """Tokens."""
        return self.counts.get(node.path, 0)


def planned(node: Node, out: str = "", stuck: Callable[[Branch], Node | None] = lambda _: None) -> list[Step]:
    """The attempts of a tree; the breakers of the targets in `out` are open."""
    return Planner(Seen(), NOBODY, lambda leaf: leaf.path in out, stuck).plan(node)


def paths(steps: Sequence[Step]) -> str:
    """Their targets."""
    return "".join(step.leaf.path for step in steps)


def refused(status: int, code: str | None = None) -> GatewayError:
    """A vendor's own error."""
    return VendorRefused("v", status, {"error": {"code": code}}, "no")


@pytest.mark.parametrize(
    ("mode", "seen", "order"),
    [
        ("fallback", Seen(), "abc"),
        ("least_latency", Seen(latencies={"a": 2, "b": 1, "c": 3}), "bac"),
        ("least_latency", Seen(latencies={"a": 2, "b": 1}), "cba"),
        ("least_cost", Seen(costs={"a": 2, "b": 1, "c": 0}), "cba"),
        ("least_cost", Seen(costs={"b": 1, "c": 2}), "bca"),
        ("least_busy", Seen(counts={"a": 2, "b": 1}), "cba"),
        ("usage_aware", Seen(counts={"a": 5, "c": 9}), "bac"),
    ],
)
def test_orders(mode: str, seen: Seen, order: str) -> None:
    """Each strategy puts the best first; one whose latency nobody knows is tried, one without a price comes last."""
    ordered = STRATEGIES[mode]([A, B, C], seen)

    assert "".join(node.path for node in ordered) == order


@pytest.mark.parametrize("scale", [1.0, 1e-6, 1e6])
def test_weights(scale: float) -> None:
    """Weights count against each other, however small or large they are; 0 is never drawn."""
    targets = [replace(A, weight=3 * scale), replace(B, weight=scale), replace(C, weight=0.0)]
    seen = Seen()

    drawn = Counter(STRATEGIES["loadbalance"](targets, seen)[0].path for _ in range(4_000))

    assert drawn.keys() == {"a", "b"}
    assert 2_850 <= drawn["a"] <= 3_150


@pytest.mark.parametrize(
    ("node", "order"),
    [
        (A, "a"),
        (Branch("single", (A, B)), "a"),
        (Branch("fallback", (A, B, C)), "abc"),
        (Branch("fallback", (Branch("fallback", (A, B)), C)), "abc"),
        (Branch("fallback", (A, Branch("single", (B, A)), C)), "abc"),
        (Branch("conditional", (A, B), default="b"), "b"),
        (Branch("conditional", (A, B), conditions=(Condition({}, "a", lambda _: True),), default="b"), "a"),
    ],
)
def test_plans(node: Node, order: str) -> None:
    """A tree comes to a plain list of attempts."""
    assert paths(planned(node)) == order


def test_condition_that_leads_nowhere() -> None:
    """Without a condition that holds and a default there is no target, which is the caller's to mend."""
    with pytest.raises(BadRequest, match="did not resolve to any valid target"):
        planned(Branch("conditional", (A,)))


def test_exits_lead_outwards() -> None:
    """A failure that the inner branch does not go on after leads to the next target of the outer one."""
    inner = Branch("fallback", (A, B), on_status_codes=frozenset({429}))
    first, second, third = planned(Branch("fallback", (inner, C)))

    assert first.following(refused(429)) is second
    assert first.following(refused(500)) is third
    assert second.following(refused(429)) is third
    assert third.following(refused(500)) is None


@pytest.mark.parametrize(
    ("error", "listed", "goes_on"),
    [(refused(status), None, True) for status in (401, 403, 404, 408, 429, 500, 502, 503, 504, 529)]
    + [(refused(status), None, False) for status in (400, 413, 422)]
    + [
        (refused(400), {400}, True),
        (refused(500), {429}, False),
        (refused(403, "content_filter"), None, False),
        (refused(500, "context_length_exceeded"), None, False),
        (refused(403, "content_filter"), {403}, True),
        (VendorBroke("v", "x"), None, True),
        (UnknownProvider("x"), None, True),
        (BadRequest("x"), None, False),
        (NotOffered("x"), {429}, True),
        (NotSpoken("x"), {429}, True),
    ],
)
def test_what_leads_on(error: GatewayError, listed: set[int] | None, goes_on: bool) -> None:
    """A failure leads on unless it is the request's own; a list of statuses goes before that, and what a vendor has not
    leads on in any case."""
    codes = None if listed is None else frozenset(listed)
    first, second = planned(Branch("fallback", (A, B), on_status_codes=codes))

    assert first.following(error) is (second if goes_on else None)


def test_load_balance_goes_on_after_listed_statuses_alone() -> None:
    """A load balance is one attempt; with statuses it has all of its targets in the order they were drawn."""
    alone = planned(Branch("loadbalance", (A, B, C)))
    listed = planned(Branch("loadbalance", (A, B, C), on_status_codes=frozenset({500})))

    assert (len(alone), sorted(paths(listed))) == (1, ["a", "b", "c"])
    assert listed[0].following(refused(404)) is None


def test_hedge_has_a_rival() -> None:
    """The first step of a branch with a hedge knows whom to ask too; a branch of one target has nobody."""
    first, second, third = planned(Branch("fallback", (A, B, C), hedge=Hedge(5)))
    (alone,) = planned(Branch("fallback", (A,), hedge=Hedge(5)))
    one, other = planned(Branch("loadbalance", (A, B), hedge=Hedge(5)))

    assert (first.rival, second.rival, third.rival, alone.rival) == (second, None, None, None)
    assert (one.rival, one.following(refused(500))) == (other, None)


@pytest.mark.parametrize(("out", "order"), [("", "abc"), ("a", "bc"), ("abc", "abc")])
def test_open_breakers(out: str, order: str) -> None:
    """Targets that are left out are not among the attempts, unless that would leave nobody."""
    broken = tuple(replace(leaf, breaker=Breaker(1)) for leaf in (A, B, C))

    assert paths(planned(Branch("fallback", broken), out)) == order


def test_breaker_that_leaves_only_weight_0() -> None:
    """Targets of weight 0 are nobody."""
    targets = (replace(A, breaker=Breaker(1)), replace(B, weight=0.0))

    assert paths(planned(Branch("loadbalance", targets), "a")) == "a"


@pytest.mark.parametrize(("out", "first"), [("", "c"), ("c", "ab")])
def test_sticky_target_comes_first(out: str, first: str) -> None:
    """A target that is kept leads, and the others follow; one that is left out is not kept."""
    targets = tuple(replace(leaf, breaker=Breaker(1)) for leaf in (A, B, C))
    node = Branch("loadbalance", targets, on_status_codes=frozenset({500}), sticky=Sticky())

    steps = planned(node, out, lambda _: targets[2])

    assert steps[0].leaf.path in first
    assert len(steps) == 3 - len(out)


def slow_down(seconds: int | None, status: int = 429) -> GatewayError:
    """A vendor that says when to come back."""
    error = refused(status)
    error.retry_after = seconds
    return error


@pytest.mark.parametrize(
    ("count", "retry", "error", "waited", "least", "most"),
    [
        (0, Retry(2), refused(500), 0, 0.5, 1),
        (1, Retry(2), refused(500), 0, 1, 2),
        (4, Retry(9), refused(500), 0, 8, 16),
        (8, Retry(9), refused(500), 0, 8, 16),
        (0, Retry(2), slow_down(30), 0, 0.5, 1),
        (0, Retry(2, use_retry_after=True), slow_down(30), 0, 30, 30),
        (0, Retry(2, use_retry_after=True), slow_down(30), 30, 30, 30),
        (0, Retry(2, use_retry_after=True), slow_down(30, 503), 0, 0.5, 1),
        (0, Retry(2, use_retry_after=True), slow_down(None), 0, 0.5, 1),
    ],
)
def test_pauses(count: int, retry: Retry, error: GatewayError, waited: float, least: float, most: float) -> None:
    """Pauses double up to 16 seconds, at random between half and whole; with the flag a vendor's own word is kept."""
    pause = pause_before(count, retry, error, waited, random.Random(3))

    assert pause is not None
    assert least <= pause <= most


@pytest.mark.parametrize(
    ("count", "error", "waited"), [(2, refused(500), 0), (0, slow_down(60), 0), (1, slow_down(31), 30)]
)
def test_pauses_that_are_not_worth_it(count: int, error: GatewayError, waited: float) -> None:
    """After the last retry, and where it would take a minute, nobody waits."""
    assert pause_before(count, Retry(2, use_retry_after=True), error, waited, random.Random(3)) is None


def judged(breaker: Breaker, answers: Sequence[tuple[float, int]]) -> list[bool]:
    """Whether a breaker is open after each of some answers, (seconds later, status)."""
    clock = Clock()
    signals = Signals(clock=clock)
    states = []
    for later, status in answers:
        clock.now += later
        signals.judged("x", breaker, status)
        states.append(signals.is_open("x"))
    return states


@pytest.mark.parametrize(
    ("breaker", "answers", "states"),
    [
        (Breaker(2), [(0, 500), (1, 503)], [False, True]),
        (Breaker(2), [(0, 500), (1, 404), (1, 200), (1, 500)], [False, False, False, True]),
        (Breaker(1, failure_status_codes=frozenset({429})), [(0, 500), (1, 429)], [False, True]),
        (Breaker(2), [(0, 500), (61, 500)], [False, False]),
        (Breaker(1), [(0, 500), (29, 500), (2, 200)], [True, True, False]),
        (Breaker(1), [(0, 500), (29, 200), (2, 200)], [True, True, False]),
        (Breaker(None, 50, 4), [(0, 500), (0, 500), (0, 200), (0, 200)], [False, False, False, False]),
        (Breaker(None, 50, 4), [(0, 500), (0, 200), (0, 200), (0, 500)], [False, False, False, True]),
    ],
)
def test_breakers(breaker: Breaker, answers: list[tuple[float, int]], states: list[bool]) -> None:
    """A breaker opens with the failure that is too many of late, and closes when its cooldown is over: nothing that
    comes meanwhile makes that longer."""
    assert judged(breaker, answers) == states


def test_breakers_are_not_kept_for_ever() -> None:
    """Names of configs come from requests: there is a bound to how many are remembered."""
    signals = Signals()
    for number in range(10_050):
        signals.judged(str(number), Breaker(1), 500)

    assert not signals.is_open("0")
    assert signals.is_open("10049")


def test_experience() -> None:
    """Latencies are recent ones above all, the 95th percentile needs five, and tokens are those of the last minute."""
    clock = Clock()
    signals, key = Signals(clock=clock), ("p", "m")
    for seconds in (1, 1, 1, 5):
        signals.answered(key, seconds)
    few = signals.slowest_usual(key)
    clock.now += 3_600
    signals.answered(key, 2)
    for _ in range(3):
        signals.used(key, 10)
        clock.now += 25

    assert (few, signals.slowest_usual(key)) == (None, 2)
    assert round(signals.of(key).latency or 0, 2) == 2
    assert signals.tokens_per_minute(key) == 20


def test_tokens_take_little_room() -> None:
    """However many requests a minute has, what is kept of them is a number for each second."""
    clock = Clock()
    signals, key = Signals(clock=clock), ("p", "m")
    for _ in range(5_000):
        signals.used(key, 1)
        clock.now += 0.1

    assert len(signals.of(key).tokens) <= 62
    assert 590 <= signals.tokens_per_minute(key) <= 610


@pytest.mark.parametrize(
    ("leaf", "said", "sent"),
    [
        (Leaf(), {"a": 1}, {"a": 1}),
        (Leaf(default_params={"a": 2, "b": 2}), {"a": 1}, {"a": 1, "b": 2}),
        (Leaf(override_params={"a": 2}), {"a": 1, "c": 3}, {"a": 2, "c": 3}),
        (Leaf(drop_params=("a", "gone", "x.y[3].z")), {"a": 1, "c": 3}, {"c": 3}),
        (Leaf(default_params={"a": 1}, override_params={"b": 2}, drop_params=("a", "b")), {}, {}),
        (Leaf(drop_params=("m[*].n", 'o["p.q"]')), {"m": [{"n": 1}, {"k": 2}], "o": {"p.q": 1}}, None),
        (Leaf(drop_params=("m[0]",)), {"m": [1, 2]}, {"m": [2]}),
        (Leaf(drop_params=("m[5]", "m.x", "n[0]")), {"m": [1, 2], "n": {"0": 1}}, {"m": [1, 2], "n": {"0": 1}}),
    ],
)
def test_params(leaf: Leaf, said: dict[str, Any], sent: dict[str, Any] | None) -> None:
    """Defaults, then overrides, then what is dropped; a path that leads nowhere changes nothing."""
    fields = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in said.items()}

    found = {name: msgspec.json.decode(value) for name, value in shaped(fields, leaf).items()}

    assert found == ({"m": [{}, {"k": 2}], "o": {}} if sent is None else sent)
