"""Budgets at the front door: nobody spends more than there is, and everybody is told why."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.limited import NANO, billed_in, budget, chat, limited, reason, spent_in
from tests.gateway.routed import demo, fallback, headers
from tests.gateway.running import Gateway, add_demo, ask, gateway_in

OUTPUT = 10_000
"""Nanodollars of one output token of gpt-4o."""
LOWERED = "x-tollhouse-max-tokens-lowered"


async def test_exhausted_budget_stops_the_next_request(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The request after the last that could be paid for is a 412, in Portkey's words, and never reaches the vendor."""
    async with limited(gateway, usage_limits={"credit_limit": 2, "type": "requests"}) as app:
        answers = [await chat(app) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 412]
    assert reason(answers[2]) == (412, "api_key_exhaust_error", "04")
    assert answers[2].json()["error"]["fault"] == "policy"
    assert "`team`" in answers[2].json()["error"]["message"]
    assert len(vendor.requests) == 2
    assert await gateway.plant.writer.caught_up(20)
    assert (await gateway.logs())[0]["response_status_code"] == 412


async def test_answer_is_shortened_to_what_is_left(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A budget that does not pay for the longest answer pays for a shorter one, and a header says how short."""
    async with limited(gateway, usage_limits=budget(50 * OUTPUT / NANO + 0.0001)) as app:
        answer = await chat(app, max_tokens=1000)

    (asked,) = vendor.requests
    assert answer.status_code == 200
    assert int(answer.headers[LOWERED]) == asked.body["max_tokens"]
    assert 16 <= asked.body["max_tokens"] < 60


async def test_budget_may_refuse_instead(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """With `on_shortage: refuse` nobody gets half an answer."""
    async with limited(gateway, usage_limits=budget(50 * OUTPUT / NANO, on_shortage="refuse")) as app:
        answer = await chat(app, max_tokens=1000)

    assert reason(answer) == (412, "api_key_exhaust_error", "04")
    assert vendor.requests == []


async def test_plenty_changes_nothing(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where enough is left the request goes out as it came."""
    async with limited(gateway, usage_limits=budget(100)) as app:
        answer = await app.post("/v1/chat/completions", json=ask())

    assert answer.status_code == 200
    assert "max_tokens" not in vendor.requests[0].body
    assert LOWERED not in answer.headers


async def test_two_hundred_at_once_do_not_overspend(gateway: Gateway, tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Of 200 requests at once against a budget for 10, at most 10 are answered in full, and nothing is overspent."""
    worst = 20 * OUTPUT + 25 * 2_500
    limit = 10 * worst
    async with limited(gateway, usage_limits=budget(limit / NANO, on_shortage="refuse")) as app:
        answers = await asyncio.gather(*(chat(app) for _ in range(200)))

    served = [answer for answer in answers if answer.status_code == 200]
    billed, spent = await billed_in(gateway, tmp_path), await spent_in(gateway, tmp_path)
    assert {answer.status_code for answer in answers} == {200, 412}
    assert len(served) >= 1
    assert spent == [billed]
    assert billed <= limit
    assert len(vendor.requests) == len(served)


async def test_two_hundred_at_once_share_what_is_left(
    gateway: Gateway, tmp_path: Path, vendor: SimulatedVendor
) -> None:
    """Where answers are shortened instead, at most ten are whole, and still not a nanodollar more is spent."""
    limit = 10 * (400 * OUTPUT)
    async with limited(gateway, usage_limits=budget(limit / NANO)) as app:
        answers = await asyncio.gather(*(chat(app, max_tokens=400) for _ in range(200)))

    whole = [answer for answer in answers if answer.status_code == 200 and LOWERED not in answer.headers]
    billed, spent = await billed_in(gateway, tmp_path), await spent_in(gateway, tmp_path)
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert all(asked.body["max_tokens"] <= 400 for asked in vendor.requests)
    assert spent == [billed]
    assert 0 < billed <= limit
    assert whole


@pytest.mark.parametrize("knobs", [{"status": 503}, {"cut_after": 1}, {"status": 200}], ids=["refused", "cut", "whole"])
async def test_whatever_happens_the_reservation_is_given_back(
    gateway: Gateway, vendor: SimulatedVendor, knobs: dict[str, int]
) -> None:
    """After a failure, a broken stream or an answer nothing stays reserved: the next request can be paid for."""
    vendor.will(**knobs)  # type: ignore[arg-type]
    async with limited(gateway, usage_limits=budget(0.004)) as app:
        await chat(app, max_tokens=300, stream="cut_after" in knobs)
        held = [tally.reserved for tally in gateway.plant.limits.tallies() if hasattr(tally, "reserved")]
        after = await chat(app, max_tokens=20)

    assert held == [0]
    assert after.status_code == 200


async def test_hang_up_is_charged_for_what_came(gateway: Gateway, tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A client that leaves in the middle of a stream pays for what it was sent, and gives the rest back."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=4)
    async with limited(gateway, usage_limits=budget(1)) as app:
        body = {"model": "@demo/gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
        async with app.stream("POST", "/v1/chat/completions", json=body | {"max_tokens": 400}) as answer:
            await anext(answer.aiter_bytes())
        await vendor.hung_up()
        gate.set()
    await gateway.plant.vitals.quiet()

    (spent,) = await spent_in(gateway, tmp_path)
    (tally,) = gateway.plant.limits.tallies()
    assert 0 < spent < 400 * OUTPUT
    assert getattr(tally, "reserved", None) == 0


async def test_broken_stream_is_charged_an_estimate(gateway: Gateway, tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A stream that its vendor breaks off has no bill; what came of it is charged nevertheless."""
    vendor.will(cut_after=3)
    async with limited(gateway, usage_limits=budget(1)) as app:
        await chat(app, max_tokens=300, stream=True)

    (spent,) = await spent_in(gateway, tmp_path)
    assert await billed_in(gateway, tmp_path) == 0
    assert 0 < spent < 100 * OUTPUT


async def test_broken_answer_is_charged_for_its_prompt(
    gateway: Gateway, tmp_path: Path, vendor: SimulatedVendor
) -> None:
    """A vendor whose answer cannot be read has read the prompt; one that refuses has not worked for its money."""
    vendor.will(body=b"<html>", headers={"content-type": "application/json"})
    vendor.will(status=503)
    async with limited(gateway, usage_limits=budget(1)) as app:
        broken, refused = await chat(app), await chat(app)

    (spent,) = await spent_in(gateway, tmp_path)
    assert (broken.status_code, refused.status_code) == (502, 503)
    assert 0 < spent < 60 * 2_500


async def test_passing_on_does_not_dodge_a_budget(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What is passed on unread has no price that anybody knows: a hard budget refuses it, unless it only reads."""
    named = {"x-portkey-provider": "@demo"}
    async with limited(gateway, usage_limits=budget(1)) as app:
        made = await app.post("/v1/batches", json={"endpoint": "/v1/chat/completions"}, headers=named)
        read = await app.get("/v1/batches", headers=named)

    assert reason(made) == (412, "api_key_exhaust_error", "04")
    assert "/v1/batches" in made.json()["error"]["message"]
    assert read.status_code != 412
    assert [asked.method for asked in vendor.requests] in ([], ["GET"])


async def test_counters_survive_a_restart(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A budget that is used up stays used up when the gateway starts again."""
    async with gateway_in(tmp_path) as first:
        await add_demo(first.admin, vendor.url)
        async with limited(first, usage_limits={"credit_limit": 1, "type": "requests"}) as app:
            before = await chat(app)
            key = app.headers["authorization"]

    async with gateway_in(tmp_path) as second:
        app = httpx.AsyncClient(base_url=second.url, headers={"authorization": key}, trust_env=False)
        async with app:
            after = await chat(app)

    assert (before.status_code, after.status_code) == (200, 412)


async def test_dear_target_leaves_the_cheap_one(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target that the budget cannot pay for is passed over, and the cheaper one behind it answers."""
    async with limited(gateway, usage_limits=budget(0.003, on_shortage="refuse")) as app:
        config = fallback(demo("gpt-4o"), demo("gpt-4o-mini"))
        answer = await chat(app, headers=headers(config), max_tokens=1000)

    assert answer.status_code == 200
    assert [asked.body["model"] for asked in vendor.requests] == ["gpt-4o-mini"]


async def test_shadow_refuses_nothing(gateway: Gateway) -> None:
    """A budget in shadow mode lets everything through, and counts what it would have refused."""
    async with limited(gateway, usage_limits={"credit_limit": 1, "type": "requests", "shadow": True}) as app:
        answers = [await chat(app) for _ in range(3)]

    (tally,) = gateway.plant.limits.tallies()
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert tally.refused == 2


async def test_unlimited_keys_are_not_touched(gateway: Gateway) -> None:
    """A key without limits goes on where another's are used up, and nothing is counted for it."""
    async with limited(gateway, usage_limits={"credit_limit": 0, "type": "requests"}) as app:
        refused = await chat(app)

    answer = await gateway.chat()

    assert (refused.status_code, answer.status_code) == (412, 200)
    assert len(gateway.plant.limits.tallies()) == 1
