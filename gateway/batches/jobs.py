"""`/v1/batches`: begun, looked at, cancelled, and their results fetched."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

import msgspec

from gateway.api.openai.bodies import read_body
from gateway.batches.account import account_of, job_of
from gateway.batches.collecting import collect, seen
from gateway.batches.files import sent_on
from gateway.batches.papers import KeptBatch, KeptFile
from gateway.batches.spelling import answer, page, whose
from gateway.batches.starting import Wanted, start
from gateway.errors import BadRequest, Conflict, NotFound
from gateway.vendors.batch import ENDED

if TYPE_CHECKING:
    from gateway.domain import Call
    from gateway.plant import Plant

log = logging.getLogger("tollhouse.batches")
read_wanted = msgspec.json.Decoder(Wanted).decode
SOON_SECONDS = 5.0
"""How long a request waits for results to be fetched, before it says that they are being finalised."""


async def add_batch(call: Call, _: str, plant: Plant) -> None:
    """`POST /v1/batches`."""
    wanted, _fields = read_body(call.body, read_wanted)
    if wanted.completion_window != "24h":
        raise BadRequest("Tollhouse: `completion_window` must be `24h`.", param="completion_window")
    answer(call, (await start(call, wanted, plant)).shown())


async def list_batches(call: Call, _: str, plant: Plant) -> None:
    """`GET /v1/batches`: as they were when somebody last asked for each."""
    answer(call, page(call, await asyncio.to_thread(plant.shelf.every, KeptBatch, whose(call))))


async def show_batch(call: Call, id: str, plant: Plant) -> None:
    """`GET /v1/batches/{id}`."""
    answer(call, (await current(call, id, plant)).shown())


async def current(call: Call, id: str, plant: Plant) -> KeptBatch:
    """A batch as it is now: the vendor is asked until it has ended, then its results are fetched.

    Raises GatewayError.
    """
    return await brought_up_to_date(plant.shelf.find(id, KeptBatch, whose(call)), call, plant)


async def brought_up_to_date(paper: KeptBatch, call: Call, plant: Plant) -> KeptBatch:
    """The same, of a batch that is at hand."""
    async with plant.shelf.turn(paper.id):
        paper = plant.shelf.find(paper.id, KeptBatch, None)
        if paper.ended_at is None:
            account = account_of(paper, call, plant)
            paper = await seen(paper, await account.held(account.batch.look(job_of(paper, account))), plant)
    if paper.ended_at is None or paper.is_collected:
        return paper
    task = plant.shelf.collecting.get(paper.id) or collecting(paper, call, plant)
    done, _ = await asyncio.wait({task}, timeout=SOON_SECONDS)
    return task.result() if done else paper


def collecting(paper: KeptBatch, call: Call, plant: Plant) -> asyncio.Task[KeptBatch]:
    """The fetching of results, which goes on when nobody waits for it any more."""
    task = plant.shelf.collecting[paper.id] = asyncio.create_task(collect(paper, call, plant))
    plant.errands.add(task)

    def over(_: asyncio.Task[KeptBatch]) -> None:
        plant.errands.discard(task)
        del plant.shelf.collecting[paper.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("results of %s could not be fetched: %s", paper.id, error)

    task.add_done_callback(over)
    return task


async def cancel_batch(call: Call, id: str, plant: Plant) -> None:
    """`POST /v1/batches/{id}/cancel`: what is done already is paid for, and can be had."""
    async with plant.shelf.turn(id):
        paper = plant.shelf.find(id, KeptBatch, whose(call))
        if paper.status in ENDED:
            raise Conflict(f"Tollhouse: `{id}` cannot be cancelled: it is `{paper.status}`.")
        account = account_of(paper, call, plant)
        state = await account.held(account.batch.cancel(job_of(paper, account)))
        paper = msgspec.structs.replace(paper, cancelling_at=int(time.time()), status="cancelling")
        if state is not None:
            paper = await seen(paper, state, plant)
        else:
            await asyncio.to_thread(plant.shelf.put, paper)
    answer(call, paper.shown())


async def show_output(call: Call, id: str, plant: Plant) -> None:
    """`GET /v1/batches/{id}/output`, Portkey's: the results without a look at which file they are in."""
    paper = await current(call, id, plant)
    if not paper.is_collected:
        raise Conflict(f"Tollhouse: `{id}` has no output yet: it is `{paper.shown()['status']}`.", retry_after=10)
    file = paper.output_file_id or paper.error_file_id
    if file is None:
        raise NotFound(f"Tollhouse: `{id}` has no output: {paper.message or 'it brought nothing'}.")
    await sent_on(call, plant.shelf.find(file, KeptFile, whose(call)), plant)
