"""Gemini's batches at AI Studio: the requests go along with the batch, and its results come with the look at it.

Source: ai.google.dev/gemini-api/docs/batch-api; the names are those that google-genai sends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from gateway.functions import Function
from gateway.vendors.batch import Batch, Conversation, Errand, Job, Result, State, Status, key_of, number_in
from gateway.vendors.vendor import Json, Sent, Unspoken

MOST_BYTES = 20_000_000
"""Of requests that go along."""
STATUSES: dict[str, Status] = {
    "BATCH_STATE_PENDING": "validating",
    "BATCH_STATE_RUNNING": "in_progress",
    "BATCH_STATE_SUCCEEDED": "completed",
    "BATCH_STATE_FAILED": "failed",
    "BATCH_STATE_CANCELLED": "cancelled",
    "BATCH_STATE_EXPIRED": "expired",
}
CODES = {3: 400, 5: 404, 7: 403, 8: 429, 13: 500, 14: 503, 16: 401}
"""HTTP's status of gRPC's. Source: google.rpc.Code."""
text, read = msgspec.json.encode, msgspec.json.decode


def line(number: int, sent: Sent) -> bytes:
    """A request among the others."""
    return text({"request": msgspec.Raw(sent.body), "metadata": {"key": key_of(number)}})


def start(job: Job, lines: Sequence[bytes]) -> Conversation[State]:
    """All of them at once."""
    body = b'{"batch":{"displayName":%b,"inputConfig":{"requests":{"requests":[%b]}}}}' % (
        text(job.id),
        b",".join(lines),
    )
    if len(body) > MOST_BYTES:
        raise Unspoken(f"its requests are over {MOST_BYTES // 1_000_000} MB together: make several batches")
    model = job.path.partition(":")[0]
    return state((yield Errand(Sent(f"{model}:batchGenerateContent", body))))


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    return state((yield Errand(Sent(f"/{job.name}", b"", {}, "GET"))))


def cancel(job: Job) -> Conversation[State | None]:
    """Stop it; how far it was is told by the next look."""
    yield Errand(Sent(f"/{job.name}:cancel", b"{}"))
    return None


def results(job: Job, _: State) -> Conversation[Sequence[Errand]]:
    """The look at it has them."""
    yield from ()
    return [Errand(Sent(f"/{job.name}", b"", {}, "GET"))]


def state(said: bytes) -> State:
    """An operation in OpenAI's words."""
    operation: Json = read(said)
    known: Json = operation.get("metadata") or {}
    stats: Json = known.get("batchStats") or {}
    status = STATUSES.get(known.get("state", ""), "in_progress")
    error: Json = operation.get("error") or {}
    return State(
        name=operation["name"],
        status=status,
        total=int(stats.get("requestCount") or 0),
        completed=int(stats.get("successfulRequestCount") or 0),
        failed=int(stats.get("failedRequestCount") or 0),
        message=error.get("message") if status == "failed" else None,
    )


def picked(said: bytes) -> Iterator[bytes]:
    """The results out of an operation."""
    operation: Json = read(said)
    for place in (operation.get("response"), (operation.get("metadata") or {}).get("output")):
        inlined = ((place or {}).get("inlinedResponses") or {}).get("inlinedResponses")
        if inlined:
            yield from map(text, inlined)
            return


def result(raw: bytes) -> Result:
    """One of them."""
    said: Json = read(raw)
    number, error = number_in((said.get("metadata") or {}).get("key")), said.get("error")
    if error:
        return Result(number, text({"error": error}), CODES.get(error.get("code"), 500))
    return Result(number, text(said["response"]))


BATCH = Batch(
    functions=frozenset({Function.CHAT}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    picked=picked,
    of_one_model=True,
)
