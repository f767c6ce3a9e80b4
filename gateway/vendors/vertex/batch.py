"""Vertex AI's batch predictions: a file of requests in a bucket of Cloud Storage, a job, and results beside the file.

Source: cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-gemini,
platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai, cloud.google.com/storage/docs/json_api.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.batch import Batch, Conversation, Errand, Job, Requests, Result, State, Status, key_of, number_in
from gateway.vendors.vendor import Json, Sent, Unspoken
from gateway.vendors.vertex.login import location

STORE = "https://storage.googleapis.com"
FILE = "requests.jsonl"
BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
MODEL = re.compile(r"/(publishers/(?:google|anthropic)/models/[^:]+):")
LABEL = "tollhouse_line"
"""Gemini's requests have no id, but labels, which come back with the answer."""
STATUSES: dict[str, Status] = {
    "JOB_STATE_QUEUED": "validating",
    "JOB_STATE_PENDING": "validating",
    "JOB_STATE_RUNNING": "in_progress",
    "JOB_STATE_SUCCEEDED": "completed",
    "JOB_STATE_PARTIALLY_SUCCEEDED": "completed",
    "JOB_STATE_FAILED": "failed",
    "JOB_STATE_CANCELLING": "cancelling",
    "JOB_STATE_CANCELLED": "cancelled",
    "JOB_STATE_EXPIRED": "expired",
}
text, read = msgspec.json.encode, msgspec.json.decode


class Stats(msgspec.Struct, frozen=True):
    """`completionStats`; Google's JSON has whole numbers in strings."""

    successfulCount: int = 0
    failedCount: int = 0
    incompleteCount: int = 0


class Output(msgspec.Struct, frozen=True):
    """`outputInfo`."""

    gcsOutputDirectory: str = ""


class Problem(msgspec.Struct, frozen=True):
    """`error`."""

    message: str | None = None


class Prediction(msgspec.Struct, frozen=True):
    """What is read of a job."""

    name: str
    state: str = "JOB_STATE_PENDING"
    completionStats: Stats = Stats()
    outputInfo: Output = Output()
    error: Problem = Problem()


class Object(msgspec.Struct, frozen=True):
    """One object of a bucket."""

    name: str


class Listed(msgspec.Struct, frozen=True):
    """What lies in a bucket."""

    items: list[Object] = []


def line(number: int, sent: Sent) -> bytes:
    """A request in the file: Claude's have an id, Gemini's a label."""
    if "/publishers/anthropic/" in sent.path:
        return text({"custom_id": key_of(number), "request": msgspec.Raw(sent.body)})
    body: Json = read(sent.body)
    return text({"request": body | {"labels": {**(body.get("labels") or {}), LABEL: key_of(number)}}})


def start(job: Job, requests: Requests) -> Conversation[State]:
    """The file into the bucket, then the job."""
    bucket, model = bucket_of(job), MODEL.search(job.path)
    if model is None:
        raise Unspoken("only Google's and Anthropic's models take batches at Vertex AI", "model")
    where = quote(f"{folder(job)}/{FILE}", safe="")
    path = f"/upload/storage/v1/b/{bucket}/o?uploadType=media&name={where}"
    yield stored(job, path, requests.whole())
    wanted = {
        "displayName": job.id,
        "model": model[1],
        "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": [f"gs://{bucket}/{folder(job)}/{FILE}"]}},
        "outputConfig": {
            "predictionsFormat": "jsonl",
            "gcsDestination": {"outputUriPrefix": f"gs://{bucket}/{folder(job)}/results"},
        },
    }
    said = yield Errand(Sent(f"{location(job.login)}/batchPredictionJobs", text(wanted)))
    return state(said)


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    return state((yield Errand(Sent(f"/{job.name}", b"", {}, "GET"))))


def cancel(job: Job) -> Conversation[State | None]:
    """Stop it; how far it was is told by the next look."""
    yield Errand(Sent(f"/{job.name}:cancel", b"{}"))
    return None


def results(job: Job, state: State) -> Conversation[Sequence[Errand]]:
    """The files that Vertex has written, as many as it liked."""
    bucket, _, prefix = state.results.removeprefix("gs://").partition("/")
    prefix = prefix or f"{folder(job)}/results"
    found = f"/storage/v1/b/{bucket or bucket_of(job)}/o"
    listed = read((yield stored(job, f"{found}?prefix={quote(prefix + '/', safe='')}", None)), type=Listed)
    names = [each.name for each in listed.items if "/prediction" in each.name.removeprefix(prefix)]
    return [stored(job, f"{found}/{quote(name, safe='')}?alt=media", None) for name in names]


def state(said: bytes) -> State:
    """A job in OpenAI's words."""
    job = read(said, type=Prediction, strict=False)
    status, stats = STATUSES.get(job.state, "in_progress"), job.completionStats
    return State(
        name=job.name,
        status=status,
        completed=stats.successfulCount,
        failed=stats.failedCount,
        message=job.error.message if status == "failed" else None,
        results=job.outputInfo.gcsOutputDirectory,
    )


def result(raw: bytes) -> Result:
    """A line of a file."""
    said: Json = read(raw)
    number = number_in(said.get("custom_id") or (said["request"].get("labels") or {}).get(LABEL))
    if said.get("response"):
        return Result(number, text(said["response"]))
    return Result(number, text({"error": {"message": str(said.get("status") or said.get("error"))}}), 500)


def bucket_of(job: Job) -> str:
    """Where its files are. Raises Unspoken for an account that says none."""
    bucket = job.login.get("vertex_storage_bucket_name").strip().removeprefix("gs://")
    if not BUCKET.fullmatch(bucket):
        name = "vertex_storage_bucket_name"
        raise Unspoken(f"batches go through a bucket of Cloud Storage: name it in the setting `{name}`", name)
    return bucket


def folder(job: Job) -> str:
    """Its own in the bucket."""
    return f"tollhouse/{job.id}"


def stored(job: Job, path: str, body: bytes | None) -> Errand:
    """A request to the bucket; without a body it is read."""
    sent = Sent(path, body or b"", {}, "GET" if body is None else "POST")
    return Errand(sent, job.own_address or STORE, may_lack=body is None)


BATCH = Batch(
    functions=frozenset({Function.CHAT, Function.MESSAGE}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    of_one_model=True,
    most_lines=200_000,
)
