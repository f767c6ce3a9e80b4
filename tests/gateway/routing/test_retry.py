"""Retries: the same target again, as often and with such pauses as the config says."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.start import drain
from tests.gateway.routed import Pauses, another, attempts, demo, fallback, through, told
from tests.gateway.running import Gateway, add_demo, gateway_in


@pytest.fixture
def pauses(gateway: Gateway) -> Pauses:
    """The pauses between tries, which are not waited for."""
    gateway.plant.pause = pauses = Pauses()
    return pauses


def again(attempts: int, model: str = "gpt-4o", **more: Any) -> dict[str, Any]:
    """A target that is asked again."""
    return demo(model, retry={"attempts": attempts} | more)


async def test_retries_that_are_used_up(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """A failure that stays is asked three times with two retries, with growing pauses, and counts as -1."""
    answer = await through(gateway, again(2, "demo-error-500"))

    assert (told(answer), len(vendor.requests)) == ((500, "config", "-1"), 3)
    assert len(pauses) == 2
    assert 0.5 <= pauses[0] <= 1 <= pauses[1] <= 2
    assert [one["status"] for one in await attempts(gateway)] == [500, 500, 500]


async def test_retry_that_helps(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """A target that answers when asked for the third time took two retries, which the record says too."""
    vendor.will(503, times=2)

    answer = await through(gateway, again(3))

    assert (told(answer), len(pauses)) == ((200, "config", "2"), 2)
    (row,) = await gateway.logs()
    assert (await gateway.log())["metrics"]["attempts"][-1]["status"] == 200
    assert (row["is_success"], row["retry_success_count"]) == (True, 2)


@pytest.mark.parametrize(("status", "listed", "asked"), [(401, None, 1), (408, None, 1), (401, [401], 2)])
async def test_statuses_that_are_retried(
    gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses, status: int, listed: list[int] | None, asked: int
) -> None:
    """Only what may pass is retried, unless the config lists other statuses."""
    more = {"on_status_codes": listed} if listed else {}

    answer = await through(gateway, again(1, f"demo-error-{status}", **more))

    assert (answer.status_code, len(vendor.requests), len(pauses)) == (status, asked, asked - 1)
    assert answer.headers["x-portkey-retry-attempt-count"] == ("-1" if asked == 2 else "0")


@pytest.mark.parametrize(
    ("said", "waits"),
    [
        ({"retry-after": "1"}, [1.0]),
        ({"retry-after": "100"}, []),
        ({"retry-after-ms": "2500", "retry-after": "9"}, [3.0]),
    ],
)
async def test_retry_after(
    gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses, said: dict[str, str], waits: list[float]
) -> None:
    """With the flag a vendor's own word on when to come back is kept; one of a minute and more is an answer."""
    vendor.will(429, headers=said)

    answer = await through(gateway, again(1, use_retry_after_headers=True))

    assert pauses == waits
    assert told(answer) == ((200, "config", "1") if waits else (429, "config", "-1"))


async def test_waits_together_are_bounded(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """Nobody waits for more than a minute altogether."""
    vendor.will(429, headers={"retry-after": "40"}, times=3)

    answer = await through(gateway, again(5, use_retry_after_header=True))

    assert (pauses, told(answer)) == ([40.0], (429, "config", "-1"))


@pytest.mark.usefixtures("pauses")
async def test_fallback_comes_after_the_retries(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A target's own retries are used up before the next is asked, whose count begins anew."""
    config = fallback(again(1, "demo-error-500"), demo("gpt-4o-mini"))

    answer = await through(gateway, config)

    assert told(answer) == (200, "config.targets[1]", "0")
    assert [asked.body["model"] for asked in vendor.requests] == ["demo-error-500"] * 2 + ["gpt-4o-mini"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, {"code": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"}),
        (413, {"code": "context_length_exceeded", "message": "No"}),
    ],
)
async def test_too_long_a_request_is_not_sent_again(
    gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses, status: int, error: dict[str, str]
) -> None:
    """What is too long for a model is so the second time too, whatever the config lists."""
    vendor.will(status, {"error": error})

    answer = await through(gateway, again(2, on_status_codes=[status]))

    assert (answer.status_code, len(vendor.requests), pauses) == (status, 1, [])


async def test_unsupported_function_is_not_retried(gateway: Gateway, vendor: SimulatedVendor, pauses: Pauses) -> None:
    """A function that a vendor has not, it has not a second later."""
    await another(gateway, vendor, "voyage", ai_provider_id="voyage")

    answer = await through(gateway, again(3) | {"provider": "@voyage"})

    assert (answer.status_code, pauses, vendor.requests) == (500, [], [])


async def test_hang_up_while_pausing(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client that hangs up between two tries ends the request, which is one record with 499 and one attempt."""
    pausing = asyncio.Event()

    async def pause(_: float) -> None:
        pausing.set()
        await asyncio.Event().wait()

    gateway.plant.pause = pause
    asking = asyncio.create_task(through(gateway, again(3, "demo-error-500")))
    await pausing.wait()

    asking.cancel()
    await gateway.plant.vitals.quiet()

    (row,) = await gateway.logs()
    assert (row["response_status_code"], len(await attempts(gateway)), len(vendor.requests)) == (499, 1, 1)


async def test_gateway_that_ends_while_pausing(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A pause does not keep the gateway from ending: the client reads that it shuts down."""
    pausing = asyncio.Event()

    async def pause(_: float) -> None:
        pausing.set()
        await asyncio.Event().wait()

    async with gateway_in(tmp_path, drain_seconds=0.05) as gateway:
        await add_demo(gateway.admin, vendor.url)
        gateway.plant.pause = pause
        asking = asyncio.create_task(through(gateway, again(3, "demo-error-500")))
        await pausing.wait()

        await drain(gateway.plant)

        answer = await asking
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "shutting_down")


async def test_pauses_are_not_the_gateways_own_time(gateway: Gateway) -> None:
    """What a vendor makes us wait counts as waiting for the vendor, and not as the gateway's own work."""
    over = asyncio.Event()

    async def pause(_: float) -> None:
        asyncio.get_running_loop().call_later(0.06, over.set)
        await over.wait()

    gateway.plant.pause = pause
    await through(gateway, again(1, "demo-error-500"))

    (row,) = await gateway.logs()
    assert row["upstream_response_time"] >= 60
