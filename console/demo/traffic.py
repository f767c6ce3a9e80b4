"""Makes the demo's traffic: what applications ask, good and bad, at a walking pace. Run as a process of its own."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from console.demo.prose import chance

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]

PROMPTS = (
    "Summarise yesterday's support tickets in three lines.",
    "Write a friendly reminder about an unpaid invoice.",
    "What does this error mean: connection reset by peer?",
    "Translate `the bridge is closed` into French, Polish and Dutch.",
    "Suggest five names for a small coffee roaster.",
    "Explain the difference between a mutex and a semaphore to a beginner.",
    "Is this review positive? `Arrived late, but the keeper was kind.`",
    "Draft release notes: faster start, fewer retries, a new dark theme.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of request, and how often it is made among all others."""

    weight: int
    model: str
    stream: bool = True
    more: Mapping[str, Any] | None = None
    give_up_seconds: float = 60.0
    key: str | None = None
    """Instead of one of the applications' keys."""


PROVIDER = "@demo"
KINDS = (
    Kind(weight=22, model="gpt-4o"),
    Kind(weight=22, model="gpt-4o-mini"),
    Kind(weight=10, model="gpt-4.1-mini", stream=False),
    Kind(weight=6, model="o4-mini"),
    Kind(weight=12, model="demo-fast"),
    Kind(weight=4, model="demo-slow"),
    Kind(weight=4, model="demo-thinker", more={"stream_options": {"include_usage": True}}),
    Kind(weight=4, model="gpt-4o", stream=False, more={"response_format": {"type": "json_object"}}),
    Kind(weight=4, model="demo-rate-limited", stream=False),
    Kind(weight=2, model="demo-error-500", stream=False),
    Kind(weight=2, model="demo-error-529"),
    Kind(weight=2, model="demo-cut"),
    Kind(weight=2, model="demo-stall", give_up_seconds=4.0),
    Kind(weight=1, model="demo-html"),
    Kind(weight=1, model="gpt-5-imaginary-demo", stream=False, more={"messages": "not a list"}),
    Kind(weight=1, model="gpt-4o", key="th-this-key-was-revoked"),
)
"""Mostly good; one in seven fails, so that there is something to find."""

FIRST_BURST, BURST_GAP_SECONDS, MEAN_GAP_SECONDS = 12, 0.08, 0.7
"""A screen full at once, then about one and a half a second."""
AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask, and with which applications' API keys; read from standard input, for keys are no arguments."""

    gateway: str
    keys: Mapping[str, str]


def body_of(kind: Kind, draw: random.Random) -> Json:
    """The body of one request."""
    system = {"role": "system", "content": "You are a helpful toll keeper. Be brief."}
    messages = [system, {"role": "user", "content": draw.choice(PROMPTS)}]
    body = {"model": f"{PROVIDER}/{kind.model}", "messages": messages, "stream": kind.stream, "max_tokens": 400}
    return body | dict(kind.more or {})


def headers_of(kind: Kind, plan: Plan, draw: random.Random) -> dict[str, str]:
    """Key, trace and metadata, as an application sends them."""
    name = draw.choice(list(plan.keys))
    metadata = {"_user": draw.choice(("ada", "grace", "linus", "edsger")), "app": name}
    return {
        "authorization": f"Bearer {kind.key or plan.keys[name]}",
        "x-portkey-trace-id": f"demo-{draw.getrandbits(32):08x}",
        "x-portkey-metadata": msgspec.json.encode(metadata).decode(),
    }


async def ask(client: httpx.AsyncClient, kind: Kind, headers: dict[str, str], body: Json) -> None:
    """One request, read to its end or given up; how it went is the gateway's to tell."""
    import httpx

    try:
        async with asyncio.timeout(kind.give_up_seconds):
            async with client.stream("POST", "/v1/chat/completions", json=body, headers=headers) as answer:
                async for _ in answer.aiter_bytes():
                    pass
    except (httpx.HTTPError, TimeoutError):
        pass  # failures are a part of the show


async def drive(plan: Plan) -> None:
    """Ask for ever."""
    import httpx

    draw, room = chance("traffic"), asyncio.Semaphore(AT_ONCE)
    weights = [kind.weight for kind in KINDS]
    number = 0
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=plan.gateway, timeout=90, trust_env=False))
        group = await stack.enter_async_context(asyncio.TaskGroup())

        async def one(kind: Kind) -> None:
            async with room:
                await ask(client, kind, headers_of(kind, plan, draw), body_of(kind, draw))

        while True:
            group.create_task(one(draw.choices(KINDS, weights)[0]))
            number += 1
            await asyncio.sleep(BURST_GAP_SECONDS if number < FIRST_BURST else draw.expovariate(1 / MEAN_GAP_SECONDS))


if __name__ == "__main__":
    asyncio.run(drive(msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)))
