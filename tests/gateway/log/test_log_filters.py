"""Filters of the log through the front door, filters that are kept, and traces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from console.demo.vendor import serve_vendor
from tests.gateway.running import Gateway, add_demo, ask, gateway_in


@pytest.fixture(scope="module")
async def busy(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway that has answered four requests, of two teams, about two things."""
    async with serve_vendor() as vendor, gateway_in(tmp_path_factory.mktemp("home")) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        for number, text in enumerate(["Tell of wombats", "Tell of koalas", "Wombats again", "Nothing"]):
            headers = {
                "x-portkey-metadata": json.dumps({"team": "ab"[number % 2]}),
                "x-portkey-trace-id": f"t{number // 2}",
            }
            await gateway.app.post("/v1/chat/completions", json=ask(text, stream=number == 3), headers=headers)
        await gateway.app.post("/v1/chat/completions", json=ask(model="@nowhere/model"))
        assert await gateway.plant.writer.caught_up(20)
        yield gateway


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"words": "wombats"}, 2),
        ({"words": "wombats tell"}, 1),
        ({"words": "kangaroo"}, 0),
        ({"metadata": '{"team": "a"}'}, 2),
        ({"metadata": '{"team": "a"}', "words": "again"}, 1),
        ({"virtual_keys": "@demo"}, 4),
        ({"status_code": "404,429"}, 1),
        ({"error_fault": "caller"}, 1),
        ({"error_code": "provider_not_found"}, 1),
        ({"stream_mode": "true"}, 1),
        ({"total_units_min": "1"}, 4),
        ({"response_time_max": "0.0001"}, 0),
        ({"workspace_slug": "elsewhere"}, 0),
        ({"ai_org_model": "openai__gpt-4o"}, 4),
        ({"trace_id": "t0,t1"}, 4),
        ({"status": "4XX"}, 1),
    ],
)
async def test_each_filter_narrows(busy: Gateway, said: dict[str, str], found: int) -> None:
    """Words, metadata, lists, ranges and the rest find the requests they mean."""
    assert len(await busy.logs(**said)) == found


async def test_records_are_found_by_their_ids(busy: Gateway) -> None:
    """Those that are named and no others, however many; a name that is none finds nothing."""
    ids = [record["id"] for record in await busy.logs()]

    two = await busy.logs(log_ids=f"{ids[0]}, {ids[3]},nothing")

    assert [record["id"] for record in two] == [ids[0], ids[3]]
    assert await busy.logs(log_ids="nothing") == []


@pytest.mark.parametrize(
    "said",
    [
        {"error_fault": "nobody"},
        {"stream_mode": "maybe"},
        {"cost_max": "-1"},
        {"colour": "red"},
        {"log_ids": ","},
        {"status": "999"},
        {"words": '"*" --'},
        {"status": "6xx"},
        {"cursor": "yesterday"},
        {"time_of_generation_min": "2026-02-01T00:00:00Z", "time_of_generation_max": "2026-01-01T00:00:00Z"},
        {"weighted_feedback_min": "5", "weighted_feedback_max": "1"},
    ],
)
async def test_filter_without_sense_is_told(busy: Gateway, said: dict[str, str]) -> None:
    """What is no filter, or means nothing, is a 400 that names it."""
    answer = await busy.admin.get("/v1/logs", params=said)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, next(iter(said)))


@pytest.mark.parametrize("path", ["/v1/logs", "/v1/logs/tail", "/v1/analytics/graphs/requests"])
async def test_filter_that_is_said_twice_is_told(busy: Gateway, path: str) -> None:
    """Of two values for one filter neither is taken quietly; the same one twice is no matter in a list."""
    answer = await busy.admin.get(f"{path}?status=error&status=success")

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "status")
    assert len((await busy.admin.get("/v1/logs?trace_id=t0&trace_id=t0")).json()["data"]) == 2


async def test_trace_is_a_tree(busy: Gateway) -> None:
    """A trace has its requests in their order, and below each the tries at vendors."""
    trace = (await busy.admin.get("/v1/traces/t0")).raise_for_status().json()

    assert (trace["object"], trace["requests"]) == ("trace", 2)
    assert [branch["log"]["metadata"] for branch in trace["children"]] == [{"team": "a"}, {"team": "b"}]
    assert [branch["children"][0]["status"] for branch in trace["children"]] == [200, 200]
    assert (await busy.admin.get("/v1/traces/none")).status_code == 404


async def test_filters_can_be_kept(busy: Gateway) -> None:
    """A filter is saved under a name, listed, and forgotten; one that makes no sense is refused."""
    body = {"name": "Team a", "filters": {"metadata": '{"team": "a"}', "status": "success"}}
    made = (await busy.admin.post("/v1/logs/filters", json=body)).raise_for_status().json()

    again = await busy.admin.post("/v1/logs/filters", json=body)
    senseless = await busy.admin.post("/v1/logs/filters", json={"name": "b", "filters": {"status": "bad"}})
    listed = (await busy.admin.get("/v1/logs/filters")).json()
    gone = await busy.admin.delete(f"/v1/logs/filters/{made['id']}")

    assert (again.status_code, senseless.status_code, gone.status_code) == (409, 400, 200)
    assert [(row["name"], row["filters"]) for row in listed["data"]] == [("Team a", body["filters"])]
    assert len(await busy.logs(**listed["data"][0]["filters"])) == 2
    assert (await busy.admin.get("/v1/logs/filters")).json()["total"] == 0
