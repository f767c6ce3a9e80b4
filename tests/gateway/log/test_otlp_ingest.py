"""Spans of applications through the front door: which come into the log, what of them, and what is refused."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.demo.vendor import serve_vendor
from tests.gateway.departments import key_in
from tests.gateway.running import Gateway, add_demo, ask, gateway_in

Json = dict[str, Any]
RECORDED = Path(__file__).with_name("otlp_request.pb").read_bytes()
"""A request as opentelemetry-proto 1.45 writes it: a chat with GPT-4o, one with Claude that failed by the names of
former conventions, the web request around them, and a tool's call."""
TRACE = "0af7651916cd43dd8448eb211c80319c"
PROTOBUF = {"content-type": "application/x-protobuf"}
PATH = "/v1/otel/v1/traces"


@pytest.fixture
async def taking(tmp_path: Path) -> AsyncIterator[tuple[Gateway, httpx.AsyncClient]]:
    """A gateway, and a key that may report."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        async with await key_in(gateway, "default", "logs.write", "completions.write") as key:
            yield gateway, key


def span(number: int = 1, **more: Any) -> Json:
    """A request to a model, as OTLP's JSON has it."""
    now = time.time_ns()
    said = {"gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o"}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
    attributes.append({"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}})
    times = {"startTimeUnixNano": str(now - 1_500_000_000), "endTimeUnixNano": str(now)}
    return {"traceId": TRACE, "spanId": f"{number:016x}", "name": "chat", "attributes": attributes} | times | more


def export(*spans: Json) -> Json:
    """The body of a request."""
    return {"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}


async def test_requests_to_models_come_into_the_log(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """Of a recorded trace the two requests are records, priced, in their trace, with words, user and failure."""
    gateway, key = taking

    answer = await key.post(PATH, content=RECORDED, headers=PROTOBUF)
    chat, failed = sorted(await gateway.logs(), key=lambda row: str(row["ai_org"]), reverse=True)

    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"", PROTOBUF["content-type"])
    assert (chat["ai_org"], chat["ai_model"], chat["response_model"]) == ("openai", "gpt-4o", "gpt-4o-2024-08-06")
    assert (chat["trace_id"], chat["span_id"], chat["parent_span_id"]) == (
        TRACE,
        "00f067aa0ba90201",
        "00f067aa0ba90200",
    )
    assert chat["cost_nanodollars"] == 1000 * 2500 + 500 * 10000
    assert (chat["response_time"], chat["time_to_first_token_ms"], chat["stream_mode"]) == (1500, 250, True)
    assert chat["metadata"] == {"_user": "ada", "service": "shop"}
    assert (failed["ai_org"], failed["response_status_code"], failed["total_units"]) == ("anthropic", 504, 1100)
    assert (failed["error"]["message"], failed["error"]["fault"]) == ("took too long", "provider")
    assert [len(await gateway.logs(words=word)) for word in ("wombats", "koalas")] == [1, 1]


async def test_json_and_gzip_are_taken_too(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """What an exporter sends as JSON, compressed or not, comes to the same, and a second time to nothing more."""
    gateway, key = taking
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    body = json.dumps(export(span(1), span(2))).encode()

    answers = [
        await key.post(PATH, content=gzip.compress(body), headers=headers),
        await key.post(PATH, json=export(span(1))),
    ]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {})] * 2
    assert len(await gateway.logs()) == 2


async def test_spans_that_make_no_sense_are_counted(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A span without ids, or of no time that can be, is rejected with the reason, and the others are taken."""
    gateway, key = taking
    bad = [span(2, traceId="xyz"), span(3, spanId=""), span(4, startTimeUnixNano="0"), span(5, endTimeUnixNano="1")]

    answer = await key.post(PATH, json=export(span(1), *bad))

    assert answer.json()["partialSuccess"]["rejectedSpans"] == "4"
    assert "`0000000000000005`" in answer.json()["partialSuccess"]["errorMessage"]
    assert len(await gateway.logs()) == 1


async def test_request_through_the_gateway_is_counted_once(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """An application that sends its spans here, and its requests too, finds each request in the log once."""
    gateway, key = taking
    headers = {"traceparent": f"00-{TRACE}-{7:016x}-01"}
    await key.post("/v1/chat/completions", json=ask(), headers=headers)

    await key.post(PATH, json=export(span(7), span(8)))
    rows = await gateway.logs(trace_id=TRACE)

    assert sorted(row["span_id"] or "" for row in rows) == ["", f"{8:016x}"]


@pytest.mark.parametrize(
    ("content", "headers", "said"),
    [
        (b"\x0a\xff", PROTOBUF, "no trace of OTLP"),
        (b"\x0f", PROTOBUF, "no trace of OTLP"),
        (b'{"resourceSpans": 5}', {"content-type": "application/json"}, "resourceSpans"),
        (b"[" * 5_000, {"content-type": "application/json"}, "no trace of OTLP"),
        (b"{}", {"content-type": "text/plain"}, "content-type"),
        (b"{}", {"content-type": "application/json", "content-encoding": "br"}, "content-encoding"),
        (b"{}", {"content-type": "application/json", "content-encoding": "gzip"}, "no gzip"),
    ],
)
async def test_body_that_is_none_is_told(
    taking: tuple[Gateway, httpx.AsyncClient], content: bytes, headers: dict[str, str], said: str
) -> None:
    """What is no request of OTLP is a 400 that says why."""
    answer = await taking[1].post(PATH, content=content, headers=headers)

    assert (answer.status_code, said in answer.json()["error"]["message"]) == (400, True)


async def test_small_body_does_not_become_a_large_one(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A body that would be larger than any may be, once it is opened, is refused."""
    headers = {"content-type": "application/json", "content-encoding": "gzip"}

    answer = await taking[1].post(PATH, content=gzip.compress(b" " * 40_000_000), headers=headers)

    assert answer.status_code == 413


async def test_spans_take_the_scope_of_reports(taking: tuple[Gateway, httpx.AsyncClient]) -> None:
    """A key that may not report sends no spans either."""
    gateway, _ = taking

    assert (await gateway.app.post(PATH, json=export(span()))).status_code == 403
