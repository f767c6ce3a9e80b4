"""OpenTelemetry: what a collector on loopback gets, decoded as it would decode it, and what happens where it fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from console.demo.vendor import serve_vendor
from gateway.telemetry.exporter import QUEUE_BYTES, QUEUE_RECORDS, Exporter
from gateway.telemetry.otlp import trace_id
from tests.gateway.running import PATIENCE_SECONDS, Gateway, add_demo, ask, gateway_in
from tests.store.records import log_record

Json = dict[str, Any]
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector:
    """Takes OTLP over HTTP; `statuses` are answered first, then 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[str, dict[str, str], Json]] = []
        self.refused = 0
        self.news = asyncio.Condition()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while head := await reader.readuntil(b"\r\n\r\n"):
            first, *lines = head.decode().split("\r\n")[:-2]
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
            async with self.news:
                status = self.statuses.pop(0) if self.statuses else 200
                if status == 200:
                    self.got.append((first.split()[1], headers, body))
                else:
                    self.refused += 1
                self.news.notify_all()
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}".encode()
            )
            await writer.drain()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve until the other side leaves."""
        try:
            await self.serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def until(self, path: str, count: int) -> list[tuple[dict[str, str], Json]]:
        """What came to a path, once there is so much of it."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.news:
            await self.news.wait_for(lambda: len([1 for each, *_ in self.got if each == path]) >= count)
            return [(headers, body) for each, headers, body in self.got if each == path]


@asynccontextmanager
async def collecting(home: Path, **settings: Any) -> AsyncIterator[tuple[Gateway, Collector]]:
    """A gateway that sends to a collector, and does not wait between tries."""
    collector = Collector()
    server = await asyncio.start_server(collector.connected, "127.0.0.1", 0)
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, serve_vendor() as vendor, gateway_in(home, otlp_endpoint=endpoint, **settings) as gateway:
        gateway.plant.pause = brief_pause
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        yield gateway, collector


async def brief_pause(_: float) -> None:
    """Others have their turn, and no more."""
    await asyncio.sleep(0.001)


def spans_in(body: Json) -> list[Json]:
    """All spans, their attributes as plain values."""
    return [
        span | {"attributes": plain(span["attributes"])}
        for resource in body["resourceSpans"]
        for scope in resource["scopeSpans"]
        for span in scope["spans"]
    ]


def plain(attributes: list[Json]) -> Json:
    """Attributes as a dictionary; every value has exactly one kind."""
    found = {}
    for each in attributes:
        ((kind, value),) = each["value"].items()
        found[each["key"]] = int(value) if kind == "intValue" else value
    return found


async def test_a_request_is_a_span_with_one_below_for_each_try(tmp_path: Path) -> None:
    """Trace, parent, names, usage, cost and tries reach the collector by the conventions, and no prompt or answer."""
    async with collecting(tmp_path, otlp_headers="X-Team=ops, authorization=Bearer abc") as (gateway, collector):
        config = {
            "strategy": {"mode": "fallback"},
            "targets": [
                {"provider": "@demo", "override_params": {"model": "demo-error"}},
                {"provider": "@demo", "override_params": {"model": "gpt-4o"}},
            ],
        }
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-portkey-config": json.dumps(config)}
        body = ask("wombats", model="gpt-4o", temperature=0.5, max_tokens=50)
        answer = await gateway.app.post("/v1/chat/completions", json=body, headers=headers)
        ((told, sent),) = await collector.until("/v1/traces", 1)
        record = (await gateway.logs())[0]

    request, failed, went = spans_in(sent)
    said = request["attributes"]
    assert (told["x-team"], told["authorization"], told["content-type"]) == ("ops", "Bearer abc", "application/json")
    assert (request["traceId"], request["parentSpanId"], request["kind"]) == (TRACE, PARENT, 2)
    assert request["name"] == "chat gpt-4o"
    assert said["gen_ai.operation.name"] == "chat"
    assert (said["gen_ai.provider.name"], said["gen_ai.request.model"]) == ("openai", "gpt-4o")
    assert (said["gen_ai.request.temperature"], said["gen_ai.request.max_tokens"]) == (0.5, 50)
    assert said["gen_ai.usage.input_tokens"] + said["gen_ai.usage.output_tokens"] == record["total_units"]
    assert said["gen_ai.response.id"] == answer.json()["id"]
    assert said["gen_ai.response.finish_reasons"] == {
        "values": [{"stringValue": answer.json()["choices"][0]["finish_reason"]}]
    }
    assert said["tollhouse.cost.usd"] == pytest.approx(record["cost"] / 100)
    assert said["tollhouse.log.id"] == record["id"]
    assert [(span["kind"], span["parentSpanId"]) for span in (failed, went)] == [(3, request["spanId"])] * 2
    assert (failed["status"]["code"], went.get("status"), "status" in request) == (2, None, False)
    assert int(request["startTimeUnixNano"]) <= int(failed["startTimeUnixNano"]) <= int(went["endTimeUnixNano"])
    assert went["attributes"]["server.address"] == "127.0.0.1"
    assert "wombats" not in json.dumps(sent)


async def test_metrics_reach_the_collector(tmp_path: Path) -> None:
    """Sums, histograms and gauges go out by OpenTelemetry's names, cumulative since the start."""
    async with collecting(tmp_path) as (gateway, collector):
        await gateway.chat()
    _, sent = (await collector.until("/v1/metrics", 1))[-1]  # the last are sent as the gateway ends

    metrics = {each["name"]: each for each in sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]}
    requests = metrics["tollhouse.requests"]["sum"]
    durations = metrics["gen_ai.server.request.duration"]["histogram"]["dataPoints"][0]
    assert (requests["isMonotonic"], requests["aggregationTemporality"]) == (True, 2)
    assert [point["asDouble"] for point in requests["dataPoints"]] == [1]
    assert plain(requests["dataPoints"][0]["attributes"])["gen_ai.operation.name"] == "chat"
    assert durations["count"] == "1"
    assert len(durations["bucketCounts"]) == len(durations["explicitBounds"]) + 1
    assert metrics["gen_ai.client.token.usage"]["unit"] == "{token}"
    assert metrics["tollhouse.log.writer.up"]["gauge"]["dataPoints"][0]["asDouble"] == 1


async def test_what_is_not_taken_is_sent_again(tmp_path: Path) -> None:
    """A collector in trouble gets the same spans later, each once; what it refuses for good is counted and let go."""
    async with collecting(tmp_path) as (gateway, collector):
        exporter = gateway.plant.exporter
        assert exporter is not None
        collector.statuses = [503, 429, 502]
        await gateway.chat()
        first = spans_in((await collector.until("/v1/traces", 1))[0][1])
        assert exporter.dropped == 0
        ids = [span["attributes"]["tollhouse.log.id"] for span in first if span["kind"] == 2]

    assert len(ids) == len(set(ids)) == 1
    assert collector.refused == 3


async def test_requests_do_not_wait_for_a_collector_that_is_not_there(tmp_path: Path) -> None:
    """Without a collector requests are answered as ever, and what waits is told and stays."""
    async with serve_vendor() as vendor, gateway_in(tmp_path, otlp_endpoint="http://127.0.0.1:9") as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        statuses = [(await gateway.chat()).status_code for _ in range(3)]
        text = (await gateway.admin.get("/metrics")).text
        assert gateway.plant.exporter is not None
        waiting = gateway.plant.exporter.waiting

    assert statuses == [200, 200, 200]
    assert waiting == 3
    assert "tollhouse_otlp_queue_requests 3" in text


async def test_what_is_left_goes_out_at_the_end(tmp_path: Path) -> None:
    """Spans that wait when the gateway ends are sent before it does."""
    async with collecting(tmp_path) as (gateway, collector):
        gateway.plant.pause = asyncio.sleep  # seconds, in which nothing is sent
        await gateway.chat()

    assert len([path for path, *_ in collector.got if path == "/v1/traces"]) == 1


@pytest.mark.parametrize("size", [0, QUEUE_BYTES // 10])
async def test_queue_is_bounded(size: int) -> None:
    """Beyond so many requests, or so many bytes, spans are dropped and counted."""
    exporter = Exporter("http://collector", {})
    record = log_record(request_body=b"x" * size)

    for _ in range(QUEUE_RECORDS + 10):
        exporter.settled(record)

    assert exporter.waiting + exporter.dropped == QUEUE_RECORDS + 10
    assert exporter.waiting == (10 if size else QUEUE_RECORDS)


@pytest.mark.parametrize(
    ("said", "is_own"),
    [(TRACE, True), ("019b0e2a-1111-7000-8000-123456789abc", True), ("any words", False), ("0" * 32, False)],
)
def test_every_trace_has_an_id_that_otlp_takes(said: str, is_own: bool) -> None:
    """A trace keeps its id where OTLP can hold it, and has one that follows from it where not."""
    found = trace_id(said)

    assert len(found) == 32
    assert (found == said.replace("-", "")) == is_own
    assert found == trace_id(said)
