"""Whatever a workspace's key may read, it reads of its own workspace."""

from __future__ import annotations

import re
from typing import Any

from gateway.framework import framework
from gateway.organisation.scopes import WORKSPACE_SCOPES
from tests.gateway.departments import key_in, made, provide, user, workspace
from tests.gateway.running import Gateway, ask

MARK = "hidden"
"""In the name of everything that is another workspace's."""
STREAMS = "/v1/logs/tail"


async def furnished(gateway: Gateway) -> list[str]:
    """A workspace with one of everything, each called so; what a path may name."""
    await workspace(gateway, "blue")
    await provide(gateway, "blue", f"{MARK}-demo")
    budget = {"credit_limit": 5, "periodic_reset": "monthly"}
    key = await made(
        gateway,
        "/api-keys/workspace/service",
        {"name": f"{MARK} key", "scopes": ["completions.write"], "workspace_id": "blue", "usage_limits": budget},
    )
    config = await made(
        gateway, "/configs", {"name": f"{MARK} config", "config": {"provider": f"@{MARK}-demo"}, "workspace_id": "blue"}
    )
    account = {"name": f"{MARK} account", "slug": f"{MARK}-account", "ai_provider_id": "openai", "key": "sk-1234567890"}
    await made(gateway, "/integrations", account | {"workspace_id": "blue"})
    rule = {"conditions": [{"key": "model", "value": f"{MARK}-model"}], "group_by": [{"key": "api_key"}]}
    named = {"name": f"{MARK} policy", "workspace_id": "blue", "type": "cost", "credit_limit": 1}
    policy = await made(gateway, "/policies/usage-limits", rule | named)
    who = await user(gateway, f"{MARK}@example.com", blue="member")
    asked = await gateway.app.post(
        "/v1/chat/completions",
        json=ask(f"{MARK} question", model=f"@{MARK}-demo/gpt-4o"),
        headers={"authorization": f"Bearer {key['key']}", "x-portkey-metadata": f'{{"team": "{MARK}"}}'},
    )
    assert asked.status_code == 200
    newest = (await gateway.logs())[0]
    limits = [each["id"] for each in (await gateway.admin.get("/v1/limits")).json()["data"]]
    slugs = [f"{MARK}-demo", f"{MARK}-account", config["data"]["slug"], "blue"]
    return [key["id"], policy["id"], who, newest["id"], newest["trace_id"], *slugs, *limits]


def readable(gateway: Gateway) -> list[str]:
    """The path of every route that reads."""
    return sorted(
        route.path
        for route in framework(gateway.plant.version).routes
        for handler in getattr(route, "route_handlers", [])
        if "GET" in handler.http_methods and not route.path.startswith((STREAMS, "/v1/openapi"))
    )


async def test_nothing_of_another_workspace_is_read_anywhere(gateway: Gateway) -> None:
    """Route by route: no answer to a key with all of a workspace's scopes has a word of another workspace."""
    names = await furnished(gateway)
    await workspace(gateway, "red")
    leaks: list[Any] = []
    statuses: set[int] = set()

    async with await key_in(gateway, "red", *sorted(WORKSPACE_SCOPES)) as red:
        for path in readable(gateway):
            for name in names if "{" in path else [""]:
                answer = await red.get(re.sub(r"\{[^}]*\}", name, path))
                statuses.add(answer.status_code)
                if MARK in answer.text.replace(name, "") or (
                    name and answer.status_code == 200 and name in answer.text
                ):
                    leaks.append((path, name, answer.status_code))

    assert leaks == []
    assert {200, 404} <= statuses <= {200, 400, 403, 404}


async def test_figures_of_the_moment_are_the_workspaces_own(gateway: Gateway) -> None:
    """`/v1/stats` tells a workspace's key of its own requests, errors and money, and the organisation's of all."""
    await furnished(gateway)
    await workspace(gateway, "red")
    async with await key_in(gateway, "red", "analytics.view", "completions.write") as red:
        await red.post("/v1/chat/completions", json=ask(model="@nobody/gpt-4o"))
        mine = (await red.get("/v1/stats")).json()
    everything = (await gateway.admin.get("/v1/stats")).json()

    assert (mine["requests_today"], mine["errors_today"], mine["cost_today_nanodollars"]) == (1, 1, 0)
    assert (mine["requests_per_second"], mine["errors_per_second"], mine["tokens_per_second"]) == (0.1, 0.1, 0)
    assert (mine["in_flight"], mine["p95_ms"] > 0) == (0, True)
    assert (everything["requests_today"], everything["cost_today_nanodollars"] > 0) == (2, True)
