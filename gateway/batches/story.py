"""The story of a request for files or batches, where the gateway keeps them; all others are passed on as they are."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qs

import msgspec
import multipart

from gateway import pipeline
from gateway.api.openai.bodies import read_body
from gateway.api.openai.forms import first, upload_in
from gateway.attempting import target_for
from gateway.authenticate import authenticate
from gateway.batches.account import account_of, job_of
from gateway.batches.collecting import collect, seen
from gateway.batches.papers import FILE, OURS, KeptBatch, KeptFile
from gateway.batches.starting import Wanted, start
from gateway.domain import InferenceRequest
from gateway.errors import BadRequest, Conflict, GatewayError, MethodNotAllowed, NotFound, TooLarge
from gateway.functions import Function
from gateway.headers import length_in, story
from gateway.metadata import filed
from gateway.resolve import resolve
from gateway.settle import recorded
from gateway.vendors.batch import ENDED
from store.ids import new_id

if TYPE_CHECKING:
    from gateway.domain import Call
    from gateway.plant import Plant

Json = dict[str, Any]
PIECE = 262_144
"""Bytes of a file that are in memory at once."""
SOON_SECONDS = 5.0
"""How long a request waits for results to be collected, before it says that they are being finalised."""
MOST_LISTED = 100
ANYTHING = InferenceRequest(function=Function.RELAY)
log = logging.getLogger("tollhouse.batches")
read_wanted = msgspec.json.Decoder(Wanted).decode


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
    with suppress(GatewayError):
        call.caller = authenticate(call.headers, plant.snapshot)
        call.steps = resolve(call, plant)
        if len(place) == 1:
            return target_for(call, call.steps[0], plant).vendor.batch is not None
    return len(place) > 1 and OURS.fullmatch(place[1]) is not None


Act = Callable[["Call", str, "Plant"], Awaitable[None]]


def act_for(call: Call, place: list[str]) -> Act:
    """What a method and a path ask for. Raises NotFound and MethodNotAllowed."""
    acts = ACTS.get((place[0], len(place), place[2] if len(place) > 2 else ""))
    if acts is None:
        raise NotFound(f"Tollhouse has nothing at /v1/{'/'.join(place)[:200]}.")
    if call.method not in acts:
        raise MethodNotAllowed(f"Tollhouse: {call.path[:100]} is asked for with {' or '.join(acts)}.")
    return acts[call.method]


def whose(call: Call) -> str | None:
    """The workspace whose files are there; None: every one's."""
    assert call.caller is not None
    return None if call.caller.is_organisation else call.caller.workspace


def answer(call: Call, body: Json, kind: str = "application/json") -> None:
    """Make an object the call's answer."""
    call.status, call.response = 200, [msgspec.json.encode(body)]
    call.response_headers = [(b"content-type", kind.encode()), *story(call)]


async def add_file(call: Call, _: str, plant: Plant) -> None:
    """`POST /v1/files`: keep a file of requests."""
    kind, options = multipart.parse_options_header(call.headers.get("content-type", ""))
    if kind != "multipart/form-data":
        raise BadRequest("Tollhouse: a file is sent as a form (`multipart/form-data`).", param="content-type")
    upload = upload_in(call.body, options.get("boundary", ""))
    call.body = b""  # the file is kept as such, and not a second time in the log
    purpose = first(upload.fields.get("purpose"))
    if purpose != "batch":
        raise BadRequest("Tollhouse: `purpose` must be `batch`: it keeps no other files for this vendor.", param="purpose")
    content = next(((name, data) for field, name, _, data in upload.files if field == "file"), None)
    if content is None or not content[1].strip():
        raise BadRequest("Tollhouse: `file` is missing or empty.", param="file")
    assert call.caller is not None
    paper = KeptFile(
        id=FILE + new_id().replace("-", ""),
        workspace=call.caller.workspace,
        filename=content[0],
        purpose=purpose,
        bytes=len(content[1]),
        created_at=int(time.time()),
    )
    await asyncio.to_thread(keep_file, paper, content[1], plant)
    answer(call, paper.shown())


def keep_file(paper: KeptFile, data: bytes, plant: Plant) -> None:
    """Write a file down. Raises TooLarge."""
    most = plant.settings.keep_files_megabytes * 1_000_000
    if most and plant.shelf.size() + len(data) > most:
        raise TooLarge(
            "Tollhouse: the files kept here are as large as they may be together; delete some, or have the operator "
            "raise the setting `keep_files_megabytes`."
        )
    with plant.shelf.open(paper.id) as file:
        file.write(data)
    plant.shelf.put(paper)


async def list_files(call: Call, _: str, plant: Plant) -> None:
    """`GET /v1/files`."""
    found = await asyncio.to_thread(plant.shelf.every, KeptFile, whose(call))
    purpose = query(call, "purpose")
    answer(call, page(call, [each for each in found if purpose in ("", each.purpose)]))


async def show_file(call: Call, id: str, plant: Plant) -> None:
    """`GET /v1/files/{id}`."""
    answer(call, plant.shelf.find(id, KeptFile, whose(call)).shown())


async def remove_file(call: Call, id: str, plant: Plant) -> None:
    """`DELETE /v1/files/{id}`; batches that are made of it have their requests by themselves."""
    plant.shelf.find(id, KeptFile, whose(call))
    await asyncio.to_thread(plant.shelf.remove, id)
    answer(call, {"id": id, "object": "file", "deleted": True})


async def show_content(call: Call, id: str, plant: Plant) -> None:
    """`GET /v1/files/{id}/content`: piece by piece."""
    await sent_on(call, plant.shelf.find(id, KeptFile, whose(call)), plant)


async def sent_on(call: Call, paper: KeptFile, plant: Plant) -> None:
    """A file's content as the answer; it is not kept in the log."""
    call.status = 200
    call.response_headers = [(b"content-type", b"application/octet-stream"), *story(call)]
    with plant.shelf.lines(paper.id).open("rb") as file:
        async for piece in pieces(file):
            await call.client.send(call, piece)


async def pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file from beginning to end, as fast as the client takes it."""
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


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
    """A batch as it is now: the vendor is asked until it has ended, and its results are collected. Raises GatewayError."""
    paper = plant.shelf.find(id, KeptBatch, whose(call))
    if paper.ended_at is None:
        account = account_of(paper, call, plant)
        paper = await seen(paper, await account.held(account.batch.look(job_of(paper, account))), plant)
    if paper.ended_at is None or paper.is_collected:
        return paper
    task = plant.shelf.collecting.get(id) or collecting(paper, call, plant)
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


def page(call: Call, papers: list[Any]) -> Json:
    """A list as OpenAI has it. Source: platform.openai.com/docs/api-reference/batch/list."""
    after, limit = query(call, "after"), query(call, "limit")
    ids = [each.id for each in papers]
    begin = ids.index(after) + 1 if after in ids else 0
    most = min(int(limit), MOST_LISTED) if limit.isascii() and limit.isdigit() else 20
    found = papers[begin : begin + max(most, 1)]
    return {
        "object": "list",
        "data": [each.shown() for each in found],
        "first_id": found[0].id if found else None,
        "last_id": found[-1].id if found else None,
        "has_more": begin + len(found) < len(papers),
    }


def query(call: Call, name: str) -> str:
    """A parameter of the address; empty where there is none."""
    return parse_qs(call.path_below.partition("?")[2]).get(name, [""])[-1]


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
