"""Answered means logged, also after `kill -9` in the middle of it all."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from random import Random

import httpx

from tests.e2e.running import (
    CHAT,
    PATIENCE_SECONDS,
    Gateway,
    add_demo,
    ask,
    async_client,
    gateway_in,
    new_key,
)
from tests.ports import free_port

KILLS, CLIENTS = 3, 24
LEAST, MOST = 40, 250
"""Answers before a kill."""
KINDS = (
    ask(),
    ask(stream=True),
    ask(stream=True, stream_options={"include_usage": True}),
    ask(model="@demo/demo-cut", stream=True),
    ask(model="@demo/demo-error-503"),
    ask(model="@nobody/gpt-4o"),
)
"""Whole answers, streams, streams that break, refusals: whatever a client can read to its end."""
ENDINGS = (b"data: [DONE]\n\n", b'"provider":"openai"}\n\n')
"""What the last event of a stream ends with, good or broken."""


class Crowd:
    """Clients that ask on and on; knows which requests they have the whole answer of."""

    def __init__(self, url: str, key: str, prefix: str) -> None:
        self.answered: list[str] = []
        self._client = async_client(url, key)
        self._prefix, self._numbers = prefix, count()
        self._more = asyncio.Event()

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """They ask until the gateway is gone; all have stopped when the block has ended."""
        async with self._client, asyncio.TaskGroup() as group:
            for _ in range(CLIENTS):
                group.create_task(self._ask_on())
            yield

    async def has(self, answers: int) -> None:
        """Wait until so many answers have been read. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.answered) < answers:
                self._more.clear()
                await self._more.wait()

    async def _ask_on(self) -> None:
        try:
            while True:
                await self._ask(next(self._numbers))
        except httpx.HTTPError:
            pass  # the gateway was killed

    async def _ask(self, number: int) -> None:
        trace, body = f"{self._prefix}-{number}", KINDS[number % len(KINDS)]
        headers, received = {"x-portkey-trace-id": trace}, b""
        async with self._client.stream("POST", CHAT, json=body, headers=headers) as answer:
            is_stream = answer.headers["content-type"].startswith("text/event-stream")
            async for data in answer.aiter_bytes():
                received += data
                if is_stream and received.endswith(ENDINGS):
                    break  # a client needs no more than this, so neither may the log
        self.answered.append(trace)
        self._more.set()


async def killed(gateway: Gateway, key: str, prefix: str, answers: int) -> list[str]:
    """Put the gateway under load and kill it after so many answers; the traces of all that were answered."""
    crowd = Crowd(gateway.url, key, prefix)
    async with crowd.asking():
        await crowd.has(answers)
        gateway.process.kill()
    return crowd.answered


async def test_what_was_answered_is_logged(tmp_path: Path, vendor_url: str) -> None:
    """After several kills under load each request whose answer was read to its end is in the log, exactly once."""
    home, port, chance = tmp_path / "home", free_port(), Random(2)
    with gateway_in(home, port=port) as gateway:
        add_demo(gateway.admin, vendor_url)
        key = new_key(gateway.admin)
    answered: list[str] = []

    for kill in range(KILLS):
        with gateway_in(home, port=port) as gateway:
            answered += await killed(gateway, key, f"kill-{kill}", chance.randint(LEAST, MOST))

    with gateway_in(home, port=port) as gateway:
        logged = Counter(record["trace_id"] for record in gateway.logs())
    assert len(answered) >= KILLS * LEAST
    assert [trace for trace in answered if logged[trace] != 1] == []
    assert set(logged.values()) == {1}
    assert len(logged) - len(answered) <= KILLS * CLIENTS
