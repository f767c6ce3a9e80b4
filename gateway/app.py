"""The composition root: which door a request comes in by.

The data plane and the health check have doors of their own, which cost next to nothing. All else is a framework's,
which takes a third of a second to load: that happens once the gateway answers, or with the first request for it.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from gateway.api.doors import doors, relay
from gateway.api.health import health
from gateway.audit import audited

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant

OURS = frozenset(
    {
        "admin",
        "api-keys",
        "audit-logs",
        "analytics",
        "configs",
        "feedback",
        "guardrails",
        "health",
        "integrations",
        "limits",
        "logs",
        "model-configs",
        "models",
        "notifications",
        "observe",
        "openapi",
        "openapi.json",
        "policies",
        "prompts",
        "providers",
        "stats",
        "traces",
        "vendors",
        "virtual-keys",
    }
)
"""What follows `/v1/` in the gateway's own API; all else is passed on to a vendor."""
SLASHES = re.compile(r"//+")


class App:
    """The ASGI application around a plant."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._doors: dict[str, Door] = {**doors(plant), "/v1/health": health(plant)}
        self._relay = relay(plant)
        self._loading: asyncio.Task[Door] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        door = self._doors.get(scope["path"]) or await self._door(SLASHES.sub("/", scope["path"]).rstrip("/"))
        await door(scope, receive, send)

    async def _door(self, path: str) -> Door:
        """The door of a path that is not written as usual, or that no function has."""
        if path in self._doors:
            return self._doors[path]
        first = path.removeprefix("/v1/").partition("/")[0]
        return self._relay if path.startswith("/v1/") and first not in OURS else await self.rest()

    async def rest(self) -> Door:
        """The framework's door, loaded when first asked for."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(load, self._plant))
        return await asyncio.shield(self._loading)


def load(plant: Plant) -> Door:
    """Import the framework, and put the routes together."""
    from gateway.framework import framework

    return audited(framework(plant), plant)
