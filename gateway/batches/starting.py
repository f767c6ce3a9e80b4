"""`POST /v1/batches`: a file's requests in the vendor's words, and the vendor's batch of them."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from operator import add
from typing import IO, TYPE_CHECKING, NamedTuple

import msgspec

from gateway.admission import admit, paying, pledged, worst_for
from gateway.attempts.attempting import not_spoken, target_for
from gateway.batches.account import Account
from gateway.batches.papers import BATCH, OURS, KeptBatch, KeptFile
from gateway.batches.requests import Kept, at_line, function_at, line_in, request_of, tried
from gateway.batches.spool import Spool
from gateway.errors import BadRequest, GatewayError, NotFound
from gateway.headers import is_secret
from gateway.limits.rules import NOTHING, Load
from gateway.vendors.batch import Job
from gateway.vendors.vendor import Unspoken
from store.ids import Slug, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.attempts.attempting import Try
    from gateway.domain import Call
    from gateway.limits.pledges import Pledge
    from gateway.plant import Plant
    from gateway.vendors.batch import State
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
    id = BATCH + new_id().replace("-", "")
    try:
        job, count, state, held_back = await begun(call, wanted, account, id, file, plant)
    except BaseException:
        plant.limits.redeem(id)
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
        model=job.model,
        input_file_id=file.id,
        created_at=int(time.time()),
        total=count,
        strict=call.headers.get("x-portkey-strict-open-ai-compliance") != "false",
        headers={name: value for name, value in job.headers.items() if not is_secret(name)},
        options=job.options,
        metadata=wanted.metadata,
        filed=call.metadata,
        config=None if call.config_slug is None else Slug(call.config_slug),
        status=state.status,
        expires_at=state.expires_at,
        pledges=held_back,
    )
    await asyncio.to_thread(plant.shelf.put, paper)
    return paper


async def begun(
    call: Call, wanted: Wanted, account: Account, id: str, file: KeptFile, plant: Plant
) -> tuple[Job, int, State, tuple[Pledge, ...]]:
    """What the vendor was told, how many requests there are, what it said, and what budgets hold back for all of them.

    Raises GatewayError.

    The requests are kept before it is asked: a full disk must not lose a batch that has begun.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(plant.shelf.lines(file.id).open("rb"))
        kept = stack.enter_context(plant.shelf.open(id))
        spool = Spool(stack.enter_context(plant.shelf.spool()))
        written = await put_into_words(call, wanted, account, raw, kept, spool, plant)
        kept.close()
        held_back = pledged(call, account.target, written.load, id, plant)
        job = job_of(wanted, account, written, id)
        if call.reservation is not None:
            call.reservation.was_sent = True
        return job, spool.count, await account.held(account.batch.start(job, spool)), held_back


def job_of(wanted: Wanted, account: Account, written: Written, id: str) -> Job:
    """What the vendor's batch is made of."""
    return Job(
        id=id,
        login=account.target.login,
        path=written.path,
        model=written.model,
        address=account.target.base_url,
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


async def put_into_words(
    call: Call, wanted: Wanted, account: Account, raw: IO[bytes], kept: IO[bytes], spool: Spool, plant: Plant
) -> Written:
    """Every request in the vendor's words into `spool`, and in ours into `kept`.

    Raises GatewayError that names the line and the field.
    """
    batch, known = account.batch, set[str]()
    first: tuple[str, Sent] | None = None
    most = Load()
    for number, line in enumerate(raw, 1):
        if not line.strip():
            continue
        found, attempt, sent = one(call, number, line, wanted.endpoint, known, plant, account)
        model = attempt.target.model
        most = Load(*map(add, most, at_most(call, attempt, plant)))
        first = first or (model, sent)
        if batch.of_one_model and (model, sent.path) != (first[0], first[1].path):
            raise of_another_model(number, model, first[0], account.target.vendor.id)
        spool.add(among(spool.count + 1, sent, number, account))
        kept.write(text(found) + b"\n")
        if spool.count > batch.most_lines:
            raise BadRequest(f"Tollhouse: a batch takes at most {batch.most_lines} requests.", param="input_file_id")
        if not number % EVERY:
            await asyncio.sleep(0)
    if first is None:
        raise BadRequest("Tollhouse: there is no request in the file.", param="input_file_id")
    return Written(first[0], first[1].path, first[1].headers, most)


def among(place: int, sent: Sent, number: int, account: Account) -> bytes:
    """A request as it stands among the others. Raises NotSpoken that names the line."""
    try:
        return account.batch.line(place, sent)
    except Unspoken as error:
        raise at_line(not_spoken(account.target, error), number, in_body=True) from error


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
    worst = worst_for(call, attempt, paying(call, attempt.target, plant), plant)
    load = worst.load(worst.output_tokens)
    return load._replace(nanodollars=load.nanodollars // 2)
