"""Keys with budgets and rates, for tests of what these do to requests."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx

from tests.gateway.running import Gateway, Json, ask, client

CHAT = "/v1/chat/completions"
NANO = 1_000_000_000


@asynccontextmanager
async def limited(gateway: Gateway, **limits: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose key has these limits."""
    body = {"name": "team", "scopes": ["completions.write"]} | limits
    made = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)
    async with client(gateway.url, made.raise_for_status().json()["key"]) as app:
        yield app


async def chat(app: httpx.AsyncClient, *, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    """Ask for a completion of at most 20 tokens, unless something else is said."""
    return await app.post(CHAT, json=ask(**{"max_tokens": 20, **more}), headers=headers)  # type: ignore[arg-type]


def budget(dollars: float, **more: object) -> Json:
    """A monthly budget of money."""
    return {"credit_limit": dollars, "type": "cost", "periodic_reset": "monthly"} | more


def reason(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    """Status, type and code of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["type"], error["code"]


async def spent_in(gateway: Gateway, home: Path) -> list[int]:
    """Nanodollars of every counter, once all records are in the database."""
    assert await gateway.plant.writer.caught_up(20)
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        return [spent for (spent,) in connection.execute("SELECT nanodollars FROM counters ORDER BY counter_id")]


async def billed_in(gateway: Gateway, home: Path) -> int:
    """Nanodollars of every record of the key `team`, once all records are in the database."""
    assert await gateway.plant.writer.caught_up(20)
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        billed = "SELECT SUM(cost) FROM logs WHERE api_key_name = (SELECT id FROM log_names WHERE name = 'team')"
        return int(connection.execute(billed).fetchone()[0] or 0)
