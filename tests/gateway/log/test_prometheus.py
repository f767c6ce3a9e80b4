"""`GET /metrics`: what Prometheus reads, who may, and that labels stay few."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from console.demo.vendor import serve_vendor
from gateway.telemetry.meters import MODELS_KEPT, SERIES_KEPT, Meters
from gateway.telemetry.names import INSTRUMENTS, table
from tests.gateway.departments import key_in, made, organisation_key
from tests.gateway.running import Gateway, add_demo, ask, gateway_in
from tests.store.records import log_record

ROOT = Path(__file__).parents[3]
LINE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"')
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(text: str) -> Series:
    """Every series of the text format; each of its lines must be one, or a comment."""
    found: Series = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            parts = LINE.fullmatch(line)
            assert parts is not None, line
            found[parts[1], frozenset(LABEL.findall(parts[3] or ""))] = float(parts[4])
    return found


def summed(series: Series, name: str, /, **labels: str) -> float:
    """All series of a name that have these labels."""
    return sum(value for (each, said), value in series.items() if each == name and labels.items() <= said)


@pytest.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway that has answered three requests and refused two; teams are a label."""
    home = tmp_path_factory.mktemp("home")
    async with serve_vendor() as vendor, gateway_in(home, metrics_open="on", metrics_metadata=("team",)) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        limits = [{"credit_limit": 5, "type": "cost"}]
        await made(
            gateway, "/api-keys/workspace/service", {"name": "poor", "scopes": ["models.list"], "usage_limits": limits}
        )
        for number in range(3):
            said = json.dumps({"_user": f"someone-{number}", "team": 'r"ed\n'})
            body = ask("Hello", stream=number == 0)
            await gateway.app.post("/v1/chat/completions", json=body, headers={"x-portkey-metadata": said})
        for model in ("@nowhere/model", "@demo/demo-error"):
            await gateway.app.post("/v1/chat/completions", json=ask(model=model))
        yield gateway


async def test_requests_are_counted(busy: Gateway) -> None:
    """Requests by outcome, tokens, cost, tries and durations are those of the log."""
    rows = await busy.logs()
    series = read((await busy.admin.get("/metrics")).raise_for_status().text)

    assert summed(series, "tollhouse_requests_total") == len(rows) == 5
    assert summed(series, "tollhouse_requests_total", status="2xx", error_class="", workspace="default") == 3
    assert summed(series, "tollhouse_requests_total", error_class="caller_not_found", model="other") == 1
    assert summed(series, "tollhouse_requests_total", provider="demo", status="4xx") == 1
    assert summed(series, "tollhouse_cost_dollars_total") == pytest.approx(sum(row["cost"] or 0 for row in rows) / 100)
    tokens = sum(row["total_units"] or 0 for row in rows)
    assert sum(summed(series, "tollhouse_tokens_total", type=kind) for kind in ("input", "output")) == tokens > 0
    assert summed(series, "gen_ai_client_token_usage_sum") == tokens
    assert summed(series, "gen_ai_server_request_duration_seconds_count", operation="chat") == 5
    assert summed(series, "gen_ai_server_request_duration_seconds_bucket", le="+Inf") == 5
    assert summed(series, "gen_ai_server_time_to_first_token_seconds_count") == 1
    assert summed(series, "gen_ai_client_operation_duration_seconds_count", provider="demo", status="2xx") == 3


async def test_gauges_say_how_it_stands(busy: Gateway) -> None:
    """Under way, backlog, writer, memory, version and what is left of budgets are told."""
    assert await busy.plant.writer.caught_up(20)

    series = read((await busy.admin.get("/metrics")).text)

    assert summed(series, "tollhouse_requests_in_flight") == 0
    assert summed(series, "tollhouse_log_backlog_records") == 0
    assert summed(series, "tollhouse_log_writer_up") == 1
    assert summed(series, "process_resident_memory_bytes") > 10_000_000
    assert summed(series, "tollhouse_limit_left", name="poor", type="cost") == 5
    assert summed(series, "tollhouse_build_info", version=busy.plant.version) == 1


async def test_nobody_is_named_unless_the_operator_says_so(busy: Gateway) -> None:
    """Users are in no label; a configured metadata key is one, whatever its values hold."""
    text = (await busy.admin.get("/metrics")).text

    assert "someone" not in text
    assert summed(read(text), "tollhouse_requests_total", metadata_team=r"r\"ed\n") == 3


async def test_it_takes_a_key_that_may_see_numbers(busy: Gateway) -> None:
    """Applications, and keys of one workspace, are refused; a key of the organisation with the scope is not."""
    async with (
        await key_in(busy, "default", "analytics.view") as narrow,
        await organisation_key(busy, "logs.list") as wide,
    ):
        statuses = [(await someone.get("/metrics")).status_code for someone in (busy.app, narrow, wide)]

    assert statuses == [403, 403, 200]
    assert (await busy.admin.post("/metrics")).status_code == 405


async def test_open_is_open_for_this_machine_only(busy: Gateway) -> None:
    """With `metrics_open` no key is needed here, but whom a proxy brings along is a stranger still."""
    async with httpx.AsyncClient(base_url=busy.url, trust_env=False) as here:
        near = await here.get("/metrics")
        far = await here.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"})
        busy.plant.settings = busy.plant.settings.__class__(home=busy.plant.settings.home)
        shut = await here.get("/metrics")

    assert (near.status_code, far.status_code, shut.status_code) == (200, 401, 401)


def test_labels_stay_few() -> None:
    """However many models, keys or names requests bring, series do not grow beyond bounds, and all are counted."""
    meters = Meters(["team"])

    for number in range(3 * SERIES_KEPT):
        meters.settled(
            log_record(vendor="openai", model=f"m{number}", workspace=f"w{number}", metadata={"team": str(number)})
        )

    requests = meters.counters["requests"]
    assert len(requests) <= SERIES_KEPT + 1
    assert sum(requests.values()) == 3 * SERIES_KEPT
    assert len({labels[2] for labels in requests}) <= MODELS_KEPT + 1
    assert len(meters.histograms["request_seconds"]) <= MODELS_KEPT + 1


def test_docs_have_the_table() -> None:
    """The documentation's table of names is the program's."""
    assert table() in (ROOT / "docs" / "metrics.md").read_text()


def test_names_are_unique_and_fit() -> None:
    """No two metrics share a name, and counters end as Prometheus wants them to."""
    names = [each.prometheus for each in INSTRUMENTS.values()]

    assert len(set(names)) == len(names)
    assert all(each.prometheus.endswith("_total") == (each.kind == "counter") for each in INSTRUMENTS.values())
