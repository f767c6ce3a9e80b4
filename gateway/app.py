"""The composition root: which door a request comes in by.

The data plane and the health check have doors of their own, which cost next to nothing. All else is a framework's,
which takes a third of a second to load: that happens once the gateway answers, or with the first request for it.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from gateway.api.health import health
from gateway.api.openai.chat import chat

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant

SLASHES = re.compile(r"//+")


class App:
    """The ASGI application around a plant."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._doors: dict[str, Door] = {"/v1/chat/completions": chat(plant), "/v1/health": health(plant)}
        self._loading: asyncio.Task[Door] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        path = scope["path"]
        door = self._doors.get(path) or self._doors.get(SLASHES.sub("/", path).rstrip("/"))
        await (door or await self.rest())(scope, receive, send)

    async def rest(self) -> Door:
        """The framework's door, loaded when first asked for."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(load, self._plant))
        return await asyncio.shield(self._loading)


def load(plant: Plant) -> Door:
    """Import the framework, and put the routes together."""
    from gateway.framework import framework

    return framework(plant)
