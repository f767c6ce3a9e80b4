"""The composition root: which door a request comes in by.

The data plane and the health check have doors of their own, which cost next to nothing. All else is a framework's,
which takes a third of a second to load: that happens once the gateway answers, or with the first request for it.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, cast

import msgspec

from gateway.api.asgi import CLOSING, answer, spelled_headers
from gateway.api.doors import batches, doors, relay
from gateway.api.health import health
from gateway.authenticate import authenticate
from gateway.errors import GatewayError, NotFound
from gateway.organisation.audit import audited

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant

OURS = frozenset(
    {
        "admin",
        "api-keys",
        "audit-logs",
        "alerts",
        "analytics",
        "configs",
        "doctor",
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
        "otel",
        "openapi",
        "openapi.json",
        "policies",
        "prompts",
        "providers",
        "settings",
        "stats",
        "traces",
        "vendors",
        "virtual-keys",
    }
)
"""What follows `/v1/` in the gateway's own API; all else is passed on to a vendor."""
SHARED = frozenset({"feedback", "models", "otel"})
"""Of these, what applications ask for too."""
KEPT = frozenset({"batches", "files"})
"""What the gateway keeps itself for vendors that have it, but not as OpenAI does."""
MODEL = "/v1/models/"
"""One model; to delete one is asked of the vendor that has tuned it."""
HEALTH = "/v1/health"
METRICS = "/metrics"
SLASHES = re.compile(r"//+")


class App:
    """The ASGI application around a plant."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        self.doors: dict[str, Door] = {**doors(plant), HEALTH: health(plant), METRICS: metrics(plant)}
        self._relay, self._batches = relay(plant), batches(plant)
        self._loading: asyncio.Task[Door] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        door = self.doors.get(scope["path"]) or await self._door(scope, usual(scope["path"]))
        await door(scope, receive, send)

    async def _door(self, scope: Scope, path: str) -> Door:
        """The door of a path that is not written as usual, or that no function has."""
        if path in self.doors:
            return self.doors[path]
        if is_ours(path) and not (path.startswith(MODEL) and cast("HTTPScope", scope)["method"] == "DELETE"):
            return await self.rest()
        return self._batches if path.removeprefix("/v1/").partition("/")[0] in KEPT else self._relay

    async def rest(self) -> Door:
        """The framework's door, loaded when first asked for."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(load, self.plant))
        return await asyncio.shield(self._loading)


def usual(path: str) -> str:
    """A path as it is written usually."""
    return SLASHES.sub("/", path).rstrip("/")


def is_ours(path: str) -> bool:
    """Whether a path, as it is written usually, is none of a vendor's."""
    return not path.startswith("/v1/") or path.removeprefix("/v1/").partition("/")[0] in OURS


def is_shared(method: str, path: str) -> bool:
    """Whether applications ask for this part of our own API too; requests that went past the gateway they report."""
    return path.removeprefix("/v1/").partition("/")[0] in SHARED or (method, path) == ("POST", "/v1/logs")


def data_plane(app: App) -> Door:
    """What applications are shown where the admin API has a door of its own: of that not even that it is there."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        path = usual(scope["path"])
        is_theirs = path in app.doors and path != METRICS
        if is_theirs or not is_ours(path) or is_shared(cast("HTTPScope", scope)["method"], path):
            return await app(scope, receive, send)
        where = f"{cast('HTTPScope', scope)['method']} {path[:200]}"
        await refuse(send, NotFound(f"Tollhouse has nothing at {where} here; administration has a door of its own."))

    return enter


def keyed(app: App) -> Door:
    """The admin API's own door: nothing is said to whoever has no key, but how the gateway is."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in cast("HTTPScope", scope)["headers"]
        }
        if usual(scope["path"]) != HEALTH:
            try:
                authenticate(headers, app.plant.snapshot)
            except GatewayError as error:
                return await refuse(send, error)
        await app(scope, receive, send)

    return enter


async def refuse(send: Send, error: GatewayError) -> None:
    """An error in place of an answer, before the body was read."""
    await answer(send, error.status, [*spelled_headers(error), CLOSING], msgspec.json.encode(error.body()))


def metrics(plant: Plant) -> Door:
    """The door of `/metrics`, whose code is loaded when somebody first asks there."""

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        from gateway.telemetry.prometheus import metrics as door

        await door(plant)(scope, receive, send)

    return look


def load(plant: Plant) -> Door:
    """Import the framework, and put the routes together."""
    from gateway.framework import around

    return audited(around(plant), plant)
