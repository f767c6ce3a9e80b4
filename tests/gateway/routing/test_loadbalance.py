"""Load balance, stickiness, breakers and the strategies that go by experience, through the front door."""

import random
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import Clock, another, demo, headers, saved, through, told
from tests.gateway.running import Gateway, ask

BAD = "demo-error-500"
MINI = "gpt-4o-mini"


def balanced(*targets: dict[str, Any], mode: str = "loadbalance", **strategy: Any) -> dict[str, Any]:
    """Several targets of one strategy."""
    return {"strategy": {"mode": mode} | strategy, "targets": list(targets)}


@pytest.fixture
def clock(gateway: Gateway) -> Clock:
    """The clock of experience, which a test moves."""
    gateway.plant.signals.clock = clock = Clock()
    return clock


async def test_weights(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target of weight 3 is drawn three times as often as one of weight 1, and one of weight 0 never."""
    gateway.plant.signals.chance = random.Random(7)
    config = balanced(demo("a", weight=3), demo("b"), demo("c", weight=0))

    for _ in range(80):
        await through(gateway, config)

    drawn = [asked.body["model"] for asked in vendor.requests]
    assert (50 <= drawn.count("a") <= 70, drawn.count("c")) == (True, 0)


async def test_failure_of_the_choice_is_final(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A load balance does not fail over, unless it says after which statuses."""
    final = await through(gateway, balanced(demo(BAD), demo(weight=0)))
    listed = await through(gateway, balanced(demo(BAD), demo(BAD), demo(MINI), on_status_codes=[500]))

    assert told(final)[:2] == (500, "config.targets[0]")
    assert (told(listed)[:2], len(vendor.requests) >= 2) == ((200, "config.targets[2]"), True)


async def test_sticky_requests_keep_their_target(gateway: Gateway, vendor: SimulatedVendor, clock: Clock) -> None:
    """Requests alike in the named fields keep the target that was drawn once, until its time is over."""
    sticky = {"enabled": True, "hash_fields": ["metadata.user"], "ttl": 60}
    await saved(gateway, balanced(*[demo(f"m{n}") for n in range(40)], sticky=sticky))

    async def ask_as(user: str) -> str:
        more = headers("pc-saved") | {"x-portkey-metadata": f'{{"user": "{user}"}}'}
        return told(await gateway.app.post("/v1/chat/completions", json=ask(), headers=more))[1]

    one = [await ask_as("one") for _ in range(4)]
    others = {await ask_as(f"user {n}") for n in range(8)}
    clock.now += 61
    later = {await ask_as("one") for _ in range(1)} | {await ask_as(f"user {n}") for n in range(3)}

    assert len(set(one)) == 1
    assert len(others) > 2
    assert later - {one[0]}
    assert len(vendor.requests) == 16


BREAKER = {"failure_threshold": 2, "cooldown_interval": 30_000}


async def test_breaker_opens_and_closes(gateway: Gateway, vendor: SimulatedVendor, clock: Clock) -> None:
    """After two failures a target is left out, and after the cooldown it is asked again."""
    await saved(gateway, balanced(demo(), demo(MINI), mode="fallback", cb_config=BREAKER))
    vendor.will(500)
    first = told(await through(gateway, "pc-saved"))
    vendor.will(500)
    second = told(await through(gateway, "pc-saved"))
    asked = len(vendor.requests)

    left_out = told(await through(gateway, "pc-saved"))

    assert {first[1], second[1], left_out[1]} == {"config.targets[1]"}
    assert (asked, len(vendor.requests)) == (4, 5)
    clock.now += 31
    assert told(await through(gateway, "pc-saved"))[1] == "config.targets[0]"


async def test_breakers_that_are_all_open_are_ignored(gateway: Gateway, vendor: SimulatedVendor, clock: Clock) -> None:
    """Where every target is left out, all are asked as if there were no breaker."""
    await saved(gateway, balanced(demo(), demo(MINI), mode="fallback", cb_config=BREAKER))
    vendor.will(500, times=4)
    for _ in range(2):
        await through(gateway, "pc-saved")

    answer = await through(gateway, "pc-saved")

    assert (told(answer)[:2], clock.now) == ((200, "config.targets[0]"), 1_000)


async def test_breaker_of_one_config_is_not_anothers(gateway: Gateway, vendor: SimulatedVendor, clock: Clock) -> None:
    """What fails in one config that came with a request leaves nothing out in another."""
    for_one = balanced(demo(BAD), demo(MINI), mode="fallback", cb_config=BREAKER)
    for _ in range(3):
        await through(gateway, for_one)

    answer = await through(gateway, balanced(demo(), demo(MINI), mode="fallback", cb_config=BREAKER))

    assert (told(answer)[1], clock.now, len(vendor.requests)) == ("config.targets[0]", 1_000, 6)


async def test_breaker_leaves_nothing_to_draw(gateway: Gateway, vendor: SimulatedVendor, clock: Clock) -> None:
    """A breaker that leaves only a target of weight 0 is ignored: a request always has somebody to ask."""
    await saved(gateway, balanced(demo(), demo(MINI, weight=0), cb_config=BREAKER))
    vendor.will(500, times=2)
    for _ in range(2):
        await through(gateway, "pc-saved")

    answer = await through(gateway, "pc-saved")

    assert (told(answer)[:2], clock.now) == ((200, "config.targets[0]"), 1_000)


@pytest.mark.parametrize("mode", ["least_latency", "least_busy", "usage_aware", "least_cost"])
async def test_strategies_by_experience(gateway: Gateway, vendor: SimulatedVendor, mode: str) -> None:
    """The target that is quicker, less busy, less used or cheaper comes first, and the other after it."""
    await another(gateway, vendor, "other")
    signals, worse = gateway.plant.signals, ("demo", "gpt-4o")
    signals.answered(worse, 3.0)
    signals.answered(("other", MINI), 0.1)
    signals.began(worse)
    signals.used(worse, 50_000)
    config = balanced(demo(), demo(MINI, provider="@other"), mode=mode)

    first = await through(gateway, config)
    vendor.will(500)
    second = await through(gateway, config)

    assert (told(first)[1], told(second)[1]) == ("config.targets[1]", "config.targets[0]")


async def test_what_is_used_is_remembered(gateway: Gateway) -> None:
    """Tokens that a target was paid for count for it from the moment its request is settled, for a minute."""
    signals = gateway.plant.signals
    signals.clock = clock = Clock()
    answer = await gateway.chat()

    assert signals.tokens_per_minute(("demo", "gpt-4o")) == answer.json()["usage"]["total_tokens"]
    clock.now += 62
    assert signals.tokens_per_minute(("demo", "gpt-4o")) == 0


async def test_what_is_given_up_teaches_nothing(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A failure, and a request whose end nobody waited for, say nothing of how quick a target is."""
    vendor.will(500)
    await gateway.chat()

    assert gateway.plant.signals.of(("demo", "gpt-4o")).latency is None
    assert gateway.plant.signals.of(("demo", "gpt-4o")).busy == 0
