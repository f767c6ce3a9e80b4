"""Two departments, from the first key to the end of the money and back: what Tollhouse is there for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx
import pytest

from console.commandline.launch import command, environment
from tests.gateway.departments import key_in, made, provide, workspace
from tests.gateway.limited import budget, chat
from tests.gateway.limits.test_notifications import Receiver, receiving
from tests.gateway.running import PATIENCE_SECONDS, Gateway, Json

LIMITS = {"sales": 0.002, "research": 100}
"""Dollars."""
DASHBOARD = ("requests", "cost", "tokens", "errors/status-codes")


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """The operators' webhook."""
    async with receiving() as receiver:
        yield receiver


async def department(gateway: Gateway, name: str) -> httpx.AsyncClient:
    """A workspace with a provider, money, and a client with the key of its application."""
    await workspace(gateway, name, usage_limits=budget(LIMITS[name], on_shortage="refuse"))
    await provide(gateway, name, f"{name}-llm")
    return await key_in(gateway, name, "completions.write", "analytics.view", "logs.list")


async def used_up(app: httpx.AsyncClient, model: str) -> list[httpx.Response]:
    """Ask until refused."""
    answers: list[httpx.Response] = []
    while not answers or (answers[-1].status_code == 200 and len(answers) < 100):
        answers.append(await chat(app, model=model))
    return answers


async def limit_of(gateway: Gateway, owner: str) -> Json:
    """How a workspace's budget stands."""
    listed = await gateway.admin.get("/v1/limits", params={"level": "workspace", "owner": owner})
    (state,) = listed.json()["data"]
    found: Json = state
    return found


async def dashboard(app: httpx.AsyncClient) -> dict[str, Json]:
    """The graphs that a department sees of itself."""
    answers = {name: await app.get(f"/v1/analytics/graphs/{name}") for name in DASHBOARD}
    return {name: answer.raise_for_status().json() for name, answer in answers.items()}


async def test_money_of_a_department_ends_is_told_and_raised(
    gateway: Gateway, receiver: Receiver, tmp_path: Path
) -> None:
    """One department's money ends: it is refused and people told, while the other goes on; raised, so does it."""
    hook = {"name": "operators", "url": receiver.url, "events": ["exhausted"]}
    await made(gateway, "/notifications/channels", hook)
    async with await department(gateway, "sales") as sales, await department(gateway, "research") as research:
        answers = await used_up(sales, "@sales-llm/gpt-4o")
        others = await chat(research, model="@research-llm/gpt-4o")
        with anyio.fail_after(PATIENCE_SECONDS):
            await receiver.came.wait()
        await gateway.plant.writer.caught_up(PATIENCE_SECONDS)
        stopped, graphs, neighbours = (
            await limit_of(gateway, "sales"),
            await dashboard(sales),
            await dashboard(research),
        )

        until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        raised = await gateway.admin.post(f"/v1/limits/{stopped['id']}/raise", json={"amount": 1, "until": until})
        again = await chat(sales, model="@sales-llm/gpt-4o")
    audit = (await gateway.admin.get("/v1/audit-logs", params={"page_size": 100})).json()["records"]

    served = [answer for answer in answers if answer.status_code == 200]
    assert (len(served) > 1, answers[-1].status_code, others.status_code) == (True, 412, 200)
    assert answers[-1].json()["error"]["type"] == "workspace_exhaust_error"
    assert 0 < stopped["spent"] <= LIMITS["sales"]
    assert (stopped["status"], stopped["reserved"]) == ("exhausted", 0)
    assert [each["title"] for each in receiver.received] == ["Tollhouse: Budget of workspace `sales` is exhausted"]
    assert graphs["requests"]["summary"]["total"] == len(answers)
    assert graphs["cost"]["summary"]["total"] == pytest.approx(stopped["spent"] * 100)
    assert neighbours["requests"]["summary"]["total"] == 1
    assert (raised.status_code, raised.json()["limit"], again.status_code) == (200, 1 + LIMITS["sales"], 200)
    kinds = [(each["action"], each["resource_type"]) for each in audit]
    assert kinds.count(("create", "workspaces")) == 2
    assert kinds[0] == ("raise", "limits")
    assert is_proved(tmp_path)


def is_proved(home: Path) -> bool:
    """Whether `tollhouse audit verify` agrees, while the gateway runs."""
    typed = command("console.cli", "audit", "verify", "--home", str(home))
    ended = subprocess.run(typed, env=environment(os.environ), capture_output=True, text=True, timeout=30, check=False)
    return ended.returncode == 0 and "as it was written" in ended.stdout
