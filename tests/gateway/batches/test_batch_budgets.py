"""A budget holds back what a batch may cost at most, from its beginning until its results are paid for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.batched import ENDPOINT, batches, gateway, jsonl, made, request, said, there, upload
from tests.gateway.running import Gateway, Json, gateway_in

__all__ = ["batches", "gateway"]


async def key_with(gateway: Gateway, **limit: Any) -> Json:
    """A key with one budget."""
    body = {"name": "limited", "scopes": ["completions.write"], "usage_limits": limit}
    key: Json = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()
    return key


async def state(admin: httpx.AsyncClient, key: Json) -> tuple[float, float]:
    """What is set aside of the key's budget, and what is spent."""
    found = await admin.get("/v1/limits", params={"level": "api_key", "owner": key["id"]})
    (limit,) = found.json()["data"]
    return limit["reserved"], limit["spent"]


async def refusal(mine: openai.AsyncOpenAI, *lines: Json) -> int:
    """The status that a batch is refused with."""
    file = await upload(mine, *lines)
    with pytest.raises(openai.APIStatusError) as raised:
        await mine.batches.create(input_file_id=file, endpoint=ENDPOINT, completion_window="24h")
    return raised.value.status_code


@pytest.fixture
async def dollars(gateway: Gateway) -> Json:
    """A key with two cents."""
    return await key_with(gateway, type="cost", credit_limit=0.02)


@pytest.fixture
def mine(batches: openai.AsyncOpenAI, dollars: Json) -> openai.AsyncOpenAI:
    """Its client."""
    return batches.with_options(api_key=dollars["key"])


async def test_what_a_batch_may_cost_is_nobody_elses(
    gateway: Gateway, mine: openai.AsyncOpenAI, dollars: Json, vendor: SimulatedVendor
) -> None:
    """While it runs, a second batch finds what is left of the budget; once it is paid for, the rest.

    Each answer may cost 0.75 cents, at half of $15 a million tokens.
    """
    batch = await made(mine, vendor, request("a", max_tokens=1000), request("b", max_tokens=1000))
    during = await state(gateway.admin, dollars)
    status = await refusal(mine, request("c", max_tokens=1000))
    vendor.will(json=there("ended", succeeded=2))
    vendor.will(body=jsonl(said(1), said(2)))

    await mine.batches.retrieve(batch)

    assert during[0] > 0.015
    assert during[1] == 0
    assert status == 412
    assert await state(gateway.admin, dollars) == (0, 0.0045)
    assert await made(mine, vendor, request("c", max_tokens=1000))


async def test_a_batch_that_the_vendor_refuses_holds_nothing_back(
    gateway: Gateway, mine: openai.AsyncOpenAI, dollars: Json, vendor: SimulatedVendor
) -> None:
    """What did not begin costs nothing."""
    vendor.will(status=400, json={"type": "error", "error": {"type": "invalid_request_error", "message": "no"}})

    assert await refusal(mine, request("a")) == 400
    assert await state(gateway.admin, dollars) == (0, 0)


async def test_a_budget_of_requests_pays_for_each_line(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """A batch of more requests than are left is refused."""
    key = await key_with(gateway, type="requests", credit_limit=4)
    mine = batches.with_options(api_key=key["key"])

    status = await refusal(mine, *(request(f"r{number}") for number in range(5)))
    await made(mine, vendor, request("a"), request("b"))

    assert status == 412
    assert (await state(gateway.admin, key))[0] == 2


async def test_it_is_held_back_after_a_restart(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A gateway that starts again knows what batches may still cost, and what they came to is paid for exactly."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as first:
        account = {"name": "Claude", "slug": "claude", "ai_provider_id": "anthropic", "key": "sk-ant-of-the-tests"}
        account |= {"configurations": {"custom_host": vendor.url}}  # type: ignore[dict-item]  # of nested JSON
        (await first.admin.post("/v1/integrations", json=account)).raise_for_status()
        key = await key_with(first, type="cost", credit_limit=0.02, periodic_reset="daily")
        vendor.forget()
        async with openai_at(first, key) as mine:
            batch = await made(mine, vendor, request("a", max_tokens=1000), request("b", max_tokens=1000))
        before = await state(first.admin, key)

    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as second:
        after = await state(second.admin, key)
        async with openai_at(second, key) as mine:
            status = await refusal(mine, request("c", max_tokens=1000))
            vendor.will(json=there("ended", succeeded=2))
            vendor.will(body=jsonl(said(1), said(2)))
            await mine.batches.retrieve(batch)
        ended = await state(second.admin, key)

    assert before == after
    assert before[0] > 0.015
    assert status == 412
    assert ended == (0, 0.0045)


def openai_at(gateway: Gateway, key: Json) -> openai.AsyncOpenAI:
    """OpenAI's client with a key."""
    return openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1",
        api_key=key["key"],
        default_headers={"x-portkey-provider": "@claude"},
        max_retries=0,
    )
