"""Bedrock's batch inference: requests in a file of a bucket, a job, and its results in the same bucket.

Source: docs.aws.amazon.com/bedrock/latest/userguide/batch-inference.html, and CreateModelInvocationJob of its API.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from urllib.parse import quote

import msgspec

from gateway.functions import Function
from gateway.vendors.aws.account import aws_host
from gateway.vendors.aws.signature import STORE, sign
from gateway.vendors.batch import Batch, Conversation, Errand, Job, Requests, Result, State, Status
from gateway.vendors.vendor import Json, Sent, Unspoken

JOBS = "/model-invocation-job"
FILE = "requests.jsonl"
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RECORD = re.compile(r"LINE(\d{7})")
"""Bedrock's own ids are of eleven letters and digits."""
STATUSES: dict[str, Status] = {
    "Submitted": "validating",
    "Validating": "validating",
    "Scheduled": "validating",
    "InProgress": "in_progress",
    "Completed": "completed",
    "PartiallyCompleted": "completed",
    "Failed": "failed",
    "Stopping": "cancelling",
    "Stopped": "cancelled",
    "Expired": "expired",
}
text, read = msgspec.json.encode, msgspec.json.decode
signed_for_store = partial(sign, service=STORE)


class Started(msgspec.Struct, frozen=True):
    """What is read of a job that was made."""

    jobArn: str


class Seen(msgspec.Struct, frozen=True):
    """What is read of a job later on."""

    jobArn: str
    status: str
    message: str | None = None
    totalRecordCount: int = 0
    successRecordCount: int = 0
    errorRecordCount: int = 0


def line(number: int, sent: Sent) -> bytes:
    """A request in the file."""
    return text({"recordId": f"LINE{number:07}", "modelInput": msgspec.Raw(sent.body)})


def start(job: Job, requests: Requests) -> Conversation[State]:
    """The file into the bucket, then the job."""
    bucket, role = bucket_of(job), role_of(job)
    yield stored(job, f"/{bucket}/{folder(job)}/{FILE}", requests.whole(), "PUT")
    wanted = {
        "jobName": job.id.replace("_", "-"),
        "clientRequestToken": job.id.replace("_", "-"),
        "roleArn": role,
        "modelId": job.model,
        "modelInvocationType": "Converse" if job.path.endswith("/converse") else "InvokeModel",
        "inputDataConfig": {
            "s3InputDataConfig": {"s3InputFormat": "JSONL", "s3Uri": f"s3://{bucket}/{folder(job)}/{FILE}"}
        },
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"s3://{bucket}/{folder(job)}/results/"}},
    }
    made = read((yield controlled(job, JOBS, text(wanted), "POST")), type=Started)
    return State(name=made.jobArn, status="validating", total=requests.count)


def look(job: Job) -> Conversation[State]:
    """How far it is."""
    seen = read((yield controlled(job, place(job), b"", "GET")), type=Seen)
    status = STATUSES.get(seen.status, "in_progress")
    return State(
        name=seen.jobArn,
        status=status,
        total=seen.totalRecordCount,
        completed=seen.successRecordCount,
        failed=seen.errorRecordCount,
        message=seen.message if status == "failed" else None,
    )


def cancel(job: Job) -> Conversation[State | None]:
    """Stop it; how far it was is told by the next look."""
    yield controlled(job, f"{place(job)}/stop", b"", "POST")
    return None


def results(job: Job, _: State) -> Conversation[Sequence[Errand]]:
    """The file that Bedrock writes beside ours."""
    yield from ()
    number = job.name.rpartition("/")[2]
    where = f"/{bucket_of(job)}/{folder(job)}/results/{quote(number, safe='')}/{FILE}.out"
    return [stored(job, where, b"", "GET")]


def result(raw: bytes) -> Result:
    """A line of it."""
    said: Json = read(raw)
    found = RECORD.fullmatch(said["recordId"])
    number, error = int(found[1]) if found else 0, said.get("error")
    if error is None:
        return Result(number, text(said["modelOutput"]))
    body = {"message": error.get("errorMessage"), "code": error.get("errorCode")}
    code = error.get("errorCode")
    return Result(number, text(body), code if isinstance(code, int) and code in range(400, 600) else 500)


def bucket_of(job: Job) -> str:
    """Where its files are. Raises Unspoken for an account that says none, or cannot get there."""
    bucket = job.login.get("aws_s3_bucket").strip()
    if job.login.secret:
        raise Unspoken("batches go through S3, which takes an access key and no API key of Bedrock's", "aws_s3_bucket")
    if not BUCKET.fullmatch(bucket):
        raise Unspoken("batches go through a bucket of S3: name it in the setting `aws_s3_bucket`", "aws_s3_bucket")
    return bucket


def role_of(job: Job) -> str:
    """The role that Bedrock reads and writes the bucket with. Raises Unspoken."""
    role = job.options.get("role_arn") or job.login.get("aws_batch_role_arn") or job.login.get("aws_role_arn")
    if not role:
        raise Unspoken("Bedrock needs a role for batches: `role_arn`, or the setting `aws_batch_role_arn`", "role_arn")
    return role


def folder(job: Job) -> str:
    """Its own in the bucket."""
    return f"tollhouse/{job.id}"


def place(job: Job) -> str:
    """The job's path; its name is an ARN, with slashes."""
    return f"{JOBS}/{quote(job.name, safe='')}"


def stored(job: Job, path: str, body: bytes, method: str) -> Errand:
    """A request to the bucket."""
    sent = Sent(path, body, {}, method)
    address = job.own_address or f"https://s3.{aws_host(job.login)}"
    return Errand(sent, address, signed_for_store, may_lack=method == "GET")


def controlled(job: Job, path: str, body: bytes, method: str) -> Errand:
    """A request about jobs, which are not where the models are."""
    return Errand(Sent(path, body, {}, method), job.own_address or f"https://bedrock.{aws_host(job.login)}")


BATCH = Batch(
    functions=frozenset({Function.CHAT, Function.COMPLETE, Function.MESSAGE, Function.EMBED}),
    line=line,
    start=start,
    look=look,
    cancel=cancel,
    results=results,
    result=result,
    of_one_model=True,
)
