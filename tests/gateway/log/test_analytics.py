"""Analytics through the front door: every graph, summary and group of the contract, and what it lacks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from console.demo.vendor import serve_vendor
from gateway.watching.metrics import METRICS, OF_MANY, forecast, table
from tests.gateway.running import Gateway, add_demo, ask, gateway_in

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
GRAPHS: dict[str, tuple[set[str], set[str]]] = {
    "requests": ({"total"}, {"timestamp", "total"}),
    "cost": ({"total", "avg"}, {"timestamp", "total", "avg"}),
    "latency": ({"avg", "p50", "p90", "p95", "p99"}, {"timestamp", "avg", "p50", "p90", "p95", "p99"}),
    "tokens": ({"total", "avg"}, {"timestamp", "total", "avg"}),
    "users": ({"total"}, {"timestamp", "total"}),
    "users/requests": ({"total", "unique", "avg"}, {"timestamp", "avg"}),
    "errors": ({"total"}, {"timestamp", "total"}),
    "errors/rate": ({"rate"}, {"timestamp", "rate"}),
    "errors/stacks": ({"total"}, {"timestamp", "stats"}),
    "errors/status-codes": ({"total_errors", "unique_error_codes"}, {"status_code", "count"}),
    "errors/classes": ({"total", "unique_classes"}, {"error_class", "count", "rate"}),
    "requests/rescued": ({"retry", "fallback"}, {"timestamp", "retry", "fallback"}),
    "cache/hit-rate": (
        {"total", "rate"},
        {
            *("timestamp", "simple_hits", "semantic_hits", "rate"),
            *("cumulative_simple_cache_savings", "cumulative_semantic_cache_savings"),
        },
    ),
    "cache/latency": (set(), {"timestamp", "avg"}),
    "feedbacks": ({"total"}, {"timestamp", "total"}),
    "feedbacks/scores": ({"total"}, {"score", "total"}),
    "feedbacks/weighted": ({"avg"}, {"timestamp", "avg"}),
    "feedbacks/ai-models": (set(), {"ai_model", "total", "avg_weighted_feedback"}),
}
"""The contract's, and what we add to them: summary and point."""


@pytest.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway that has answered six requests of two teams and refused one."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        for number in range(6):
            said = json.dumps({"_user": f"user-{number % 2}", "team": "red" if number < 4 else "blue"})
            body = ask("Hello", stream=number == 0)
            await gateway.app.post("/v1/chat/completions", json=body, headers={"x-portkey-metadata": said})
        await gateway.app.post("/v1/chat/completions", json=ask(model="@nowhere/model"))
        yield gateway


async def got(gateway: Gateway, path: str, **said: str) -> Json:
    """What analytics answers."""
    answer = await gateway.admin.get(f"/v1/analytics/{path}", params=said)
    found: Json = answer.raise_for_status().json()
    return found


@pytest.mark.parametrize("name", GRAPHS)
async def test_graph_has_the_contracts_shape(busy: Gateway, name: str) -> None:
    """Each graph has the fields of its summary and of its points, and a point for each bucket of the period."""
    summary, point = GRAPHS[name]

    graph = await got(busy, f"graphs/{name}", workspace_slug="default")

    assert set(graph) == {"summary", "data_points", "object"}
    assert graph["object"] == "analytics-graph"
    assert set(graph["summary"]) == summary
    assert all(set(each) == point for each in graph["data_points"])
    assert len(graph["data_points"]) in (24, 25) or "timestamp" not in point


async def test_graphs_add_up(busy: Gateway) -> None:
    """Requests, errors, users, tokens and cost of the graphs are those of the log."""
    logs = await busy.logs()

    found = {
        name: (await got(busy, f"graphs/{name}"))["summary"]
        for name in ("requests", "errors", "users", "tokens", "cost")
    }

    assert found["requests"] == {"total": len(logs)} == {"total": 7}
    assert found["errors"] == {"total": 1}
    assert found["users"] == {"total": 2}
    assert found["tokens"]["total"] == sum(log["total_units"] or 0 for log in logs) > 0
    assert found["cost"]["total"] == pytest.approx(sum(log["cost"] or 0 for log in logs))


@pytest.mark.parametrize(
    ("said", "requests"),
    [
        ({"metadata": '{"team": "red"}'}, 4),
        ({"metadata": '{"team": "blue"}'}, 2),
        ({"metadata": '{"team": "blue", "_user": "user-1"}'}, 1),
        ({"virtual_keys": "demo"}, 6),
        ({"status_code": "404"}, 1),
        ({"status_code": "200,404"}, 7),
        ({"ai_org_model": "openai__gpt-4o"}, 6),
        ({"ai_org_model": "openai__gpt-4o", "metadata": '{"team": "red"}'}, 4),
        ({"total_units_min": "1"}, 6),
        ({"cost_min": "1000"}, 0),
        ({"workspace_slug": "elsewhere"}, 0),
        ({"time_of_generation_min": "2020-01-01T00:00:00Z", "time_of_generation_max": "2021-01-01T00:00:00Z"}, 0),
    ],
)
async def test_filters(busy: Gateway, said: dict[str, str], requests: int) -> None:
    """A filter narrows a graph, whether rollups know it or single requests have to be read."""
    assert (await got(busy, "graphs/requests", **said))["summary"]["total"] == requests


@pytest.mark.parametrize(
    ("said", "param"),
    [
        ({"time_of_generation_min": "yesterday"}, "time_of_generation_min"),
        ({"time_of_generation_min": "2100-01-01T00:00:00Z"}, "time_of_generation_min"),
        ({"cost_min": "much"}, "cost_min"),
        ({"cost_min": "5", "cost_max": "1"}, "cost_min"),
        ({"metadata": "red"}, "metadata"),
        ({"status_code": "bad"}, "status_code"),
        ({"colour": "red"}, "colour"),
        ({"time_of_generation_min": "1000-01-01T00:00:00Z"}, "time_of_generation_min"),
        ({"time_of_generation_max": "0001-01-01T00:00:00Z"}, "time_of_generation_min"),
        ({"time_of_generation_max": "9999-12-31T00:00:00Z", "status": "5XX5"}, "status"),
    ],
)
async def test_filters_without_sense_are_told(busy: Gateway, said: dict[str, str], param: str) -> None:
    """A filter that makes no sense is a 400 that names it."""
    answer = await busy.admin.get("/v1/analytics/graphs/requests", params=said)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_groups(busy: Gateway) -> None:
    """Users, models, workspaces, status codes, keys and metadata are groups, the largest first."""
    by_user = (await got(busy, "groups/users"))["data"]
    by_model = await got(busy, "groups/ai-models", page_size="1")
    by_team = (await got(busy, "groups/metadata/team"))["data"]
    by_workspace = (await got(busy, "groups/workspaces"))["data"]
    by_status = (await got(busy, "groups/status-codes"))["data"]

    assert [(row["user"], row["requests"], set(row)) for row in by_user] == [
        (user, 3, {"user", "requests", "cost", "object"}) for user in ("user-0", "user-1")
    ]
    assert (by_model["total"], by_model["data"][0]["ai_model"], by_model["data"][0]["requests"]) == (2, "gpt-4o", 6)
    assert [(row["metadata_value"], row["requests"]) for row in by_team] == [("red", 4), ("blue", 2)]
    assert set(by_team[0]) == {
        *("metadata_value", "requests", "cost", "avg_tokens", "avg_weighted_feedback", "requests_with_feedback"),
        *("last_seen", "object"),
    }
    assert [(row["workspace"], row["requests"]) for row in by_workspace] == [("default", 7)]
    assert {row["status_code"]: row["requests"] for row in by_status} == {"200": 6, "404": 1}


async def test_group_by_a_key_with_a_slash(tmp_path: Path) -> None:
    """Whatever a metadata key is called, it can be grouped and filtered by."""
    keys = ["a/b", "a//b", "with space", "日本", "a,b", "%wild_", "emoji😀", "a?b#c"]
    reported = {"request": {"url": "https://x/v1/chat/completions", "body": {}}}
    async with gateway_in(tmp_path) as gateway:
        for key in keys:
            (await gateway.admin.post("/v1/logs", json=reported | {"metadata": {key: "yes"}})).raise_for_status()
        await gateway.logs()
        grouped = [await got(gateway, f"groups/metadata/{quote(key, safe='')}") for key in keys]
        listed = [await gateway.logs(metadata=json.dumps({key: "yes"})) for key in keys]

    assert [[row["metadata_value"] for row in group["data"]] for group in grouped] == [["yes"]] * len(keys)
    assert [len(rows) for rows in listed] == [1] * len(keys)


async def test_group_with_other_columns_and_a_filter(busy: Gateway) -> None:
    """Any metric can be a column of any group, also where another facet is filtered by."""
    said = {"metrics": "requests,latency_p95,cost", "metadata": '{"team": "red"}', "order_by": "cost"}

    rows = (await got(busy, "groups/users", **said))["data"]

    assert {row["user"]: row["requests"] for row in rows} == {"user-0": 2, "user-1": 2}
    assert all(row["latency_p95"] > 0 for row in rows)


@pytest.mark.parametrize("metric", METRICS)
async def test_every_metric_is_a_graph(busy: Gateway, metric: str) -> None:
    """Each named metric can be asked for by its name."""
    graph = await got(busy, f"graphs/{metric}")

    assert len(graph["summary"]) >= 1
    assert len(graph["data_points"]) >= 24


async def test_what_the_contract_lacks(busy: Gateway) -> None:
    """Time to first token, tokens per second, overhead, burn rate, faults and forecast have graphs of their own."""
    first = (await got(busy, "graphs/time-to-first-token"))["summary"]
    overhead = (await got(busy, "graphs/overhead"))["summary"]
    faults = (await got(busy, "graphs/errors/faults"))["summary"]
    ahead = (await got(busy, "graphs/forecast"))["summary"]
    burn = (await got(busy, "graphs/burn-rate"))["summary"]
    cache = await got(busy, "summary/cache")
    everything = (await got(busy, "summary/metrics"))["summary"]

    assert first["p50"] > 0
    assert 0 < overhead["p50"] <= overhead["p99"] < 5_000
    assert faults == {"caller": 1, "policy": 0, "provider": 0, "gateway": 0}
    assert ahead["total"] > 0 <= ahead["forecast"]
    assert burn["rate"] == pytest.approx(ahead["total"] / 24)
    assert cache["summary"]["total_requests"] == 7
    assert everything["vendor_health"] == 100


async def test_errors_by_class(busy: Gateway) -> None:
    """Failures are counted under the class that the log has for each, with their share of all requests."""
    graph = await got(busy, "graphs/errors/classes", ai_org_model="")
    narrowed = await got(busy, "graphs/errors/classes", error_class="provider_timeout")

    assert graph["summary"] == {"total": 1, "unique_classes": 1}
    assert graph["data_points"] == [{"error_class": "caller_not_found", "count": 1, "rate": pytest.approx(100 / 7)}]
    assert (await busy.logs(error_class="caller_not_found"))[0]["error_class"] == "caller_not_found"
    assert narrowed["summary"]["total"] == 0


async def test_key_of_a_workspace_sees_its_own_only(busy: Gateway) -> None:
    """A key that belongs to a workspace gets that one's numbers, whatever it asks for."""
    body = {"name": "reader", "scopes": ["analytics.view"]}
    key = (await busy.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()["key"]

    answer = await busy.admin.get(
        "/v1/analytics/graphs/requests",
        params={"workspace_slug": "elsewhere"},
        headers={"authorization": f"Bearer {key}"},
    )

    assert answer.json()["summary"] == {"total": 7}


async def test_without_the_scope_nothing_is_told(busy: Gateway) -> None:
    """A key that may only ask for completions gets no numbers."""
    assert (await busy.app.get("/v1/analytics/graphs/cost")).status_code == 403


async def test_several_metrics_in_one_graph(busy: Gateway) -> None:
    """`graphs/metrics` has the metrics that are asked for, of the period and of each point; an unknown one is named."""
    wanted = {"requests", "errors", "latency_p95"}
    graph = await got(busy, "graphs/metrics", metrics=", ".join(sorted(wanted)))
    wrong = await busy.admin.get("/v1/analytics/graphs/metrics", params={"metrics": "requests,weather"})

    assert (graph["summary"]["requests"], graph["summary"]["errors"]) == (7, 1)
    assert graph["data_points"][-1].keys() == wanted | {"timestamp"}
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "metrics")


async def test_group_of_keys_has_their_names(busy: Gateway) -> None:
    """A key that is there still is told by its name too."""
    assert (await got(busy, "groups/api-keys"))["data"][0]["api_key_name"] == "webui"


async def test_unknown_graph(busy: Gateway) -> None:
    """A graph that is not there is a 404 that names those that are."""
    answer = await busy.admin.get("/v1/analytics/graphs/nothing")

    assert answer.status_code == 404
    assert "errors/status-codes" in answer.json()["error"]["message"]


def test_forecast_is_a_straight_line() -> None:
    """What grows steadily is expected to grow on, what falls never costs less than nothing."""
    assert forecast([1, 2, 3]) == pytest.approx(4 + 5 + 6)
    assert forecast([3, 1]) == 0
    assert forecast([2.0]) == 2.0
    assert forecast([]) == 0


def test_documentation_names_every_metric() -> None:
    """`docs/metrics.md` holds the table of all metrics as it is, at least 47 of them."""
    assert table() in (ROOT / "docs" / "metrics.md").read_text()
    assert len(METRICS) + len(OF_MANY) >= 47
