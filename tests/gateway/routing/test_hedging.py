"""Hedging: a second target is asked when the first takes long, and the first answer wins."""

import asyncio
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.routed import DONE, ROLE, attempts, demo, fallback, headers, saved, through, told
from tests.gateway.running import Gateway, ask

SOON: Any = {"hedge": {"after_ms": 30}}
TWO = fallback(demo(), demo("gpt-4o-mini"), **SOON)


@pytest.mark.parametrize("streamed", [False, True])
async def test_second_target_wins(gateway: Gateway, vendor: SimulatedVendor, streamed: bool) -> None:
    """The quicker answer is the client's; the slow one's connection is closed, and what it may cost is shown."""
    vendor.will(chunks=[ROLE], stall_after=1) if streamed else vendor.will(gate=asyncio.Event(), gate_after=0)

    answer = await through(gateway, TWO, stream=streamed)

    assert told(answer) == (200, "config.targets[1]", "0")
    assert b"gpt-4o-mini-2024-07-18" in answer.content
    assert (await vendor.hung_up()).body["model"] == "gpt-4o"
    lost, won = sorted(await attempts(gateway), key=lambda one: str(one["path"]))
    assert (lost["path"], lost["error"], won["error"]) == ("config.targets[0]", "given up", None)
    assert (lost["cost"] > 0, won.get("cost")) == (True, None)
    (row,) = await gateway.logs()
    assert (row["ai_model"], row["is_success"]) == ("gpt-4o-mini", True)


async def test_first_target_wins_late(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The first target may still win after the second was asked, and then all is told of the first."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=0)
    vendor.will(gate=asyncio.Event(), gate_after=0)
    asking = asyncio.create_task(through(gateway, TWO))
    await vendor.asked()
    await vendor.asked()

    gate.set()

    answer = await asking
    assert told(answer) == (200, "config.targets[0]", "0")
    assert answer.json()["model"] == "gpt-4o-2024-08-06"
    assert (await vendor.hung_up()).body["model"] == "gpt-4o-mini"
    (row,) = await gateway.logs()
    assert row["ai_model"] == "gpt-4o"


async def test_quick_target_is_asked_alone(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """As long as the first target is quick nobody else is asked; nor where nobody knows yet how long it takes."""
    quick = await through(gateway, fallback(demo(), demo(), hedge={"after_ms": 5_000}))
    unknown = await through(gateway, fallback(demo(), demo(), hedge=True))

    assert (told(quick)[1], told(unknown)[1], len(vendor.requests)) == ("config.targets[0]", "config.targets[0]", 2)


async def test_usual_time_is_learned(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Without a number the second target is asked after the time in which 19 of 20 answers of the first began."""
    for _ in range(20):
        gateway.plant.signals.answered(("demo", "gpt-4o"), 0.02)
    vendor.will(gate=asyncio.Event(), gate_after=0)

    answer = await through(gateway, fallback(demo(), demo("gpt-4o-mini"), hedge=True))

    assert told(answer)[1] == "config.targets[1]"


async def test_both_fail_then_the_third(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where both fail, the request goes on behind the second, and nobody is asked twice."""
    gate = asyncio.Event()
    vendor.will(500, body=b"{}", gate=gate)
    vendor.will(503, body=b"{}", gate=gate)
    asking = asyncio.create_task(through(gateway, fallback(demo(), demo(), demo("gpt-4o-mini"), **SOON)))
    await vendor.asked()
    await vendor.asked()

    gate.set()

    assert told(await asking)[:2] == (200, "config.targets[2]")
    assert len(vendor.requests) == 3


async def test_both_fail_for_good(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where both fail and nobody is left, the second's failure is told, with its place."""
    gate = asyncio.Event()
    vendor.will(500, {"error": {"message": "first"}}, gate=gate)
    vendor.will(503, {"error": {"message": "second"}}, gate=gate)
    asking = asyncio.create_task(through(gateway, TWO))
    await vendor.asked()
    await vendor.asked()

    gate.set()

    answer = await asking
    assert told(answer)[:2] == (503, "config.targets[1]")
    assert "second" in answer.json()["error"]["message"]


async def test_hang_up_closes_both(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client that hangs up while two vendors are asked closes both, and is one record with 499."""
    vendor.will(gate=asyncio.Event(), gate_after=0, times=2)
    asking = asyncio.create_task(through(gateway, TWO))
    await vendor.asked()
    await vendor.asked()

    asking.cancel()

    left = {(await vendor.hung_up()).body["model"], (await vendor.hung_up()).body["model"]}
    await gateway.plant.vitals.quiet()
    (row,) = await gateway.logs()
    assert (left, row["response_status_code"]) == ({"gpt-4o", "gpt-4o-mini"}, 499)
    assert [one["error"] for one in await attempts(gateway)] == ["given up", "given up"]
    assert gateway.plant.signals.of(("demo", "gpt-4o")).busy == 0


async def test_retries_of_the_loser_are_not_told(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What a loser did, its retries too, leaves no trace in what is told of the winner."""
    pausing = asyncio.Event()

    async def pause(_: float) -> None:
        pausing.set()
        await asyncio.Event().wait()

    gateway.plant.pause = pause
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=0)
    vendor.will(500)
    config = fallback(demo(), demo("gpt-4o-mini", retry={"attempts": 2}), **SOON)
    asking = asyncio.create_task(through(gateway, config))
    await pausing.wait()

    gate.set()

    assert told(await asking) == (200, "config.targets[0]", "0")


async def test_load_balance_hedges_with_another(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A load balance that would not fail over asks another of its targets too where it is told to hedge."""
    vendor.will(gate=asyncio.Event(), gate_after=0)
    config = {"strategy": {"mode": "loadbalance"} | SOON, "targets": [demo(), demo("gpt-4o-mini")]}

    answer = await through(gateway, config)

    assert (answer.status_code, len(vendor.requests)) == (200, 2)


async def test_saved_config_hedges_a_stream(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A saved config's winner streams to its end as any other."""
    await saved(gateway, TWO)
    vendor.will(chunks=[ROLE], stall_after=1)

    async with gateway.app.stream(
        "POST", "/v1/chat/completions", json=ask(stream=True), headers=headers("pc-saved")
    ) as answer:
        raw = await answer.aread()

    assert raw.endswith(DONE)


async def test_both_answer_at_once(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Of two whole answers at the same moment one is the client's, the other is shown as given up with its cost."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=0, times=2)
    asking = asyncio.create_task(through(gateway, TWO))
    await vendor.asked()
    await vendor.asked()

    gate.set()

    assert (await asking).status_code == 200
    tried = await attempts(gateway)
    assert sorted(str(one["error"]) for one in tried) == ["None", "given up"]
    assert [one["cost"] is None for one in tried if one["error"]] == [False]
