"""Which function is asked for at which path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.api.dialects import DIALECTS
from gateway.api.inference import inference
from gateway.api.relay import METHODS, Relay

if TYPE_CHECKING:
    from litestar.types import Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.plant import Plant


def doors(plant: Plant) -> dict[str, Door]:
    """The data plane's doors by their paths."""
    return {f"/v1/{function.value}": inference(plant, dialect) for function, dialect in DIALECTS.items()}


def batches(plant: Plant) -> Door:
    """The door of files and batches, whose code is loaded when somebody first asks there."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        from gateway.batches.story import serve

        await inference(plant, Relay(), *METHODS, story=serve)(scope, receive, send)

    return enter


def relay(plant: Plant) -> Door:
    """The door for every other path."""
    return inference(plant, Relay(), *METHODS)
