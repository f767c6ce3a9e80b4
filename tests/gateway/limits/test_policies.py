"""Policies: limits on whatever requests their conditions find, by the API that Portkey has for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gateway.api.admin.policy_shapes import check_new
from gateway.errors import BadRequest
from gateway.limits.catalog import policy_of
from gateway.limits.policies import indexed
from store.limits.policies import PolicyRow
from store.organisation.workspaces import WorkspaceRow
from tests.gateway.running import Gateway, Json, ask, client

USAGE, RATE = "/v1/policies/usage-limits", "/v1/policies/rate-limits"
POLICY: Json = {
    "name": "Two each",
    "conditions": [{"key": "metadata.team", "value": "*"}],
    "group_by": [{"key": "metadata.team"}],
    "type": "requests",
    "credit_limit": 2,
    "periodic_reset": "monthly",
}


async def made(gateway: Gateway, path: str = USAGE, **changes: Any) -> str:
    """The id of a new policy."""
    answer = await gateway.admin.post(path, json=POLICY | changes)
    policy_id: str = answer.raise_for_status().json()["id"]
    return policy_id


async def asked(gateway: Gateway, team: str, **more: Any) -> int:
    """The status of a request of a team."""
    headers = {"x-portkey-metadata": f'{{"team": "{team}"}}'}
    return (await gateway.app.post("/v1/chat/completions", json=ask(**more), headers=headers)).status_code


async def test_groups_are_counted_apart(gateway: Gateway) -> None:
    """Each value of what a policy groups by has the whole budget, and who has none of it is not limited."""
    await made(gateway)

    of_red = [await asked(gateway, "red") for _ in range(3)]
    of_blue = await asked(gateway, "blue")
    of_nobody = [(await gateway.chat()).status_code for _ in range(3)]

    assert (of_red, of_blue, of_nobody) == ([200, 200, 412], 200, [200, 200, 200])


async def test_exhausted_policy_speaks_portkeys_words(gateway: Gateway) -> None:
    """A policy's refusal has the type and the code of the contract, and names the group."""
    await made(gateway, credit_limit=0)

    headers = {"x-portkey-metadata": '{"team": "red"}'}
    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)

    error = answer.json()["error"]
    assert (answer.status_code, error["type"], error["code"], error["fault"]) == (
        412,
        "usage_limits_policy_exhaust_error",
        "06",
        "policy",
    )
    assert "metadata.team=red" in error["message"]


@pytest.mark.parametrize(
    ("conditions", "is_held"),
    [
        ([{"key": "model", "value": "@demo/gpt-4o"}], True),
        ([{"key": "model", "value": "@demo/gpt-4o-mini"}], False),
        ([{"key": "model", "value": "@demo/*"}], True),
        ([{"key": "model", "value": "@*/*-mini"}], False),
        ([{"key": "virtual_key", "value": "demo"}, {"key": "user", "value": "ada"}], True),
        ([{"key": "provider", "value": "demo"}, {"key": "user", "value": "bob"}], False),
        ([{"key": "workspace_id", "value": "default"}, {"key": "model", "value": ["x", "@demo/gpt-4o"]}], True),
        ([{"key": "metadata.team", "value": "*"}], False),
        ([{"key": "metadata._user", "value": "ada", "excludes": True}], False),
        ([{"key": "metadata._user", "value": "b*", "excludes": True}], True),
        ([{"key": "config", "value": "pc-x"}], False),
    ],
)
def test_conditions_find_what_they_say(conditions: list[Json], is_held: bool) -> None:
    """A policy holds for the requests that have everything it asks for, and for no other."""
    rule = msgspec.json.encode({"conditions": conditions, "group_by": [], "limit": {"credit_limit": 1}}).decode()
    row = PolicyRow(id="p", kind="usage-limits", rule=rule, created_at_ms=0)
    request = {"model": "@demo/gpt-4o", "provider": "demo", "workspace_id": "default", "metadata._user": "ada"}

    found = list(indexed([policy_of(row)]).found(request.get))

    assert bool(found) == is_held


async def test_policy_can_be_changed_watched_reset_and_archived(gateway: Gateway) -> None:
    """The whole life of a policy by its API: each change holds for the next request."""
    policy_id = await made(gateway)
    place = f"{USAGE}/{policy_id}"
    spent = [await asked(gateway, "red") for _ in range(3)]

    entities = (await gateway.admin.get(f"{place}/entities")).json()["data"]
    told = (await gateway.admin.get(place, params={"include_usage": "true"})).json()
    await gateway.admin.put(f"{place}/entities/{entities[0]['id']}/reset")
    after_reset = [await asked(gateway, "red") for _ in range(3)]
    await gateway.admin.put(place, json={"credit_limit": 3, "name": "Three each"})
    after_change = [await asked(gateway, "red") for _ in range(2)]
    await gateway.admin.delete(place)
    after_end = await asked(gateway, "red")

    assert spent == [200, 200, 412]
    assert [(each["value_key"], each["current_usage"]) for each in entities] == [("metadata.team=red", 2)]
    assert told["value_key_usage_map"] == {"metadata.team=red": 2}
    assert (after_reset, after_change, after_end) == ([200, 200, 412], [200, 412], 200)
    assert (await gateway.admin.get(place)).json()["status"] == "archived"
    assert (await gateway.admin.get(USAGE)).json()["total"] == 0


async def test_rate_policy_limits_each_group(gateway: Gateway) -> None:
    """A rate by policy refuses with 429, when to try again, and the usual headers; groups are counted apart."""
    rate = {"type": "requests", "unit": "rpm", "value": 1, "credit_limit": None, "periodic_reset": None}
    await made(gateway, RATE, **rate)
    headers = {"x-portkey-metadata": '{"team": "red"}'}

    first = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)
    second = await gateway.app.post("/v1/chat/completions", json=ask(), headers=headers)

    assert (first.status_code, second.status_code, await asked(gateway, "blue")) == (200, 429, 200)
    assert (first.headers["x-ratelimit-limit-requests"], first.headers["x-ratelimit-remaining-requests"]) == ("1", "0")
    assert 1 <= int(second.headers["retry-after"]) <= 60
    assert second.json()["error"]["type"] == "rate_limits_policy_exhaust_error"
    assert (await gateway.admin.get(RATE)).json()["data"][0]["unit"] == "rpm"


@pytest.mark.parametrize(
    ("kind", "change", "names"),
    [
        (
            "usage-limits",
            {"conditions": [], "group_by": None, "credit_limit": -1},
            ["conditions", "group_by", "credit_limit"],
        ),
        (
            "usage-limits",
            {"conditions": [{"key": "colour", "value": ""}]},
            ["conditions[0].key", "conditions[0].value"],
        ),
        ("usage-limits", {"type": "money", "periodic_reset": "hourly"}, ["type", "periodic_reset"]),
        ("usage-limits", {"periodic_reset_days": 3, "time_zone": "Mars/Base"}, ["periodic_reset_days", "time_zone"]),
        ("usage-limits", {"limit": 3}, ["limit"]),
        ("rate-limits", {"credit_limit": None, "periodic_reset": None, "unit": "rpx"}, ["value", "unit"]),
    ],
)
def test_everything_wrong_is_told_at_once(kind: str, change: dict[str, Any], names: list[str]) -> None:
    """A policy that cannot be is refused with every field that is wrong."""
    with pytest.raises(BadRequest) as refused:
        check_new(kind, POLICY | change)

    assert [name for name in names if f"`{name}`" not in refused.value.message] == []


async def test_wrong_policy_is_not_made(gateway: Gateway) -> None:
    """A refused policy leaves nothing behind."""
    answer = await gateway.admin.post(USAGE, json=POLICY | {"type": "money", "credit_limit": -1})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "type")
    assert (await gateway.admin.get(USAGE)).json()["total"] == 0


async def test_limits_are_seen_raised_and_reset(gateway: Gateway) -> None:
    """How a budget stands is visible at once; one call raises it for two hours, another lets it begin anew."""
    made_key = await gateway.admin.post(
        "/v1/api-keys/workspace/service",
        json={
            "name": "team",
            "scopes": ["completions.write"],
            "usage_limits": {"credit_limit": 1, "type": "requests", "periodic_reset": "weekly"},
        },
    )
    headers = {"x-portkey-api-key": made_key.json()["key"]}

    async def status() -> int:
        return (await gateway.admin.post("/v1/chat/completions", json=ask(), headers=headers)).status_code

    spent = [await status() for _ in range(2)]
    (seen,) = (await gateway.admin.get("/v1/limits", params={"level": "api_key"})).json()["data"]
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    place = f"/v1/limits/{seen['id']}"
    raised = (await gateway.admin.post(f"{place}/raise", json={"amount": 1, "until": until})).json()
    after_raise = [await status() for _ in range(2)]
    anew = (await gateway.admin.post(f"{place}/reset")).json()

    assert (spent, after_raise, await status()) == ([200, 412], [200, 412], 200)
    assert (seen["spent"], seen["left"], seen["reserved"], seen["refused"], seen["mode"]) == (1, 0, 0, 1, "hard")
    assert seen["resets_at"] > datetime.now(UTC).isoformat()
    assert (seen["burn_rate"] > 0, seen["forecast"] >= 1, seen["runs_out_at"]) == (True, True, None)
    assert (raised["limit"], raised["raised"], raised["left"]) == (2, 1, 1)
    assert (anew["spent"], anew["left"]) == (0, 2)


async def test_budget_cannot_be_raised_by_nothing_or_for_ever(gateway: Gateway) -> None:
    """A raise that names no amount and no end is refused with both; an unknown limit is a 404."""
    policy_id = await made(gateway, conditions=[{"key": "workspace_id", "value": "*"}])
    await gateway.chat()
    (seen,) = (await gateway.admin.get("/v1/limits", params={"owner": policy_id})).json()["data"]

    wrong = await gateway.admin.post(f"/v1/limits/{seen['id']}/raise", json={"amount": -1})
    unknown = await gateway.admin.post("/v1/limits/nobody/raise", json={"amount": 1})

    message = wrong.json()["error"]["message"]
    assert (wrong.status_code, unknown.status_code) == (400, 404)
    assert ("`amount`" in message, "`until`" in message) == (True, True)


async def test_workspace_sees_its_own_policies_alone(gateway: Gateway) -> None:
    """A workspace's key makes policies for its own workspace, and neither sees nor makes those of anybody else."""
    body = {"name": "lead", "scopes": ["policies.create", "policies.list", "policies.read"]}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()["key"]
    async with gateway.plant.change() as session:
        session.add(WorkspaceRow(id="w-blue", slug="blue", name="Blue", created_at_ms=0))
    of_all, of_blue = await made(gateway), await made(gateway, workspace_id="w-blue")

    async with client(gateway.url, key) as lead:
        own = (await lead.post(USAGE, json=POLICY)).raise_for_status().json()["id"]
        theirs = (await lead.get(USAGE)).json()["data"]
        hidden = [(await lead.get(f"{USAGE}/{each}")).status_code for each in (of_all, of_blue)]
        elsewhere = await lead.post(USAGE, json=POLICY | {"workspace_id": "blue"})

    assert [(each["id"], each["workspace_id"]) for each in theirs] == [(own, "default")]
    assert (hidden, elsewhere.status_code) == ([404, 404], 403)
    assert (await gateway.admin.get(USAGE, params={"workspace_id": "blue"})).json()["total"] == 1
