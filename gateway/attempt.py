"""Stage 7: try the targets in order, each as often as the config says, until one answers or begins to."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from gateway.attempting import prepared
from gateway.errors import GatewayError, NotOffered, NotSpoken, VendorSlow
from gateway.exchange import Whole, asked_whole, begun
from gateway.relaying import events
from gateway.routing.backoff import pause_before

if TYPE_CHECKING:
    from gateway.attempting import Try
    from gateway.configs.nodes import Retry
    from gateway.domain import Call
    from gateway.exchange import Begun
    from gateway.plant import Plant
    from gateway.routing.plan import Step

Got = TypeVar("Got", "Whole", "Whole | Begun")
Once = Callable[["Call", "Try", "Plant"], Awaitable[Got]]
"""One try at one target. Raises GatewayError."""


async def ask(call: Call, plant: Plant) -> None:
    """Get the whole answer into the call. Raises GatewayError: that of the target asked last."""
    (await reached(call, plant, asked_whole)).commit(call)


@asynccontextmanager
async def opened(call: Call, plant: Plant) -> AsyncIterator[AsyncIterator[bytes]]:
    """The answer's events as the client is to have them, for as long as the block runs.

    Raises GatewayError as long as nothing has been sent; afterwards a failure is told by `call.failure`, and in the
    client's own words by `call.ending`.
    """
    found = await reached(call, plant, begun)
    if isinstance(found, Whole):
        found.commit(call)
        yield nothing()
        return
    async with found:
        found.commit(call)
        yield events(call, found)


async def nothing() -> AsyncIterator[bytes]:
    """No events: the vendor answered in one piece although a stream was asked for."""
    return
    yield b""


async def reached(call: Call, plant: Plant, once: Once[Got]) -> Got:
    """What the first target that answers has to say. Raises what the last one raised."""
    step = call.steps[0]
    while True:
        try:
            if step.hedge is not None and step.exits:
                return await hedged(call, plant, step, once)
            return await retried(call, plant, step, once)
        except GatewayError as error:
            onward = step.following(error.status, is_unsupported=isinstance(error, (NotOffered, NotSpoken)))
            if onward is None or call.client.has_begun:
                raise
            step = onward


async def retried(call: Call, plant: Plant, step: Step, once: Once[Got]) -> Got:
    """What one target has to say, asked again as often as its config allows."""
    retry, waited = step.leaf.retry, 0.0
    for count in itertools.count():
        call.retries = count
        attempt = prepared(call, step, plant)
        try:
            return await once(call, attempt, plant)
        except GatewayError as error:
            if not retry.attempts or not is_worth_a_retry(error, retry):
                raise
            pause = pause_before(count, retry, error, waited, plant.signals.chance)
            if pause is None:
                call.retries = -1
                raise
        waited += pause
        await plant.pause(pause)
    raise AssertionError("counting never ends")


def is_worth_a_retry(error: GatewayError, retry: Retry) -> bool:
    """Whether the same request may fare better: not after long silence, nor when it is too long for the model."""
    is_hopeless = isinstance(error, VendorSlow) or error.code == "context_length_exceeded"
    return error.status in retry.on_status_codes and not is_hopeless


async def hedged(call: Call, plant: Plant, step: Step, once: Once[Got]) -> Got:
    """Ask the next target too when the first takes longer than it usually does: the first answer wins."""
    usual = plant.signals.slowest_usual(prepared(call, step, plant).key)
    after = step.hedge.after_ms / 1000 if step.hedge and step.hedge.after_ms is not None else usual
    first = asyncio.create_task(retried(call, plant, step, once))
    racers = {first}
    try:
        await asyncio.wait(racers, timeout=after)
        if not first.done() and after is not None:
            racers.add(asyncio.create_task(retried(call, plant, step.exits[0].to, once)))
        return await winner(racers)
    finally:
        await leave(racers)


async def winner(racers: set[asyncio.Task[Got]]) -> Got:
    """The first answer there is; if there is none, what the last one to fail says."""
    waiting = set(racers)
    while True:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for racer in done:
            if not racer.cancelled() and racer.exception() is None:
                racers.discard(racer)
                return racer.result()
        if not waiting:
            return next(iter(done)).result()


async def leave(racers: set[asyncio.Task[Got]]) -> None:
    """Stop whoever lost; what has begun is closed."""
    for racer in racers:
        racer.cancel()
    for result in await asyncio.gather(*racers, return_exceptions=True):
        if not isinstance(result, (BaseException, Whole)):
            await result.close()
