"""What a batch brought: each result as a line of OpenAI's file, and as a log record that budgets are charged by.

A batch is collected once, when it is first seen to have ended. Its records have ids that follow from its first one's,
so that a collection which a crash broke off is begun anew without anything being counted twice.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from contextlib import ExitStack
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from gateway.admission import owed
from gateway.attempts.answer import excerpt, refused_by
from gateway.attempts.attempting import aimed
from gateway.attempts.exchange import Own, Whole
from gateway.batches.account import MISSHAPEN, account_of, job_of
from gateway.batches.papers import FILE, KeptBatch, KeptFile
from gateway.batches.requests import Kept, request_of
from gateway.configs.nodes import Leaf
from gateway.errors import GatewayError, VendorBroke
from gateway.routing.plan import Step
from gateway.settle import recorded
from gateway.vendors.batch import ENDED, Result, State
from gateway.vendors.vendor import BadAnswer
from store.ids import KeyId, new_id
from store.log.reading import ids_in_trace

if TYPE_CHECKING:
    from gateway.attempts.attempting import Try
    from gateway.batches.account import Account
    from gateway.catalog.catalog import Catalog
    from gateway.domain import Call, Caller, Target
    from gateway.plant import Plant

Json = dict[str, Any]
STRICT = "x-portkey-strict-open-ai-compliance"
LACKING = {"cancelled": "batch_cancelled", "expired": "batch_expired"}
"""Why a request has no answer. Source: OpenAI's request output object."""
PATIENCE_SECONDS = 600.0
"""How long the start of a collection waits for the log writer."""
text = msgspec.json.encode


async def seen(paper: KeptBatch, state: State, plant: Plant) -> KeptBatch:
    """A batch as its vendor just said it is; written down."""
    has_ended = state.status in ENDED
    found = replace(
        paper,
        name=state.name,
        status=state.status,
        total=state.total or paper.total,
        completed=state.completed,
        failed=state.failed,
        expires_at=state.expires_at or paper.expires_at,
        message=state.message,
        results=state.results,
        ended_at=(paper.ended_at or int(time.time())) if has_ended else None,
        first_record=paper.first_record or (new_id() if has_ended else None),
        is_collected=state.status == "failed",  # it brought nothing
    )
    if found != paper:
        await asyncio.to_thread(plant.shelf.put, found)
    if found.is_collected:
        plant.limits.redeem(found.id)
    return found


async def collect(paper: KeptBatch, call: Call, plant: Plant) -> KeptBatch:
    """Everything that an ended batch brought, here and in the log. Raises GatewayError; then it can be tried again."""
    account, caller = account_of(paper, call, plant), payer(paper, call, plant)
    await plant.writer.caught_up(PATIENCE_SECONDS)
    async with plant.database.session() as session:
        known = await ids_in_trace(session, paper.id)
    state = State(name=paper.name, status=paper.status, results=paper.results)
    errands = await account.held(account.batch.results(job_of(paper, account), state))
    with Collection(paper, account, caller, known, plant) as collection:
        for errand in errands:
            async with account.lines(errand) as lines:
                async for line in lines:
                    collection.add(line)
                    await plant.ledger.written()
        collection.add_lacking()
        done = await asyncio.to_thread(collection.close)
    plant.limits.redeem(done.id)
    return done


def payer(paper: KeptBatch, call: Call, plant: Plant) -> Caller:
    """Whose requests they are: the key's that made the batch; where that is gone, the one's who asks."""
    assert call.caller is not None
    every = plant.snapshot.callers.values()
    return next((each for each in every if each.key_id == KeyId(paper.api_key_id)), call.caller)


class Collection:
    """Writes the two files of results, line by line as they come."""

    def __init__(self, paper: KeptBatch, account: Account, caller: Caller, known: set[str], plant: Plant) -> None:
        self._paper, self._account, self._caller, self._plant = paper, account, caller, plant
        self._known = known
        """Records that are in the log already."""
        assert paper.first_record is not None, "a batch is collected once it has ended"
        self._first = UUID(paper.first_record).int
        self._ids = {ok: FILE + new_id().replace("-", "") for ok in (True, False)}
        self._counts = {True: 0, False: 0}
        self._stack = ExitStack()
        self._step = Step(Leaf(strict=paper.strict))

    def __enter__(self) -> Collection:
        shelf = self._plant.shelf
        self._requests: IO[bytes] = self._stack.enter_context(shelf.lines(self._paper.id).open("rb"))
        self._places = places(self._requests)
        self._has = bytearray(len(self._places))
        self._files = {ok: self._stack.enter_context(shelf.open(id)) for ok, id in self._ids.items()}
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, raw: bytes) -> None:
        """One result of the vendor's."""
        try:
            result = self._account.batch.result(raw)
        except (BadAnswer, *MISSHAPEN) as error:
            vendor = self._account.target.vendor.id
            raise VendorBroke(vendor, f"it answered with a result that is none: {excerpt(raw)}") from error
        if not 1 <= result.number <= len(self._places) or self._has[result.number - 1]:
            return  # none of ours, or a second answer to it
        self._take(result)

    def add_lacking(self) -> None:
        """What the vendor says nothing of: each request has an outcome."""
        code = LACKING.get(self._paper.status, "no_result")
        for number, has in enumerate(self._has, 1):
            if not has:
                self._take(Result(number, b"", 0, code))

    def _take(self, result: Result) -> None:
        self._has[result.number - 1] = 1
        self._requests.seek(self._places[result.number - 1])
        kept = Kept(*msgspec.json.decode(self._requests.readline(), type=tuple[str, str, msgspec.Raw]))
        line, is_good = self._told(result, kept)
        self._files[is_good].write(text(line) + b"\n")
        self._counts[is_good] += 1

    def _told(self, result: Result, kept: Kept) -> tuple[Json, bool]:
        """A result in OpenAI's words, and whether it is an answer."""
        id = str(UUID(int=self._first + result.number))
        line: Json = {"id": f"batch_req_{id.replace('-', '')}", "custom_id": kept.custom_id}
        if result.code:
            said = "The batch ended without an answer to this request."
            return line | {"response": None, "error": {"code": result.code, "message": said}}, False
        call = request_of(self._paper.endpoint, bytes(kept.body), {}, self._paper.id, id)
        status, body = self._answer(call, result, kept)
        return line | {"response": {"status_code": status, "request_id": id, "body": body}, "error": None}, status < 400

    def _answer(self, call: Call, result: Result, kept: Kept) -> tuple[int, msgspec.Raw]:
        """The answer to a request, which is written into the log unless it is there."""
        call.caller, call.metadata, call.is_timed = self._caller, dict(self._paper.filed), False
        call.config_slug = self._paper.config
        call.target = aimed_at(self._account, kept.model, self._plant.snapshot.catalog(self._caller))
        is_known = call.id in self._known
        try:
            if is_known:
                understand(call, result, self._step)
            else:
                self._plant.vitals.entered(self._caller.workspace)
                with recorded(call, self._plant):
                    owed(call, understand(call, result, self._step), self._plant)
        except GatewayError as error:
            return error.status, msgspec.Raw(text(error.body()))
        return call.status, msgspec.Raw(b"".join(call.response))

    def close(self) -> KeptBatch:
        """Put the files where clients find them, and say so in the batch's paper."""
        self._stack.close()
        found = {ok: self._kept(ok) for ok in (True, False)}
        done = replace(
            self._paper,
            is_collected=True,
            output_file_id=found[True],
            error_file_id=found[False],
            completed=self._counts[True],
            failed=self._counts[False],
        )
        self._plant.shelf.put(done)
        return done

    def _kept(self, ok: bool) -> str | None:
        """One of the two files; of nothing there is none."""
        shelf, id = self._plant.shelf, self._ids[ok]
        if not self._counts[ok]:
            shelf.remove(id)
            return None
        name = f"{self._paper.id}_{'output' if ok else 'error'}.jsonl"
        size = shelf.lines(id).stat().st_size
        shelf.put(
            KeptFile(
                id=id,
                workspace=self._paper.workspace,
                filename=name,
                purpose="batch_output",
                bytes=size,
                created_at=int(time.time()),
            )
        )
        return id


def understand(call: Call, result: Result, step: Step) -> Try:
    """A result as the call's answer. Raises VendorFailed for one that is an error."""
    target = call.target
    assert target is not None, "the target of a batch is known"
    attempt = aimed(call, step, target)
    if result.status >= 300:
        said = msgspec.json.decode(result.body)
        raise refused_by(target.vendor.id, result.status, said if isinstance(said, dict) else {}, result.body)
    try:
        answered = attempt.answered(result.body)
    except (BadAnswer, *MISSHAPEN) as error:
        raise VendorBroke(
            target.vendor.id, f"it answered with a result that is none: {excerpt(result.body)}"
        ) from error
    Whole(attempt, Own(), answered).commit(call)
    call.service_tier = "batch"  # whether the vendor repeats that or not
    return attempt


def aimed_at(account: Account, model: str, catalog: Catalog) -> Target:
    """The batch's target for one of its models, allowed still or not: the work is done."""
    target = account.target
    provider = None if target.provider is None else catalog.providers.get(target.provider)
    own = None if provider is None else provider.account.models.get(model)
    return replace(target, model=model, own=own)


def places(file: IO[bytes]) -> array[int]:
    """Where each line of a file begins: eight bytes each, and not the lines themselves."""
    found, at = array("q"), 0
    for line in file:
        found.append(at)
        at += len(line)
    return found
