"""The story of a request for files or batches, where the gateway keeps them; all others are passed on as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from gateway import pipeline
from gateway.attempts.attempting import target_for
from gateway.authenticate import authenticate
from gateway.batches.files import add_file, list_files, remove_file, show_content, show_file
from gateway.batches.jobs import add_batch, cancel_batch, list_batches, show_batch, show_output
from gateway.batches.papers import OURS
from gateway.batches.requests import ANYTHING
from gateway.errors import GatewayError, MethodNotAllowed, NotFound
from gateway.headers import length_in
from gateway.metadata import filed
from gateway.resolve import resolve
from gateway.settle import recorded

if TYPE_CHECKING:
    from gateway.domain import Call, Target
    from gateway.plant import Plant


async def serve(call: Call, plant: Plant) -> None:
    """Serve one request."""
    place = call.path_below.partition("?")[0].strip("/").split("/")
    if not is_kept(call, place, plant):
        return await pipeline.serve(call, plant)
    try:
        with recorded(call, plant):
            call.caller = authenticate(call.headers, plant.snapshot, "completions.write")
            plant.vitals.entered(call.caller.workspace)
            call.body = await call.client.take_body(length_in(call.headers))
            call.metadata = filed(call, call.caller)
            await plant.prices.ready.wait()
            call.client.watch(plant.under_way)
            try:
                await act_for(call, place)(call, place[1] if len(place) > 1 else "", plant)
            finally:
                call.client.unwatch()
    finally:
        await plant.ledger.written()
    await call.client.finish(call)


def is_kept(call: Call, place: list[str], plant: Plant) -> bool:
    """Whether a request is for what the gateway keeps: by the id in its path, or by the vendor that it is for.

    Who may not ask is told so by those who serve it.
    """
    call.request, call.steps = ANYTHING, []
    target = looked_up(call, plant)
    if len(place) > 1:
        return OURS.fullmatch(place[1]) is not None
    return target is not None and target.vendor.batch is not None


def looked_up(call: Call, plant: Plant) -> Target | None:
    """Who a request names, as far as it names anybody; whose it is, is found out only when it is served."""
    try:
        call.caller = authenticate(call.headers, plant.snapshot)
        call.steps = resolve(call, plant)
        return target_for(call, call.steps[0], plant)
    except GatewayError:
        return None
    finally:
        call.caller = None


Act = Callable[["Call", str, "Plant"], Awaitable[None]]


def act_for(call: Call, place: list[str]) -> Act:
    """What a method and a path ask for. Raises NotFound and MethodNotAllowed."""
    acts = ACTS.get((place[0], len(place), place[2] if len(place) > 2 else ""))
    if acts is None:
        raise NotFound(f"Tollhouse has nothing at /v1/{'/'.join(place)[:200]}.")
    if call.method not in acts:
        raise MethodNotAllowed(f"Tollhouse: {call.path[:100]} is asked for with {' or '.join(acts)}.")
    return acts[call.method]


ACTS: dict[tuple[str, int, str], dict[str, Act]] = {
    ("files", 1, ""): {"GET": list_files, "POST": add_file},
    ("files", 2, ""): {"GET": show_file, "DELETE": remove_file},
    ("files", 3, "content"): {"GET": show_content},
    ("batches", 1, ""): {"GET": list_batches, "POST": add_batch},
    ("batches", 2, ""): {"GET": show_batch},
    ("batches", 3, "cancel"): {"POST": cancel_batch},
    ("batches", 3, "output"): {"GET": show_output},
}
"""By the first word of the path, how many there are, and the last."""
