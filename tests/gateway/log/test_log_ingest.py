"""Requests that are reported afterwards, through the front door: filed, priced and found like any other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from console.demo.vendor import serve_vendor
from tests.gateway.departments import made
from tests.gateway.running import Gateway, add_demo, ask, client, gateway_in

Json = dict[str, Any]
USAGE = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Wombats dig."}, "finish_reason": "stop"}
ANSWER = {"id": "c1", "object": "chat.completion", "model": "gpt-4o-2024-08-06", "choices": [CHOICE], "usage": USAGE}
GPT_4O = 1000 * 2500 + 500 * 10000
"""Nanodollars, at 2.5 and 10 dollars a million tokens."""
CHUNKS = [
    {
        "id": "c",
        "object": "chat.completion.chunk",
        "model": "gpt-4o",
        "choices": [{"index": 0, "delta": {"content": "Hi"}}],
    },
    {"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": [], "usage": USAGE},
]
CLAUDE = {
    "type": "message",
    "role": "assistant",
    "model": "claude-3-5-haiku-20241022",
    "content": [{"type": "text", "text": "Yes"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1000, "output_tokens": 100},
}


def told(answer: Any = ANSWER, **more: Any) -> Json:
    """A request of OpenAI's, as one reports it."""
    request = {"url": "https://api.openai.com/v1/chat/completions", "method": "POST", "body": ask(model="gpt-4o")}
    return {
        "request": request | more.get("request", {}),
        "response": {"status": 200, "body": answer, "response_time": 1234} | more.get("response", {}),
        "metadata": more.get("metadata", {}),
    }


@pytest.fixture(scope="module")
async def taking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway, and a key that may report requests."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        key = await made(gateway, "/api-keys/workspace/service", {"name": "reporter", "scopes": ["logs.write"]})
        async with client(gateway.url, key["key"]) as reporter:
            yield gateway, reporter


async def filed(taking: tuple[Gateway, httpx.AsyncClient], body: Json) -> Json:
    """The record, whole, that becomes of a report."""
    gateway, reporter = taking
    answer = (await reporter.post("/v1/logs", json=body)).raise_for_status().json()
    assert answer["status"] == "success"
    assert await gateway.plant.writer.caught_up(20)
    whole: Json = (await gateway.admin.get(f"/v1/logs/{answer['ids'][0]}")).raise_for_status().json()
    return whole


async def test_report_becomes_a_record(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """Bodies, trace, span, metadata, time, usage and cost stand in the log as those of our own requests do."""
    metadata = {"traceId": "t-told", "spanId": "s1", "spanName": "Ask", "parentSpanId": "s0", "team": "red", "n": 3}
    record = await filed(taking, told(metadata=metadata))

    metrics = record["metrics"]
    assert record["response"]["body"] == ANSWER
    assert (metrics["trace_id"], metrics["span_id"], metrics["parent_span_id"]) == ("t-told", "s1", "s0")
    assert (metrics["span_name"], metrics["metadata"]) == ("Ask", {"team": "red", "n": "3"})
    assert (metrics["ai_org"], metrics["ai_model"], metrics["response_time"]) == ("openai", "gpt-4o", 1234)
    assert (metrics["req_units"], metrics["res_units"]) == (1000, 500)
    assert metrics["cost_nanodollars"] == GPT_4O
    assert sum(line["nanodollars"] for line in record["bill"]) == GPT_4O


@pytest.mark.parametrize(
    ("body", "vendor", "tokens"),
    [
        (told("".join(f"data: {json.dumps(chunk)}\n\n" for chunk in CHUNKS) + "data: [DONE]\n\n"), "openai", 1500),
        (told(CHUNKS), "openai", 1500),
        (told(request={"provider": "@demo", "url": "/chat/completions"}), "openai", 1500),
        (told(request={"url": "/x", "headers": {"X-Portkey-Provider": "openai"}}), "openai", 1500),
        (
            told(
                CLAUDE,
                request={
                    "url": "https://api.anthropic.com/v1/messages",
                    "body": {"model": "claude-3-5-haiku-20241022"},
                },
            ),
            "anthropic",
            1100,
        ),
    ],
    ids=["events", "chunks", "slug", "header", "anthropic"],
)
async def test_usage_is_read_as_the_vendor_writes_it(
    taking: tuple[Gateway, httpx.AsyncClient], body: Json, vendor: str, tokens: int
) -> None:
    """Streams, other dialects and every way to name a vendor come to tokens and a cost."""
    metrics = (await filed(taking, body))["metrics"]

    assert (metrics["ai_org"], metrics["total_units"]) == (vendor, tokens)
    assert metrics["cost_nanodollars"] > 0
    assert metrics["is_priced"]


async def test_unknown_vendor_is_unpriced_not_free(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """What nobody knows the price of is marked, and has no cost."""
    metrics = (await filed(taking, told(request={"url": "https://llm.example/v1/chat/completions"})))["metrics"]

    assert (metrics["total_units"], metrics["cost"], metrics["is_priced"]) == (1500, None, False)


async def test_failure_says_whose_it_was(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A reported refusal has the vendor's words, and is classed by its status."""
    metrics = (await filed(taking, told({"error": {"message": "slow down"}}, response={"status": 429})))["metrics"]

    assert (metrics["response_status_code"], metrics["error_class"]) == (429, "provider_rate_limited")
    assert metrics["error"]["message"] == "slow down"


async def test_many_at_once_are_counted(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A list is taken whole, each counted once; one without sense refuses all of it."""
    gateway, reporter = taking
    many = [told(metadata={"batch": "b"}) for _ in range(30)]

    await reporter.post("/v1/logs", json=many)
    refused = await reporter.post("/v1/logs", json=[*many, told(response={"status": 42})])
    assert await gateway.plant.writer.caught_up(20)
    rows = (await gateway.admin.get("/v1/analytics/groups/metadata/batch")).json()["data"]

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "[30].response.status")
    assert [(row["metadata_value"], row["requests"]) for row in rows] == [("b", 30)]


async def test_reporting_takes_its_own_scope(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A key that may only ask for completions reports nothing."""
    gateway, _ = taking

    assert (await gateway.app.post("/v1/logs", json=told())).status_code == 403


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"response": {"status": 99}}, "[1].response.status"),
        ({"response": {"response_time": -5}}, "[1].response.response_time"),
        ({"response": {"response_time": 1e300}}, "[1].response.response_time"),
        ({"request": {"url": "http://[bad"}}, "[1].request.url"),
        ({"request": {"url": 5}}, "[1].request.url"),
        ({"metadata": {"a": {"b": 1}}}, "[1].metadata[...]"),
    ],
)
async def test_one_bad_report_keeps_all_out(taking: tuple[Gateway, httpx.AsyncClient], more: Json, param: str) -> None:
    """A field that cannot be so is a 400 that says which report and why, and nothing of the list is in the log."""
    gateway, reporter = taking
    before = len(await gateway.logs(limit="1000"))

    answer = await reporter.post("/v1/logs", json=[told(), told(**more)])

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert len(await gateway.logs(limit="1000")) == before


async def test_reports_do_not_distort_what_is_measured(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A report without a duration has none, one past the gateway took it no time, and absurd usage is not believed."""
    gateway, reporter = taking
    absurd = ANSWER | {"usage": {"prompt_tokens": 10**30}}
    marked = {"metadata": {"measured": "so"}}
    reports = [told(**marked, response={"response_time": 0}), told(**marked), told(absurd, **marked)]
    (await reporter.post("/v1/logs", json=reports)).raise_for_status()

    rows = await gateway.logs(metadata='{"measured": "so"}')
    query = {"metadata": '{"measured": "so"}'}
    summary = (await gateway.admin.get("/v1/analytics/summary/metrics", params=query)).json()["summary"]

    assert [row["response_time"] for row in rows].count(None) == 1
    assert sorted(row["total_units"] or 0 for row in rows) == [0, 1500, 1500]
    assert (summary["requests"], summary["latency_avg"], summary["gateway_overhead_p50"]) == (3, 1234, None)
    assert (summary["tokens"], summary["vendor_latency_p50"] is None) == (3000, False)
