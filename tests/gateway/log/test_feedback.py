"""Feedback through the front door: given, changed, found again in the log and in every graph that names it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.demo.vendor import serve_vendor
from tests.gateway.departments import made, workspace
from tests.gateway.running import Gateway, add_demo, ask, client, gateway_in

Json = dict[str, Any]


@pytest.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """Three traces of two teams, one of two requests; two verdicts on the first, one of which was changed."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        for trace, team in (("t0", "red"), ("t0", "red"), ("t1", "blue"), ("t2", "blue")):
            headers = {"x-portkey-trace-id": trace, "x-portkey-metadata": json.dumps({"team": team})}
            await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)
        assert await gateway.plant.writer.caught_up(20)
        verdicts = [{"trace_id": "t0", "value": 5}, {"trace_id": "t0", "value": 3, "weight": 0.5, "metadata": {"a": 1}}]
        given = (await gateway.app.post("/v1/feedback", json=verdicts)).raise_for_status().json()
        await gateway.app.post("/v1/feedback", json={"trace_id": "t1", "value": -10})
        await gateway.app.put(f"/v1/feedback/{given['feedback_ids'][0]}", json={"value": 7})
        yield gateway


async def got(gateway: Gateway, path: str, **said: str) -> Json:
    """What analytics answers."""
    found: Json = (await gateway.admin.get(f"/v1/analytics/{path}", params=said)).raise_for_status().json()
    return found


async def test_verdicts_stand_with_their_trace(busy: Gateway) -> None:
    """Each verdict says what it counts for, with its weight and metadata as they are now."""
    newest = (await busy.logs(trace_id="t0"))[0]

    listed = (await busy.admin.get("/v1/feedback", params={"trace_id": "t0"})).json()
    whole = (await busy.admin.get(f"/v1/logs/{newest['id']}")).json()

    assert [(row["value"], row["weight"], row["metadata"]) for row in listed["data"]] == [
        (7, 1, {}),
        (3, 0.5, {"a": 1}),
    ]
    assert {row["log_id"] for row in listed["data"]} == {newest["id"]}
    assert whole["feedback"] == listed["data"]


AVERAGE = (7 * 1 + 3 * 0.5 - 10) / 2.5


@pytest.mark.parametrize("said", [{}, {"total_units_min": "1"}])
async def test_graphs_have_it(busy: Gateway, said: Json) -> None:
    """Total, average by weight, scores, models and requests, from the sums and from the log itself alike."""
    total = await got(busy, "graphs/feedbacks", **said)
    weighted = await got(busy, "graphs/feedbacks/weighted", **said)
    scores = await got(busy, "graphs/feedbacks/scores", **said)
    models = await got(busy, "graphs/feedbacks/ai-models", **said)
    everything = (await got(busy, "summary/metrics", **said))["summary"]

    assert total["summary"] == {"total": 3}
    assert weighted["summary"]["avg"] == pytest.approx(AVERAGE)
    assert scores["data_points"] == [{"score": score, "total": 1} for score in (-10, 3, 7)]
    assert [(row["ai_model"], row["total"]) for row in models["data_points"]] == [("gpt-4o", 3)]
    assert models["data_points"][0]["avg_weighted_feedback"] == pytest.approx(AVERAGE)
    assert (everything["requests"], everything["requests_with_feedback"]) == (4, 2)


async def test_groups_have_it(busy: Gateway) -> None:
    """A metadata group says what its people thought."""
    rows = {row["metadata_value"]: row for row in (await got(busy, "groups/metadata/team"))["data"]}

    assert rows["red"]["avg_weighted_feedback"] == pytest.approx((7 + 1.5) / 1.5)
    assert (rows["red"]["requests"], rows["red"]["requests_with_feedback"]) == (2, 1)
    assert rows["blue"]["avg_weighted_feedback"] == -10


@pytest.mark.parametrize(
    ("said", "traces"),
    [
        ({"weighted_feedback_min": "5"}, ["t0", "t0"]),
        ({"weighted_feedback_max": "0"}, ["t1"]),
        ({"weighted_feedback_min": "-10", "weighted_feedback_max": "10"}, ["t0", "t0", "t1"]),
        ({"weighted_feedback_min": "6"}, []),
    ],
)
async def test_filters_find_by_it(busy: Gateway, said: Json, traces: list[str]) -> None:
    """Requests are found by what their trace was thought of, on average by weight; graphs narrow the same way."""
    assert sorted(row["trace_id"] for row in await busy.logs(**said)) == traces
    assert (await got(busy, "graphs/requests", **said))["summary"]["total"] == len(traces)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"trace_id": "t0", "value": 11}, "value"),
        ({"trace_id": "t0", "value": 1, "weight": 1.5}, "weight"),
        ({"trace_id": "", "value": 1}, "trace_id"),
        ([{"trace_id": "t0", "value": 1}, {"trace_id": "t0", "value": -11}], "[1].value"),
    ],
)
async def test_senseless_feedback_is_told(busy: Gateway, body: Any, param: str) -> None:
    """What no feedback can be is a 400 that names the field, and nothing of a list is kept."""
    answer = await busy.app.post("/v1/feedback", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert (await got(busy, "graphs/feedbacks"))["summary"] == {"total": 3}


async def test_feedback_of_others_is_out_of_reach(busy: Gateway) -> None:
    """A key of another workspace neither sees nor changes it, and its own counts for itself alone."""
    slug = (await workspace(busy, "Elsewhere"))["slug"]
    body = {"name": "k", "workspace_id": slug, "scopes": ["completions.write", "logs.view"]}
    key = (await made(busy, "/api-keys/workspace/service", body))["key"]
    first = (await busy.admin.get("/v1/feedback", params={"trace_id": "t0"})).json()["data"][0]

    async with client(busy.url, key) as other:
        seen = (await other.get("/v1/feedback", params={"trace_id": "t0"})).json()["total"]
        changed = await other.put(f"/v1/feedback/{first['id']}", json={"value": 0})
        own = (await other.post("/v1/feedback", json={"trace_id": "t0", "value": 1})).raise_for_status().json()

    assert (seen, changed.status_code, len(own["feedback_ids"])) == (0, 404, 1)
    assert (await got(busy, "graphs/feedbacks", workspace_slug="default"))["summary"] == {"total": 3}
    assert (await got(busy, "graphs/feedbacks", workspace_slug=slug))["summary"] == {"total": 1}


async def test_tail_cannot_be_narrowed_by_what_comes_later(busy: Gateway) -> None:
    """The live tail says that feedback comes after the fact, instead of never showing anything."""
    answer = await busy.admin.get("/v1/logs/tail", params={"weighted_feedback_min": "1"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "weighted_feedback_min")
