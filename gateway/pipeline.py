"""The story of a request, from its key to its log record; the imports are the stages, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.admission import admit
from gateway.attempt import ask, opened
from gateway.authenticate import authenticate
from gateway.functions import IN_PIECES
from gateway.headers import length_in
from gateway.metadata import filed
from gateway.resolve import resolve
from gateway.settle import recorded

if TYPE_CHECKING:
    from gateway.domain import Call, InferenceRequest
    from gateway.plant import Plant


async def serve(call: Call, plant: Plant) -> None:
    """Serve one request. What ends its answer goes out when its record is written: answered means logged."""
    try:
        with recorded(call, plant):
            snapshot = plant.snapshot
            call.caller = authenticate(call.headers, snapshot, "completions.write")
            plant.vitals.entered(call.caller.workspace)
            call.body = await call.client.take_body(length_in(call.headers))
            call.request = call.dialect.read(call.body, call.headers)
            call.metadata = filed(call, call.caller)
            call.steps = resolve(call, plant)
            admit(call, plant)
            plant.live.started(call)
            await plant.prices.ready.wait()
            call.client.watch(plant.under_way)
            try:
                await (stream if may_come_in_pieces(call.request) else complete)(call, plant)
            finally:
                call.client.unwatch()
    finally:
        await plant.ledger.written()
    await call.client.finish(call)


def may_come_in_pieces(request: InferenceRequest) -> bool:
    """Whether the answer may be sent on before all of it is there: a stream, and of some functions a file."""
    return request.stream or request.function in IN_PIECES


async def complete(call: Call, plant: Plant) -> None:
    """The answer in one piece."""
    await ask(call, plant)


async def stream(call: Call, plant: Plant) -> None:
    """The answer event by event, or a file piece by piece, each sent on before the next exists."""
    async with opened(call, plant) as pieces:
        async for data in pieces:
            if call.passed is None:
                call.response.append(data)
            await call.client.send(call, data)
