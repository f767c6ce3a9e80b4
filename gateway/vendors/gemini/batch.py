"""Gemini's batches at AI Studio: few requests go along with the batch, many in a file; results come the same way.

Source: ai.google.dev/gemini-api/docs/batch-api and /docs/files; the names are those that google-genai sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

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
    number_in,
)
from gateway.vendors.records import Picked
from gateway.vendors.vendor import BadAnswer, Json, Sent, Unspoken

MOST_ALONG = 20_000_000
"""Bytes of requests that go along with the batch."""
MOST_BYTES = 2_000_000_000
"""Of a file."""
PIECE = 8 * 1024 * 1024
"""Bytes of a file that are sent at once; Google wants multiples of 256 KiB."""
VERSION = re.compile(r"(.*)(/v\d\w*)")
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


class Line(msgspec.Struct, frozen=True):
    """A request in a file."""

    key: str
    request: msgspec.Raw


def line(number: int, sent: Sent) -> bytes:
    """A request among the others."""
    return text(Line(key_of(number), msgspec.Raw(sent.body)))


def start(job: Job, requests: Requests) -> Conversation[State]:
    """All of them at once, or the file before. Raises Unspoken for more than a file may hold."""
    if requests.size > MOST_BYTES:
        raise Unspoken(f"its requests are over {MOST_BYTES // 1_000_000} MB together: make several batches")
    if requests.size > MOST_ALONG:
        name = yield from uploaded(job, requests)
        given = b'{"fileName":%b}' % text(name)
    else:
        given = b'{"requests":{"requests":[%b]}}' % b",".join(map(along, requests.whole().splitlines()))
    body = b'{"batch":{"displayName":%b,"inputConfig":%b}}' % (text(job.id), given)
    model = job.path.partition(":")[0]
    return state((yield Errand(Sent(f"{model}:batchGenerateContent", body))))


def along(raw: bytes) -> bytes:
    """A request that goes along with the batch."""
    said = read(raw, type=Line)
    return b'{"request":%b,"metadata":{"key":%b}}' % (bytes(said.request), text(said.key))


def uploaded(job: Job, requests: Requests) -> Conversation[str]:
    """The name of a file of the requests, which goes there in pieces."""
    kind, about = "application/jsonl", {"file": {"displayName": job.id, "mimeType": "application/jsonl"}}
    begin = {
        "x-goog-upload-protocol": "resumable",
        "x-goog-upload-command": "start",
        "x-goog-upload-header-content-length": str(requests.size),
        "x-goog-upload-header-content-type": kind,
    }
    asked = Sent("/files", text(about), begin)
    where = urlsplit((yield Errand(asked, beside(job.address, "upload"), header="x-goog-upload-url")).decode())
    if not where.path:
        raise BadAnswer("without saying where the file is to go")
    at, said = 0, b""
    for piece in requests.pieces(PIECE):
        is_last = at + len(piece) >= requests.size
        command = {
            "x-goog-upload-command": "upload, finalize" if is_last else "upload",
            "x-goog-upload-offset": str(at),
        }
        to = Sent(f"{where.path}?{where.query}", piece, command | {"content-type": kind})
        said, at = (yield Errand(to, origin(job.address))), at + len(piece)
    name: str = read(said)["file"]["name"]
    return name


def origin(address: str) -> str:
    """Where an address leads, without its path: whatever Google says, the key goes nowhere else."""
    url = urlsplit(address)
    return f"{url.scheme}://{url.netloc}"


def beside(address: str, place: str) -> str:
    """Where files come and go: `…/upload/v1beta` beside `…/v1beta`."""
    found = VERSION.fullmatch(address)
    return f"{found[1]}/{place}{found[2]}" if found else f"{address}/{place}"


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    return state((yield Errand(Sent(f"/{job.name}", b"", {}, "GET"))))


def cancel(job: Job) -> Conversation[State | None]:
    """Stop it; how far it was is told by the next look."""
    yield Errand(Sent(f"/{job.name}:cancel", b"{}"))
    return None


def results(job: Job, state: State) -> Conversation[Sequence[Errand]]:
    """A file has them, or else the look at it."""
    yield from ()
    if not state.results:
        return [Errand(Sent(f"/{job.name}", b"", {}, "GET"), records=lambda: Picked(picked))]
    fetched = Sent(f"/{state.results}:download?alt=media", b"", {}, "GET")
    return [Errand(fetched, beside(job.address, "download"), may_lack=state.status != "completed")]


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
        results=next((each["responsesFile"] for each in brought(operation) if each.get("responsesFile")), ""),
    )


def brought(operation: Json) -> Iterator[Json]:
    """Where an operation may have its results, or say where they are."""
    yield operation.get("response") or {}
    yield (operation.get("metadata") or {}).get("output") or {}


def picked(said: bytes) -> Iterator[bytes]:
    """The results out of an operation."""
    for place in brought(read(said)):
        inlined = (place.get("inlinedResponses") or {}).get("inlinedResponses")
        if inlined:
            yield from map(text, inlined)
            return


def result(raw: bytes) -> Result:
    """One of them, from a file or out of an operation."""
    said: Json = read(raw)
    number, error = number_in(said.get("key") or (said.get("metadata") or {}).get("key")), said.get("error")
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
    of_one_model=True,
)
