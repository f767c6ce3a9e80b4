"""Two targets at once: the second is asked too when the first takes long, and the first answer wins."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.attempts.attempting import target_for
from gateway.attempts.exchange import Begun, Whole
from gateway.errors import GatewayError

if TYPE_CHECKING:
    from gateway.domain import Call, Target
    from gateway.plant import Plant
    from gateway.routing.plan import Step

Got = TypeVar("Got", "Whole", "Whole | Begun")
Asking = Callable[["Step"], Awaitable[Got]]
"""Everything a step's own target has to say, retries included. Raises GatewayError."""


@dataclass(slots=True)
class Outcome(Generic[Got]):
    """How it went at a step."""

    step: Step
    found: Got | GatewayError
    target: Target | None = None
    retries: int = 0


async def outcome(call: Call, step: Step, asking: Asking[Got]) -> Outcome[Got]:
    """What came of a step; of a failure, also what the call says of it, which somebody else may write over."""
    try:
        return Outcome(step, await asking(step))
    except GatewayError as error:
        return Outcome(step, error, call.target, call.retries)


async def hedged(call: Call, plant: Plant, step: Step, rival: Step, asking: Asking[Got]) -> Outcome[Got]:
    """The first answer of the two; where both fail, the rival's failure, as if it had been asked after the first."""
    runs = [asyncio.create_task(outcome(call, step, asking))]
    try:
        after = patience(call, plant, step)
        await asyncio.wait(runs, timeout=after)
        if not runs[0].done() and after is not None:
            runs.append(asyncio.create_task(outcome(call, rival, asking)))
        won = await first_answer(runs)
        await leave([run for run in runs if run is not won])
    except BaseException:  # a client that hangs up too: then nobody is the winner
        await leave(runs)
        raise
    ended = won.result()
    if isinstance(ended.found, GatewayError):
        call.target, call.config_path, call.retries = ended.target, ended.step.leaf.path, ended.retries
    return ended


def patience(call: Call, plant: Plant, step: Step) -> float | None:
    """Seconds until the rival is asked too; None where nobody knows yet how long the target usually takes."""
    if step.hedge is not None and step.hedge.after_ms is not None:
        return step.hedge.after_ms / 1000
    try:
        return plant.signals.slowest_usual(target_for(call, step, plant).key)
    except GatewayError:
        return None


async def first_answer(runs: list[asyncio.Task[Outcome[Got]]]) -> asyncio.Task[Outcome[Got]]:
    """The first run with an answer; without any, the last one."""
    waiting = set(runs)
    while waiting:
        _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for run in runs:
            if run.done() and not isinstance(run.result().found, GatewayError):
                return run
    return runs[-1]


async def leave(runs: list[asyncio.Task[Outcome[Got]]]) -> None:
    """Give up whoever lost; a stream that has begun is closed."""
    for run in runs:
        run.cancel()
    for ended in await asyncio.gather(*runs, return_exceptions=True):
        found = ended.found if isinstance(ended, Outcome) else None
        if isinstance(found, Whole | Begun) and found.trial is not None:
            found.trial.give_up()
        if isinstance(found, Begun):
            await found.close()
