"""How a gateway ends when it is told to: what is under way ends well, nothing new begins, and the status is 0."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from tests.e2e.running import (
    CHAT,
    PATIENCE_SECONDS,
    Furnished,
    Gateway,
    acquainted,
    ask,
    async_client,
    draining,
    gateway_in,
    is_open,
    reached,
)


@asynccontextmanager
async def serving(
    home: Path, furnished: Furnished, vendor: SimulatedVendor
) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway that knows its vendor, and an application."""
    with gateway_in(home) as gateway:
        await acquainted(vendor)
        async with async_client(gateway.url, furnished.app_key) as app:
            yield gateway, app


async def exit_status(gateway: Gateway) -> int:
    """How it ended; waits for it."""
    return await asyncio.to_thread(gateway.process.wait, PATIENCE_SECONDS)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_requests_under_way_end_normally(
    home: Path, furnished: Furnished, vendor: SimulatedVendor, number: signal.Signals
) -> None:
    """Requests under way get their whole answers, new ones are refused meanwhile, and the gateway ends with 0."""
    gate = asyncio.Event()
    async with serving(home, furnished, vendor) as (gateway, app):
        vendor.will(gate=gate, times=2)
        asking = asyncio.gather(app.post(CHAT, json=ask()), app.post(CHAT, json=ask(stream=True)))
        await reached(vendor, 2)

        gateway.process.send_signal(number)
        await draining(gateway.url)
        refused = await app.post(CHAT, json=ask())
        gate.set()
        whole, streamed = await asking
        status = await exit_status(gateway)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert whole.json()["choices"][0]["finish_reason"] == "stop"
    assert streamed.text.endswith("data: [DONE]\n\n")
    assert (status, is_open(gateway.port)) == (0, False)


async def test_next_start_goes_on_where_the_last_one_ended(
    home: Path, furnished: Furnished, vendor: SimulatedVendor
) -> None:
    """What was answered while the gateway ended is in the log after the next start, and the same key is served."""
    gate, traced = asyncio.Event(), {"x-portkey-trace-id": "the-last-one"}
    async with serving(home, furnished, vendor) as (gateway, app):
        vendor.will(gate=gate)
        asking = asyncio.create_task(app.post(CHAT, json=ask(), headers=traced))
        await reached(vendor, 1)
        gateway.process.terminate()
        await draining(gateway.url)
        gate.set()
        await asking
        await exit_status(gateway)

    async with serving(home, furnished, vendor) as (gateway, app):
        answer = await app.post(CHAT, json=ask())
        (record,) = gateway.logs(trace_id="the-last-one")

    assert (record["response_status_code"], record["is_success"]) == (200, True)
    assert answer.status_code == 200


def test_live_tail_does_not_hold_the_gateway_up(home: Path) -> None:
    """A console that watches the tail gets its end, and the gateway ends with 0."""
    with gateway_in(home) as gateway:
        with gateway.admin.stream("GET", "/v1/logs/tail") as tail:
            lines = tail.iter_lines()
            first = next(lines)
            gateway.process.terminate()
            rest = list(lines)
        status = gateway.process.wait(PATIENCE_SECONDS)

    assert (first, [line for line in rest if line], status) == (": ping", [], 0)
