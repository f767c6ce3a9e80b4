"""Requests that go by a config, and what their answers say of the way they went."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask

Json = dict[str, Any]
PART = b'data: {"choices":[{"index":0,"delta":{"content":"Once"},"finish_reason":null}]}\n\n'
ROLE = b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


class Pauses(list[float]):
    """Waits that are only written down: in the place of `plant.pause`."""

    async def __call__(self, seconds: float) -> None:
        """Take note."""
        self.append(seconds)


class Clock:
    """A clock that a test moves: in the place of `plant.signals.clock`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def demo(model: str = "gpt-4o", **more: Any) -> Json:
    """A target at the simulated vendor, which answers as the model's name says."""
    return {"provider": "@demo", "override_params": {"model": model}} | more


def fallback(*targets: Json, **strategy: Any) -> Json:
    """One target after the other."""
    return {"strategy": {"mode": "fallback"} | strategy, "targets": list(targets)}


def headers(config: Json | str, **more: str) -> dict[str, str]:
    """A config as requests send it."""
    said = config if isinstance(config, str) else msgspec.json.encode(config).decode()
    return {"x-portkey-config": said} | {f"x-portkey-{name.replace('_', '-')}": value for name, value in more.items()}


async def another(gateway: Gateway, vendor: SimulatedVendor, slug: str, **changes: Any) -> None:
    """One more provider at the simulated vendor, all of whose models are known when this is over."""
    await add_demo(gateway.admin, vendor.url, slug=slug, **changes)
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()


async def through(gateway: Gateway, config: Json | str, **body: Any) -> httpx.Response:
    """Ask for a completion by a config."""
    return await gateway.app.post("/v1/chat/completions", json=ask(**body), headers=headers(config))


async def saved(gateway: Gateway, config: Json, slug: str = "pc-saved") -> str:
    """Save a config; its slug."""
    made = await gateway.admin.post("/v1/configs", json={"name": slug, "slug": slug, "config": config})
    made.raise_for_status()
    return slug


def told(answer: httpx.Response) -> tuple[int, str, str]:
    """Status, the target's place, and how often it was asked again."""
    said = answer.headers
    return answer.status_code, said["x-portkey-last-used-option-index"], said["x-portkey-retry-attempt-count"]


def ending(raw: bytes) -> Json:
    """The last event of a stream."""
    found: Json = msgspec.json.decode(raw.rstrip().rpartition(b"data: ")[2])
    return found


async def attempts(gateway: Gateway) -> list[Json]:
    """What the newest log record says of each try."""
    found: list[Json] = (await gateway.log())["metrics"]["attempts"]
    return found
