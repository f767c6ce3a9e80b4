"""How limits stand, and whose they are: what the list of them says, and the lists of what is limited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.gateway.departments import key_in, organisation_key, workspace
from tests.gateway.limited import budget
from tests.gateway.running import Gateway, Json, ask, client

CHAT = "/v1/chat/completions"


async def provisioned(gateway: Gateway, **limits: object) -> None:
    """The workspace `sales` with a provider `@sales` of the vendor's account, within these limits."""
    await workspace(gateway, "sales")
    access = {"id": "sales", "enabled": True, "default_provider_slug": "sales", **limits}
    answer = await gateway.admin.put("/v1/integrations/demo/workspaces", json={"workspaces": [access]})
    answer.raise_for_status()


async def listed(gateway: Gateway, **where: str) -> list[Json]:
    """Limits as the list has them."""
    rows: list[Json] = (await gateway.admin.get("/v1/limits", params=where)).raise_for_status().json()["data"]
    return rows


async def test_what_a_workspace_may_use_of_an_integration_holds_for_every_key(gateway: Gateway) -> None:
    """Keys of the organisation, which are of no workspace, use the allowance of the workspace whose provider they ask.

    Who is out of it is shown as exhausted.
    """
    await provisioned(gateway, usage_limits=[{"credit_limit": 2, "type": "requests"}])

    async with await organisation_key(gateway, "completions.write") as above:
        answers = [await above.post(CHAT, json=ask(model="@sales/gpt-4o")) for _ in range(2)]
        elsewhere = await above.post(CHAT, json=ask())
    async with await key_in(gateway, "sales", "completions.write") as sales:
        answers.append(await sales.post(CHAT, json=ask(model="@sales/gpt-4o")))

    (limit,) = await listed(gateway, level="integration")
    providers = (await gateway.admin.get("/v1/providers")).json()["data"]
    assert [answer.status_code for answer in (*answers, elsewhere)] == [200, 200, 412, 200]
    assert (limit["spent"], limit["refused"], limit["name"]) == (2, 1, "demo")
    assert {each["slug"]: each["status"] for each in providers} == {"demo": "active", "sales": "exhausted"}


async def test_list_says_all_that_a_limit_is(gateway: Gateway) -> None:
    """Alert thresholds, the time zone of the period and what happens where too little is left stand in the list."""
    body = budget(50, alert_thresholds=[50, 80], time_zone="Europe/Berlin", on_shortage="refuse")
    await gateway.admin.post(
        "/v1/api-keys/workspace/service",
        json={
            "name": "team",
            "scopes": ["completions.write"],
            "usage_limits": [body, {"credit_limit": 0, "type": "requests"}],
            "rate_limits": [{"type": "requests", "unit": "rpm", "value": 60}],
        },
    )

    money, requests, rate = await listed(gateway, level="api_key")

    keys = (await gateway.admin.get("/v1/api-keys")).json()["data"]
    assert (money["alerts"], money["time_zone"], money["on_shortage"]) == ([25, 40], "Europe/Berlin", "refuse")
    assert (requests["alerts"], requests["on_shortage"], requests["resets_at"]) == ([], "lower", None)
    assert (rate["alerts"], rate["time_zone"], rate["on_shortage"]) == ([], "", "")
    assert {each["name"]: each["status"] for each in keys} == {"webui": "active", "team": "exhausted"}


async def test_raised_budget_is_exhausted_no_more(gateway: Gateway) -> None:
    """Who had too little left for a request is exhausted, and from the moment of the raise on is not."""
    body = {"name": "team", "scopes": ["completions.write"], "usage_limits": [budget(0.000001, on_shortage="refuse")]}
    made = (await gateway.admin.post("/v1/api-keys/workspace/service", json=body)).json()
    async with client(gateway.url, made["key"]) as team:
        refused = await team.post(CHAT, json=ask())
    (before,) = await listed(gateway, level="api_key")
    status = [(await gateway.admin.get(f"/v1/api-keys/{made['id']}")).json()["status"]]

    until = datetime.now(UTC) + timedelta(hours=2)
    raised = {"amount": 10, "until": until.isoformat()}
    after = (await gateway.admin.post(f"/v1/limits/{before['id']}/raise", json=raised)).json()

    status.append((await gateway.admin.get(f"/v1/api-keys/{made['id']}")).json()["status"])
    assert (refused.status_code, before["left"] > 0) == (412, True)
    assert (before["status"], after["status"], after["refused"]) == ("exhausted", "active", 1)
    assert status == ["exhausted", "active"]
