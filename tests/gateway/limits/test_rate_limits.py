"""Rate limits at the front door: how fast, how many at once, and what a client is told."""

from __future__ import annotations

import asyncio

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.limited import chat, limited, reason
from tests.gateway.running import Gateway, Json, ask


def rate(value: int, kind: str = "requests", unit: str = "rpm") -> list[Json]:
    """One rate."""
    return [{"type": kind, "unit": unit, "value": value}]


async def test_one_too_many_is_told_when_to_come_again(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Beyond the rate a request is a 429 with `Retry-After`, which never reaches the vendor."""
    async with limited(gateway, rate_limits=rate(2)) as app:
        answers = [await chat(app) for _ in range(3)]

    last = answers[-1]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert reason(last)[:2] == (429, "api_key_rate_limit_error")
    assert 1 <= int(last.headers["retry-after"]) <= 62
    assert len(vendor.requests) == 2


async def test_answers_say_what_is_left(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Each answer has the rate's limit, what remains and when it is whole again: ours, and not those of our account."""
    vendor.will(headers={"x-ratelimit-limit-requests": "10000", "x-ratelimit-remaining-requests": "9999"})
    async with limited(gateway, rate_limits=rate(2)) as app:
        answers = [await chat(app) for _ in range(3)]

    told = [answer.headers.get_list("x-ratelimit-remaining-requests") for answer in answers]
    assert told == [["1"], ["0"], ["0"]]
    assert {answer.headers["x-ratelimit-limit-requests"] for answer in answers} == {"2"}
    assert all(answer.headers["x-ratelimit-reset-requests"].endswith("s") for answer in answers)


async def test_refused_requests_do_not_consume(gateway: Gateway) -> None:
    """Asking in vain does not use up the rate: what is left stays what it was."""
    limits = {"rate_limits": rate(5), "usage_limits": {"credit_limit": 1, "type": "requests"}}
    async with limited(gateway, **limits) as app:
        answers = [await chat(app) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 412, 412, 412]
    assert {answer.headers["x-ratelimit-remaining-requests"] for answer in answers} == {"4"}


async def test_tokens_count_as_used(gateway: Gateway) -> None:
    """A rate of tokens holds the worst case only while a request is under way."""
    async with limited(gateway, rate_limits=rate(1000, "tokens")) as app:
        first = await chat(app, max_tokens=900)
        used = first.json()["usage"]["total_tokens"]
        second = await chat(app, max_tokens=20)
        third = await chat(app, max_tokens=990)

    left = int(second.headers["x-ratelimit-remaining-tokens"])
    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    assert reason(third)[1] == "api_key_rate_limit_error"
    assert 1000 - used - 60 <= left <= 1000 - used


async def test_only_so_many_at_once(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request beyond those that may be under way is refused, and goes through once one has ended."""
    gate = asyncio.Event()
    vendor.will(gate=gate)
    async with limited(gateway, rate_limits=rate(1, "concurrent")) as app:
        first = asyncio.create_task(chat(app, stream=True))
        await vendor.asked()
        meanwhile = await chat(app)
        gate.set()
        await first
        after = await chat(app)

    assert (meanwhile.status_code, first.result().status_code, after.status_code) == (429, 200, 200)


async def test_client_that_leaves_makes_room(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request whose client hung up is not under way any more."""
    vendor.will(gate=asyncio.Event(), gate_after=2)
    async with limited(gateway, rate_limits=rate(1, "concurrent")) as app:
        async with app.stream("POST", "/v1/chat/completions", json=ask(stream=True)) as answer:
            await anext(answer.aiter_bytes())
        await vendor.hung_up()
        await gateway.plant.vitals.quiet()
        after = await chat(app)

    assert after.status_code == 200


@pytest.mark.parametrize("knobs", [{"status": 503}, {"status": 429}], ids=["broken", "busy"])
async def test_failures_make_room(gateway: Gateway, vendor: SimulatedVendor, knobs: dict[str, int]) -> None:
    """A request that the vendor refused is not under way any more."""
    vendor.will(**knobs)  # type: ignore[arg-type]
    async with limited(gateway, rate_limits=rate(1, "concurrent")) as app:
        first = await chat(app)
        second = await chat(app)

    assert (first.status_code, second.status_code) == (knobs["status"], 200)
