"""A gateway in this process, in a home of its own, with what a test needs to ask it."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from console.demo.vendor import serve_vendor
from gateway.catalog.sources import Sources
from gateway.configs.nodes import Leaf
from gateway.configs.saved import Saved
from gateway.plant import Plant
from gateway.settings import Settings
from gateway.snapshot import load
from gateway.start import drain, listening, owner_key, plant_of
from tests.ports import free_port

Json = dict[str, Any]
OPERATOR_KEY = "th-operator-of-the-tests"
PATIENCE_SECONDS = 20.0
"""How long a test waits for what has to come."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """It runs. `admin` carries the owner's key, `app` the key of an application, which may only ask for completions."""

    url: str
    plant: Plant
    admin: httpx.AsyncClient
    app: httpx.AsyncClient
    app_key: str

    async def chat(self, text: str = "Hello", **more: Any) -> httpx.Response:
        """Ask for a completion."""
        return await self.app.post("/v1/chat/completions", json=ask(text, **more))

    async def logs(self, **filters: str) -> list[Json]:
        """The newest log records, all of them written, however busy the machine is."""
        await self.plant.writer.caught_up(PATIENCE_SECONDS)
        answer = await self.admin.get("/v1/logs", params=filters)
        rows: list[Json] = answer.raise_for_status().json()["data"]
        return rows

    async def log(self, **filters: str) -> Json:
        """The newest log record, whole."""
        newest = (await self.logs(**filters))[0]
        whole: Json = (await self.admin.get(f"/v1/logs/{newest['id']}")).raise_for_status().json()
        return whole

    async def is_up_to_date(self) -> None:
        """Assert that what was read bit by bit, change by change, is what a gateway that starts now would read."""
        plant = self.plant
        async with plant.changing:
            now_ms = time.time_ns() // 1_000_000
            afresh = await load(Sources(), plant.database, plant.vault, plant.prices, now_ms, plant.references)
            callers = {key: each for key, each in plant.snapshot.callers.items() if key != plant.owner_hash}
            for name in ("providers", "limits", "workspaces", "people"):
                assert getattr(plant.snapshot, name) == getattr(afresh, name), name
            assert told(plant.snapshot.saved) == told(afresh.saved)
            assert callers == afresh.callers
            assert {slug: each.providers for slug, each in plant.snapshot.catalogs.items()} == {
                slug: each.providers for slug, each in afresh.catalogs.items()
            }


def told(saved: Saved) -> Json:
    """What there is to compare of saved configs: their conditions are functions, no two of which are equal."""
    configs = {slug: replace(config, root=Leaf()) for slug, config in saved.configs.items()}
    return {"configs": configs, "known": saved.known, "defaults": saved.defaults}


def ask(text: str = "Hello", *, model: str = "@demo/gpt-4o", **more: Any) -> Json:
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": text}]} | more


@asynccontextmanager
async def gateway_in(home: Path, app_key: str | None = None, **settings: Any) -> AsyncIterator[Gateway]:
    """A gateway for as long as the block runs; the owner's key is OPERATOR_KEY, and the application's a new one."""
    port = free_port()
    usual: Json = {"home": home, "port": port, "operator_key": OPERATOR_KEY, "drain_seconds": 5.0}
    chosen = Settings(**(usual | settings))
    url = f"http://127.0.0.1:{port}"
    async with plant_of(chosen) as plant, listening(plant), client(url, owner_key(chosen)) as admin:
        await plant.prices.ready.wait()
        key = app_key or await new_key(admin)
        async with client(url, key) as app:
            yield Gateway(url, plant, admin, app, key)
            await drain(plant)


async def new_key(admin: httpx.AsyncClient) -> str:
    """The secret of a new API key, of an application that may only ask for completions."""
    body = {"name": "webui", "scopes": ["completions.write"]}
    made: Json = (await admin.post("/v1/api-keys/workspace/service", json=body)).raise_for_status().json()
    key: str = made["key"]
    return key


def client(url: str, key: str) -> httpx.AsyncClient:
    """A client with an API key."""
    return httpx.AsyncClient(
        base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=20, trust_env=False, verify=False
    )


async def add_demo(admin: httpx.AsyncClient, vendor_url: str, **changes: Any) -> None:
    """An integration for the simulated vendor, with a provider `@demo`."""
    body = {
        "name": "Simulated vendor",
        "slug": "demo",
        "ai_provider_id": "openai",
        "key": "sk-vendor-secret-0123456789",
        "configurations": {"custom_host": vendor_url},
    }
    (await admin.post("/v1/integrations", json=body | changes)).raise_for_status()


@dataclass(frozen=True, slots=True)
class Furnished:
    """A home to be copied: it has a provider `@demo`, whose vendor is to listen at `vendor_port`, and a key."""

    home: Path
    vendor_port: int
    app_key: str

    def copy(self, home: Path) -> None:
        """What a gateway has written down, into the home of another."""
        for name in ("tollhouse.db", "master.key"):
            shutil.copy(self.home / name, home)


async def furnish(home: Path, vendor_port: int) -> Furnished:
    """A home whose gateway has run before."""
    async with serve_vendor(port=vendor_port) as vendor, gateway_in(home) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        return Furnished(home, vendor_port, gateway.app_key)
