"""The data plane's door: one plain ASGI application for each function.

A framework's part in it would take longer than all of the stages.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from gateway.api.asgi import AsgiClient, call_from
from gateway.errors import Draining, GatewayError, MethodNotAllowed
from gateway.pipeline import serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from litestar.types import HTTPScope, Receive, Scope, Send

    from gateway.api.asgi import Door
    from gateway.domain import Call, ClientDialect
    from gateway.plant import Plant

    Story = Callable[[Call, Plant], Awaitable[None]]
    """What becomes of a request. Raises GatewayError."""


def inference(plant: Plant, dialect: ClientDialect, *methods: str, story: Story = serve) -> Door:
    """The route of a function, for clients of one dialect; without methods it takes POST."""
    limit, taken = plant.settings.max_body_mb * 1_000_000, methods or ("POST",)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        http = cast("HTTPScope", scope)
        client = AsgiClient(receive, send, limit=limit, spell=dialect.refusal)
        try:
            refuse_early(http, plant, taken)
            call = call_from(http, client, dialect)
            await story(call, plant)
        except GatewayError as error:
            if client.has_begun:
                raise
            await client.refuse(error)
        except asyncio.CancelledError:
            if not client.has_hung_up:  # the gateway ends
                await (client.finish(call) if client.has_begun else client.refuse(call.failure or shutting_down()))

    return answer


def refuse_early(scope: HTTPScope, plant: Plant, methods: tuple[str, ...]) -> None:
    """What is not even a request. Raises MethodNotAllowed and Draining."""
    if scope["method"] not in methods:
        raise MethodNotAllowed(f"Tollhouse: {scope['path'][:100]} is asked for with {' or '.join(methods)}.")
    if plant.is_draining:
        raise shutting_down()


def shutting_down() -> Draining:
    """What a client is told by a gateway that ends."""
    return Draining("Tollhouse: this gateway is shutting down; try again in a moment.", retry_after=2)
