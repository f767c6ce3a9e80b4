"""`POST /v1/batches`: a file's requests in the vendor's words, and the vendor's batch of them."""

from __future__ import annotations

import asyncio
import time
from operator import add
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gateway.admission import admit, budgets_of, covered, worst_for
from gateway.attempts.attempting import target_for
from gateway.batches.account import Account
from gateway.batches.papers import BATCH, OURS, KeptBatch, KeptFile
from gateway.batches.requests import Kept, at_line, function_at, line_in, request_of, tried
from gateway.errors import BadRequest, GatewayError, NotFound
from gateway.headers import is_secret
from gateway.limits.rules import NOTHING, Load
from gateway.vendors.batch import Job
from store.ids import Slug, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.attempts.attempting import Try
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.vendors.vendor import Sent

EVERY = 100
"""Requests after which others have a turn."""
text = msgspec.json.encode


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a request for a batch. Source: platform.openai.com/docs/api-reference/batch/create."""

    input_file_id: str
    endpoint: str
    completion_window: str = "24h"
    metadata: dict[str, str] | None = None
    role_arn: str = ""
    """Portkey's, for Bedrock."""


class Written(NamedTuple):
    """A batch in the vendor's words."""

    lines: list[bytes]
    kept: list[bytes]
    model: str
    path: str
    headers: Mapping[str, str]
    """Those of its first request, and so of all."""
    load: Load
    """The most that all of them use together, by an estimate."""


async def start(call: Call, wanted: Wanted, plant: Plant) -> KeptBatch:
    """Begin a batch. Raises GatewayError; then there is none."""
    caller, step = call.caller, call.steps[0]
    assert caller is not None
    function_at(wanted.endpoint)
    account = Account(call, target_for(call, step, plant), plant)
    target = call.target = account.target
    file = file_of(call, wanted, plant)
    admit(call, plant)
    raw = await asyncio.to_thread(plant.shelf.lines(file.id).read_bytes)
    written = await put_into_words(call, wanted, account, raw, plant)
    covered(call, target, written.load, plant)
    job = job_of(wanted, account, written)
    id = job.id
    if call.reservation is not None:
        call.reservation.was_sent = True
    await asyncio.to_thread(keep, id, written.kept, plant)  # before: a full disk must not lose a batch that has begun
    try:
        state = await account.held(account.batch.start(job, written.lines))
    except GatewayError:
        plant.shelf.remove(id)
        raise
    paper = KeptBatch(
        id=id,
        workspace=caller.workspace,
        api_key_id=caller.key_id,
        provider=target.provider,
        vendor=target.vendor.id,
        name=state.name,
        endpoint=wanted.endpoint,
        model=written.model,
        input_file_id=file.id,
        created_at=int(time.time()),
        total=len(written.lines),
        strict=call.headers.get("x-portkey-strict-open-ai-compliance") != "false",
        headers={name: value for name, value in written.headers.items() if not is_secret(name)},
        options=job.options,
        metadata=wanted.metadata,
        filed=call.metadata,
        config=None if call.config_slug is None else Slug(call.config_slug),
        status=state.status,
        expires_at=state.expires_at,
    )
    await asyncio.to_thread(plant.shelf.put, paper)
    return paper


def job_of(wanted: Wanted, account: Account, written: Written) -> Job:
    """What the vendor's batch is made of."""
    return Job(
        id=BATCH + new_id().replace("-", ""),
        login=account.target.login,
        path=written.path,
        model=written.model,
        own_address=account.own_address,
        headers=written.headers,
        options={"role_arn": wanted.role_arn} if wanted.role_arn else {},
    )


def file_of(call: Call, wanted: Wanted, plant: Plant) -> KeptFile:
    """The file that a batch is made of. Raises NotFound and BadRequest."""
    assert call.caller is not None
    id = wanted.input_file_id
    if not OURS.fullmatch(id):
        target = call.target.vendor.id if call.target else ""
        raise NotFound(
            f"Tollhouse: there is no file `{id[:100]}` here; for a batch of `{target}` upload it to /v1/files with the "
            "same provider.",
            param="input_file_id",
        )
    workspace = None if call.caller.is_organisation else call.caller.workspace
    file = plant.shelf.find(id, KeptFile, workspace)
    if file.purpose != "batch":
        raise BadRequest(f"Tollhouse: `{id}` is no file of requests.", param="input_file_id")
    return file


async def put_into_words(call: Call, wanted: Wanted, account: Account, raw: bytes, plant: Plant) -> Written:
    """Every request in the vendor's words. Raises GatewayError that names the line and the field."""
    batch, known = account.batch, set[str]()
    lines: list[bytes] = []
    kept: list[bytes] = []
    first: tuple[str, Sent] | None = None
    most = Load()
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        found, attempt, sent = one(call, number, line, wanted.endpoint, known, plant, account)
        model = attempt.target.model
        most = Load(*map(add, most, at_most(call, attempt, plant)))
        first = first or (model, sent)
        if batch.of_one_model and (model, sent.path) != (first[0], first[1].path):
            raise of_another_model(number, model, first[0], account.target.vendor.id)
        lines.append(batch.line(len(lines) + 1, sent))
        kept.append(text(found))
        if len(lines) > batch.most_lines:
            raise BadRequest(f"Tollhouse: a batch takes at most {batch.most_lines} requests.", param="input_file_id")
        if not number % EVERY:
            await asyncio.sleep(0)
    if first is None:
        raise BadRequest("Tollhouse: there is no request in the file.", param="input_file_id")
    return Written(lines, kept, first[0], first[1].path, first[1].headers, most)


def of_another_model(number: int, model: str, first: str, vendor: str) -> BadRequest:
    """A request that cannot be in one batch with the first."""
    said = f"`body.model` is `{model}`, but that of the first is `{first}`"
    if model == first:
        said = "it is asked elsewhere at the vendor than the first, for what it wants"
    return BadRequest(
        f"Tollhouse: line {number}: {said}; a batch of `{vendor}` is of one model and kind.", param="body.model"
    )


def one(
    call: Call, number: int, line: bytes, endpoint: str, known: set[str], plant: Plant, account: Account
) -> tuple[Kept, Try, Sent]:
    """One request, how it is asked, and the vendor's words for it. Raises GatewayError that names the line."""
    in_body = False
    try:
        said = line_in(line, endpoint, known)
        in_body = True
        own = request_of(endpoint, bytes(said.body), call.headers, call.trace_id)
        own.caller = call.caller
        target = target_for(own, call.steps[0], plant)
        attempt = tried(own, call.steps[0], target, account.batch.functions)
        sent = attempt.sent()
    except GatewayError as error:
        raise at_line(error, number, in_body=in_body) from error
    fields = attempt.said if attempt.adapter is not None else dict(attempt.asked.fields)
    return Kept(said.custom_id, target.model, msgspec.Raw(text(fields | {"model": target.model}))), attempt, sent


def at_most(call: Call, attempt: Try, plant: Plant) -> Load:
    """What a request uses at most, where somebody counts it; at half of the usual price, as it is for batches.

    Raises BudgetExhausted where a budget wants a price, and nobody knows one.
    """
    if call.reservation is None:
        return NOTHING
    worst = worst_for(call, attempt, budgets_of(call, attempt.target, plant), plant)
    load = worst.load(worst.output_tokens)
    return load._replace(nanodollars=load.nanodollars // 2)


def keep(id: str, kept: list[bytes], plant: Plant) -> None:
    """Write down the requests of a batch."""
    with plant.shelf.open(id) as file:
        file.writelines(line + b"\n" for line in kept)
