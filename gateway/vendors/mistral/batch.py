"""Mistral's batches: a file of requests without their paths, and a job that names one.

Source: docs.mistral.ai/api, batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.batch import Batch, Conversation, Errand, Job, Requests, Result, State, Status, key_of, number_in
from gateway.vendors.forms import form
from gateway.vendors.vendor import Json, Sent, Upload

JOBS, FILES = "/batch/jobs", "/files"
STATUSES: dict[str, Status] = {
    "QUEUED": "validating",
    "RUNNING": "in_progress",
    "SUCCESS": "completed",
    "FAILED": "failed",
    "TIMEOUT_EXCEEDED": "expired",
    "CANCELLATION_REQUESTED": "cancelling",
    "CANCELLED": "cancelled",
}
text, read = msgspec.json.encode, msgspec.json.decode


class Named(msgspec.Struct, frozen=True):
    """What is read of a file."""

    id: str


class Problem(msgspec.Struct, frozen=True):
    """One of a job's errors."""

    message: str = ""


class Seen(msgspec.Struct, frozen=True):
    """What is read of a job."""

    id: str
    status: str
    total_requests: int = 0
    succeeded_requests: int = 0
    failed_requests: int = 0
    output_file: str | None = None
    error_file: str | None = None
    errors: list[Problem] = []


def line(number: int, sent: Sent) -> bytes:
    """A request in the file."""
    return text({"custom_id": key_of(number), "body": msgspec.Raw(sent.body)})


def start(job: Job, requests: Requests) -> Conversation[State]:
    """The file, then the job."""
    upload = Upload(
        fields={"purpose": ["batch"]}, files=(("file", f"{job.id}.jsonl", "application/jsonl", requests.whole()),)
    )
    body, kind = form(upload)
    file = read((yield Errand(Sent(FILES, body, {"content-type": kind}))), type=Named)
    wanted = {"input_files": [file.id], "endpoint": f"/v1{job.path}", "model": job.model}
    return state((yield Errand(Sent(JOBS, text(wanted)))))


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    return state((yield Errand(Sent(f"{JOBS}/{job.name}", b"", {}, "GET"))))


def cancel(job: Job) -> Conversation[State | None]:
    """Begin no more of its requests."""
    return state((yield Errand(Sent(f"{JOBS}/{job.name}/cancel", b""))))


def results(_: Job, state: State) -> Conversation[Sequence[Errand]]:
    """The files of answers and of errors, as far as there are any."""
    yield from ()
    ids = [each for each in state.results.split(",") if each]
    return [Errand(Sent(f"{FILES}/{quote(each, safe='')}/content", b"", {}, "GET")) for each in ids]


def state(said: bytes) -> State:
    """A job in OpenAI's words."""
    job = read(said, type=Seen)
    status = STATUSES.get(job.status, "in_progress")
    return State(
        name=job.id,
        status=status,
        total=job.total_requests,
        completed=job.succeeded_requests,
        failed=job.failed_requests,
        message="; ".join(each.message for each in job.errors) or None if status == "failed" else None,
        results=",".join(filter(None, (job.output_file, job.error_file))),
    )


def result(raw: bytes) -> Result:
    """A line of either file."""
    said: Json = read(raw)
    number, answer, error = number_in(said["custom_id"]), said.get("response") or {}, said.get("error")
    status = answer.get("status_code") or (500 if error else 200)
    if status < 300:
        return Result(number, text(answer["body"]))
    body = answer.get("body") or error
    return Result(number, text(body if isinstance(body, dict) else {"message": str(body)}), status)


BATCH = Batch(
    functions=frozenset({Function.CHAT, Function.COMPLETE, Function.EMBED, Function.MODERATE}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    of_one_model=True,
    most_lines=1_000_000,
)
