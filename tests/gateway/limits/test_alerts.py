"""What needs care at this moment: budgets, keys, vendors and the log, at `/v1/alerts` and in `/v1/stats`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.watching.alerts import KEPT_SECONDS, Alert, Standing, Standings
from tests.gateway.limited import CHAT, chat, limited
from tests.gateway.running import Gateway, Json, ask


async def alerts_of(gateway: Gateway, key: str | None = None) -> list[Json]:
    """What a key is told, found out anew."""
    gateway.plant.standings = Standings()
    headers = {"authorization": f"Bearer {key}"} if key else None
    answer = await gateway.admin.get("/v1/alerts", headers=headers)
    rows: list[Json] = answer.raise_for_status().json()["data"]
    return rows


async def test_well_gateway_has_no_alerts(gateway: Gateway) -> None:
    """Where all is well nothing is told, and there is no budget where nobody has set one."""
    stats = (await gateway.admin.get("/v1/stats")).json()

    assert (await alerts_of(gateway), stats["alerts"], stats["budget"]) == ([], 0, None)


async def test_budgets_keys_and_vendors_in_need_of_care(gateway: Gateway) -> None:
    """The worst comes first; each says in words what it is, and what it is about; the status line has their number."""
    soon = (datetime.now(UTC) + timedelta(days=2, hours=1)).isoformat()
    half = {"credit_limit": 4, "type": "requests", "periodic_reset": "daily", "alert_thresholds": [25, 50]}
    async with (
        limited(gateway, name="short", usage_limits={"credit_limit": 1, "type": "requests"}) as short,
        limited(gateway, name="half", usage_limits=half) as other,
        limited(gateway, name="leaving", expires_at=soon),
    ):
        for app in (short, other, other):
            assert (await chat(app)).status_code == 200

        alerts = await alerts_of(gateway)
        stats = (await gateway.admin.get("/v1/stats")).json()

    assert [(each["kind"], each["level"]) for each in alerts] == [
        ("exhausted", "api_key"),
        ("threshold", "api_key"),
        ("key_expiring", "api_key"),
    ]
    assert alerts[0]["title"] == "Budget of api key `short` is exhausted"
    assert alerts[1]["title"] == "Budget of api key `half` has passed 2 requests"
    assert alerts[2]["title"] == "API key `leaving` expires within 3 days"
    limit = (await gateway.admin.get(f"/v1/limits/{alerts[1]['limit_id']}")).json()
    assert (limit["spent"], limit["name"], stats["alerts"]) == (2, "half", 3)


async def test_key_with_a_new_secret_is_not_leaving(gateway: Gateway) -> None:
    """While a rotated key's old secret still works for a while, nobody is told that the key ends."""
    made = await gateway.admin.post(
        "/v1/api-keys/workspace/service", json={"name": "turning", "scopes": ["completions.write"]}
    )
    rotated = await gateway.admin.post(f"/v1/api-keys/{made.json()['id']}/rotate", json={})

    assert rotated.status_code == 200
    assert await alerts_of(gateway) == []


async def test_budget_of_the_workspace_is_in_the_status_line(gateway: Gateway) -> None:
    """Of the workspaces' budgets of money the one spent most of is told with the stats, in dollars."""
    monthly = {"type": "cost", "periodic_reset": "monthly"}
    for name, dollars in (("Sales", 1), ("Default", 500)):
        body = {"name": name, "slug": name.lower(), "usage_limits": [monthly | {"credit_limit": dollars}]}
        method, path = ("POST", "") if name == "Sales" else ("PUT", "/default")
        answer = await gateway.admin.request(method, f"/v1/admin/workspaces{path}", json=body)
        assert answer.is_success, answer.text
    await gateway.chat(max_tokens=20)

    await alerts_of(gateway)
    told = (await gateway.admin.get("/v1/stats")).json()["budget"]

    assert told["limit"] == 500
    assert 0 < told["spent"] < 0.5


async def test_workspace_is_told_of_its_own(gateway: Gateway) -> None:
    """A key of one workspace is not told of the budgets and keys of another, the organisation's is told of all."""
    (await gateway.admin.post("/v1/admin/workspaces", json={"name": "Sales"})).raise_for_status()
    where = "/v1/api-keys/workspace/service"
    body = {"name": "theirs", "scopes": ["completions.write"], "workspace_id": "sales"}
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    (await gateway.admin.post(where, json=body | {"expires_at": soon})).raise_for_status()
    reader = await gateway.admin.post(where, json={"name": "reader", "scopes": ["analytics.view"]})

    assert [each["kind"] for each in await alerts_of(gateway)] == ["key_expiring"]
    assert await alerts_of(gateway, reader.json()["key"]) == []


async def test_without_the_scope_nothing_is_told(gateway: Gateway) -> None:
    """A key that may only ask for completions gets no alerts."""
    assert (await gateway.app.get("/v1/alerts")).status_code == 403
    assert (await gateway.app.post(CHAT, json=ask())).status_code == 200


async def test_answer_is_kept_for_some_seconds_for_whom_it_was_found() -> None:
    """Looking at every budget is not repeated for every glance at the status line, and nobody gets another's answer."""
    now, asked = 0.0, []
    standings = Standings(lambda: now)

    async def look(whose: str | None) -> Standing:
        async def find() -> Standing:
            asked.append(whose)
            return Standing((Alert(kind="exhausted", title=str(whose), text=""),))

        return await standings.of(whose, find)

    titles = [(await look(whose)).alerts[0].title for whose in (None, "sales", None, "sales")]
    now += KEPT_SECONDS
    await look(None)

    assert titles == ["None", "sales", "None", "sales"]
    assert asked == [None, "sales", None]
