"""Stage 7: try the targets in order, each as often as the config says, until one answers or begins to."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from gateway.admission import afforded
from gateway.attempts.attempting import prepared
from gateway.attempts.bursts import absorbed
from gateway.attempts.exchange import Whole, asked_whole, begun
from gateway.attempts.hedging import hedged, outcome
from gateway.attempts.relaying import events
from gateway.attempts.trying import passed_over
from gateway.errors import GatewayError, TimedOut, VendorBroke, VendorFailed, VendorSlow
from gateway.functions import Function
from gateway.routing.backoff import pause_before
from gateway.webui.usage_cost import is_told, priced, tell

if TYPE_CHECKING:
    from gateway.attempts.attempting import Try
    from gateway.attempts.exchange import Begun
    from gateway.configs.nodes import Retry
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.routing.plan import Step

Got = TypeVar("Got", "Whole", "Whole | Begun")
TOO_LONG = re.compile(r"context.{0,12}(length|window)|(prompt|input).{0,12}too long|maximum number of tokens", re.I)
"""How vendors say that a request is too long, where they have no code for it."""
UNHEARD = (TimedOut, VendorBroke, VendorSlow)
"""Failures after which the vendor may well want money: it has the prompt, and perhaps worked on it."""
Once = Callable[["Call", "Try", "Plant"], Awaitable[Got]]
"""One try at one target. Raises GatewayError."""


async def ask(call: Call, plant: Plant) -> None:
    """Get the whole answer into the call. Raises GatewayError: that of the target asked last."""
    (await reached(call, plant, asked_whole)).commit(call)
    if is_told(call):
        tell(call, plant)


@asynccontextmanager
async def opened(call: Call, plant: Plant) -> AsyncIterator[AsyncIterator[bytes]]:
    """The answer's events as the client is to have them, for as long as the block runs.

    Raises GatewayError as long as nothing has been sent; afterwards a failure is told by `call.failure`, and in the
    client's own words by `call.ending`.
    """
    found = await reached(call, plant, begun)
    if isinstance(found, Whole):
        found.commit(call)
        if is_told(call):
            tell(call, plant)
        yield nothing()
        return
    async with found:
        found.commit(call)
        yield priced(call, found, plant) if is_told(call) else events(call, found)


async def nothing() -> AsyncIterator[bytes]:
    """No events: the vendor answered in one piece although a stream was asked for."""
    return
    yield b""


async def reached(call: Call, plant: Plant, once: Once[Got]) -> Got:
    """What the first target that answers has to say. Raises what the last one raised."""

    step = call.steps[0]
    if not step.exits and step.rival is None:  # most requests: there is nowhere else to go
        return await retried(call, plant, step, once)

    async def asking(step: Step) -> Got:
        return await retried(call, plant, step, once)

    while True:
        if step.rival is None:
            ended = await outcome(call, step, asking)
        else:
            ended = await hedged(call, plant, step, step.rival, asking)
        if not isinstance(ended.found, GatewayError):
            return ended.found
        onward = ended.step.following(ended.found)
        if onward is None:
            raise ended.found
        step = onward


async def retried(call: Call, plant: Plant, step: Step, once: Once[Got]) -> Got:
    """What one target has to say, asked again as often as its config allows."""
    retry, waited = step.leaf.retry, 0.0
    if is_absorbed(call, step):
        return await lined_up(call, plant, step, once)
    for count in itertools.count():
        try:
            return await tried(call, plant, step, once, count)
        except GatewayError as error:
            if not retry.attempts or not is_worth_a_retry(error, retry):
                raise
            pause = pause_before(count, retry, error, waited, plant.signals.chance)
            if pause is None:
                call.retries = -1
                raise
        waited += pause
        await rest(call, plant, pause)
    raise AssertionError("counting never ends")


async def tried(call: Call, plant: Plant, step: Step, once: Once[Got], count: int) -> Got:
    """One try; of a failure the call says whose it was."""
    attempt = prepared_or_passed_over(call, step, plant, count)
    try:
        return await once(call, attempt, plant)
    except GatewayError as error:
        call.target, call.config_path, call.retries = attempt.target, step.leaf.path, count
        release(call, attempt, was_read=isinstance(error, UNHEARD))
        raise
    except BaseException:  # given up: the vendor has read the prompt
        release(call, attempt, was_read=True)
        raise


def release(call: Call, attempt: Try, *, was_read: bool) -> None:
    """What was set aside for a try that came to nothing."""
    if call.reservation is not None:
        call.reservation.give_up(attempt.asked, was_read=was_read)


def is_absorbed(call: Call, step: Step) -> bool:
    """Whether a vendor that has too much to do is waited for though no config says so: embeddings come in bursts."""
    is_alone = not (step.leaf.retry.attempts or step.exits or step.rival)
    return is_alone and call.request is not None and call.request.function is Function.EMBED


async def lined_up(call: Call, plant: Plant, step: Step, once: Once[Got]) -> Got:
    """What a target has to say in the end, after those who came before."""
    target = prepared(call, step, plant).target

    async def ask(count: int) -> Got:
        return await tried(call, plant, step, once, count)

    async def pause(seconds: float) -> None:
        await rest(call, plant, seconds)

    with plant.lines.at(target.provider or target.base_url) as line:
        return await absorbed(line, ask, pause, plant.signals.chance)


def prepared_or_passed_over(call: Call, step: Step, plant: Plant, count: int) -> Try:
    """A try, paid for; where none is possible, that is one of the attempts too.

    Raises what `prepared` and `afforded` raise.
    """
    try:
        return afforded(call, prepared(call, step, plant, count), plant)
    except GatewayError as error:
        if len(call.steps) > 1:
            call.attempts.append(passed_over(step, error))
        raise


async def rest(call: Call, plant: Plant, seconds: float) -> None:
    """Wait before a retry; it is the vendor that makes us."""
    call.begin_wait()
    try:
        await plant.pause(seconds)
    finally:
        call.end_wait()


def is_worth_a_retry(error: GatewayError, retry: Retry) -> bool:
    """Whether the same request may fare better: not after long silence, nor when it is too long for the model."""
    is_hopeless = isinstance(error, VendorSlow) or error.code == "context_length_exceeded" or is_too_long(error)
    return isinstance(error, VendorFailed) and error.status in retry.on_status_codes and not is_hopeless


def is_too_long(error: GatewayError) -> bool:
    """Whether a vendor without a code for it says that the request is too long for its model."""
    return error.status in (400, 413, 422) and TOO_LONG.search(error.message) is not None
