"""Lists of limits are given whole, so a change may say which ones it was made from."""

from __future__ import annotations

import pytest

from tests.gateway.limited import budget
from tests.gateway.running import Gateway, Json

DAILY = {"credit_limit": 3, "type": "requests", "periodic_reset": "daily"}
PLACES = ("/v1/api-keys/{key}", "/v1/admin/workspaces/sales", "/v1/providers/demo", "/v1/virtual-keys/demo")


async def places(gateway: Gateway) -> dict[str, str]:
    """Something of every kind that has limits, by how its place is written here."""
    await gateway.admin.post("/v1/admin/workspaces", json={"name": "sales"})
    body = {"name": "team", "scopes": ["completions.write"]}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).json()["id"]
    return {place: place.format(key=key) for place in PLACES}


@pytest.mark.parametrize("place", PLACES)
async def test_two_who_add_a_budget_at_once_do_not_lose_one(gateway: Gateway, place: str) -> None:
    """Who changes limits that are others by now is told, and nothing is saved; made anew, the change goes through."""
    path = (await places(gateway))[place]
    seen = (await gateway.admin.get(path)).json()["limits_version"]

    first = await gateway.admin.put(path, json={"usage_limits": [budget(5)], "limits_version": seen})
    second = await gateway.admin.put(path, json={"name": "x", "usage_limits": [DAILY], "limits_version": seen})
    now = (await gateway.admin.get(path)).json()
    third = await gateway.admin.put(
        path, json={"usage_limits": [budget(5), DAILY], "limits_version": now["limits_version"]}
    )

    error = second.json()["error"]
    assert (first.status_code, second.status_code, third.status_code) == (200, 409, 200)
    assert (error["code"], error["param"]) == ("conflict", "limits_version")
    assert "changed meanwhile" in error["message"]
    assert [each["credit_limit"] for each in now["usage_limits"]] == [5]
    assert now["name"] != "x"


async def test_who_says_nothing_of_a_version_changes_whatever_holds(gateway: Gateway) -> None:
    """Portkey's clients know of no version."""
    path = (await places(gateway))["/v1/providers/demo"]

    answers = [await gateway.admin.put(path, json={"usage_limits": [each]}) for each in (budget(5), DAILY)]

    assert [answer.status_code for answer in answers] == [200, 200]


async def test_what_a_workspace_may_use_has_a_version_of_its_own(gateway: Gateway) -> None:
    """Another workspace's limits are none of its business."""
    await places(gateway)
    path = "/v1/integrations/demo/workspaces"

    async def seen(workspace: str) -> str:
        rows = (await gateway.admin.get(path)).json()["workspaces"]
        return next(str(row["limits_version"]) for row in rows if row["id"] == workspace)

    def change(workspace: str, version: str) -> Json:
        said = {"id": workspace, "enabled": True, "usage_limits": [budget(5)], "limits_version": version}
        return {"workspaces": [said]}

    mine, others = await seen("sales"), await seen("default")
    statuses = [
        (await gateway.admin.put(path, json=change(*each))).status_code
        for each in (("default", others), ("sales", mine), ("sales", mine))
    ]

    assert statuses == [200, 200, 409]
