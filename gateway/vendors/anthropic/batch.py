"""Anthropic's Message Batches: the requests go along with the batch itself.

Source: platform.claude.com/docs/en/api/creating-message-batches, retrieving-message-batch-results.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from gateway.functions import Function
from gateway.vendors.batch import (
    Batch,
    Conversation,
    Errand,
    Job,
    Requests,
    Result,
    State,
    Status,
    key_of,
    listed,
    number_in,
)
from gateway.vendors.vendor import BadAnswer, Json, Sent

BATCHES = "/messages/batches"
STATUSES: dict[str, Status] = {"in_progress": "in_progress", "canceling": "cancelling"}
ERRORS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The status that each type of error has. Source: platform.claude.com/docs/en/api/errors."""
UNDONE = {"expired": "batch_expired", "canceled": "batch_cancelled"}
text, read = msgspec.json.encode, msgspec.json.decode


class Counts(msgspec.Struct, frozen=True):
    """`request_counts`."""

    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0


class MessageBatch(msgspec.Struct, frozen=True):
    """What is read of a batch."""

    id: str
    processing_status: str
    request_counts: Counts = Counts()
    expires_at: datetime | None = None
    cancel_initiated_at: datetime | None = None

    @property
    def status(self) -> Status:
        """In OpenAI's words: one that ended says how by its counts."""
        if self.processing_status != "ended":
            return STATUSES.get(self.processing_status, "in_progress")
        if self.cancel_initiated_at is not None:
            return "cancelled"
        return "expired" if self.request_counts.expired else "completed"


def line(number: int, sent: Sent) -> bytes:
    """A request among the others."""
    return text({"custom_id": key_of(number), "params": msgspec.Raw(sent.body)})


def start(job: Job, requests: Requests) -> Conversation[State]:
    """All of them at once."""
    body = b'{"requests":[' + listed(requests) + b"]}"
    return state(read((yield Errand(Sent(BATCHES, body, job.headers))), type=MessageBatch))


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    asked = Errand(Sent(f"{BATCHES}/{job.name}", b"", job.headers, "GET"))
    return state(read((yield asked), type=MessageBatch))


def cancel(job: Job) -> Conversation[State | None]:
    """Begin no more of its requests."""
    asked = Errand(Sent(f"{BATCHES}/{job.name}/cancel", b"", job.headers))
    return state(read((yield asked), type=MessageBatch))


def results(job: Job, _: State) -> Conversation[Sequence[Errand]]:
    """Where the answers are."""
    yield from ()
    return [Errand(Sent(f"{BATCHES}/{job.name}/results", b"", job.headers, "GET"))]


def state(batch: MessageBatch) -> State:
    """A batch in OpenAI's words."""
    counts = batch.request_counts
    return State(
        name=batch.id,
        status=batch.status,
        total=sum(msgspec.structs.astuple(counts)),
        completed=counts.succeeded,
        failed=counts.errored + counts.expired + counts.canceled,
        expires_at=None if batch.expires_at is None else int(batch.expires_at.timestamp()),
    )


def result(raw: bytes) -> Result:
    """What came of one request."""
    said: Json = read(raw)
    number, outcome = number_in(said["custom_id"]), said["result"]
    match outcome["type"]:
        case "succeeded":
            return Result(number, text(outcome["message"]))
        case "errored":
            error = outcome["error"]
            kind = (error.get("error") or error).get("type")
            return Result(number, text(error), ERRORS.get(kind, 500))
        case kind if kind in UNDONE:
            return Result(number, b"", 0, UNDONE[kind])
    raise BadAnswer(f"with a result of the unknown type `{outcome['type']}`")


BATCH = Batch(
    functions=frozenset({Function.CHAT, Function.COMPLETE, Function.MESSAGE}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    most_lines=100_000,
)
