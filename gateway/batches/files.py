"""`/v1/files`: what is kept here for batches, and what they brought."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import IO, TYPE_CHECKING

import multipart

from gateway.admission import admit
from gateway.api.openai.forms import FORM, first, upload_in
from gateway.attempts.attempting import target_for
from gateway.batches.papers import FILE, KeptFile
from gateway.batches.spelling import answer, page, query, whose
from gateway.errors import BadRequest, TooLarge
from gateway.functions import Function
from gateway.headers import story
from gateway.pipeline import complete
from store.ids import new_id

if TYPE_CHECKING:
    from gateway.domain import Call
    from gateway.plant import Plant

PIECE = 262_144
"""Bytes of a file that are in memory at once."""


async def add_file(call: Call, _: str, plant: Plant) -> None:
    """`POST /v1/files`: keep a file of requests."""
    kind, options = multipart.parse_options_header(call.headers.get("content-type", ""))
    if kind != FORM:
        raise BadRequest("Tollhouse: a file is sent as a form (`multipart/form-data`).", param="content-type")
    upload = upload_in(call.body, options.get("boundary", ""))
    purpose = first(upload.fields.get("purpose"))
    if purpose != "batch":
        return await pass_on(call, plant)
    call.body = b""  # the file is kept as such, and not a second time in the log
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


async def pass_on(call: Call, plant: Plant) -> None:
    """A file for another purpose is the vendor's, if it takes files. Raises BadRequest where it does not."""
    target = target_for(call, call.steps[0], plant)
    if Function.RELAY not in target.vendor.functions:
        raise BadRequest(
            f"Tollhouse: `purpose` must be `batch`: no other files are kept for `{target.vendor.id}`.", param="purpose"
        )
    call.request = call.dialect.read(call.body, call.headers)
    admit(call, plant)
    await complete(call, plant)


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
