"""OpenAI's batches before vendors whose batches go through a bucket or a job of their own."""

from __future__ import annotations

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

AUTH: Any = import_module("botocore.auth")
REQUESTS: Any = import_module("botocore.awsrequest")
CREDENTIALS: Any = import_module("botocore.credentials")
CLAUDE = "anthropic.claude-3-haiku-20240307-v1:0"
ARN = "arn:aws:bedrock:eu-west-1:1:model-invocation-job/j1"
AWS = {"aws_region": "eu-west-1", "aws_access_key_id": "AK", "aws_secret_access_key": "SK"}
BEDROCK_SAID = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
    "stopReason": "end_turn",
    "usage": {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100},
}
GOOGLE_SAID = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100},
}
MISTRAL_SAID = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "mistral-large-latest",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
}


class Case(NamedTuple):
    """A vendor: its account, what it answers in order, and what it must have been asked."""

    vendor: str
    account: Json
    model: str
    begins: list[bytes]
    """Answers to what begins the batch."""
    ends: list[bytes]
    """Answers to the look at it and to the fetching of its results."""
    asked: list[tuple[str, str]]
    """(method, path) of all of them; `{id}` is our batch's."""
    holds: tuple[int, str]
    """In which request stands what."""


def said(*objects: Json) -> bytes:
    """JSON lines."""
    return b"\n".join(msgspec.json.encode(each) for each in objects)


def failed(**error: Any) -> Json:
    """An error, as several say it."""
    return {"error": error}


def operation(state: str, **more: Any) -> bytes:
    """Gemini's."""
    return said({"name": "batches/b1", "metadata": {"state": f"BATCH_STATE_{state}"}, **more})


def labelled(number: int) -> Json:
    """The request that Vertex repeats beside an answer."""
    return {"request": {"contents": [], "labels": {"tollhouse_line": f"line-{number}"}}}


PREDICTION = "projects/p1/locations/us-central1/batchPredictionJobs/7"
RESULTS = "gs://bucket-1/tollhouse/x/results/prediction-model-1"
INLINED = [
    {"metadata": {"key": "line-2"}} | failed(code=3, message="bad"),
    {"metadata": {"key": "line-1"}, "response": GOOGLE_SAID},
]
CASES = {
    "bedrock": Case(
        "bedrock",
        {"configurations": AWS | {"aws_s3_bucket": "bucket-1", "aws_batch_role_arn": "arn:aws:iam::1:role/r"}},
        CLAUDE,
        [b"{}", said({"jobArn": ARN})],
        [
            said({"jobArn": ARN, "status": "Completed", "totalRecordCount": 2, "successRecordCount": 1}),
            said(
                {"recordId": "LINE0000002", "modelInput": {}} | failed(errorCode=400, errorMessage="bad"),
                {"recordId": "LINE0000001", "modelInput": {}, "modelOutput": BEDROCK_SAID},
            ),
        ],
        [
            ("PUT", "/bucket-1/tollhouse/{id}/requests.jsonl"),
            ("POST", "/model-invocation-job"),
            ("GET", "/model-invocation-job/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Amodel-invocation-job%2Fj1"),
            ("GET", "/bucket-1/tollhouse/{id}/results/j1/requests.jsonl.out"),
        ],
        (1, '"modelInvocationType":"Converse"'),
    ),
    "vertex": Case(
        "vertex-ai",
        {
            "key": "ya29.token",
            "configurations": {
                "vertex_project_id": "p1",
                "vertex_region": "us-central1",
                "vertex_storage_bucket_name": "bucket-1",
            },
        },
        "gemini-2.5-flash",
        [b"{}", said({"name": PREDICTION, "state": "JOB_STATE_PENDING"})],
        [
            said(
                {
                    "name": PREDICTION,
                    "state": "JOB_STATE_SUCCEEDED",
                    "outputInfo": {"gcsOutputDirectory": RESULTS},
                    "completionStats": {"successfulCount": "1", "failedCount": "1"},
                }
            ),
            said({"items": [{"name": RESULTS.removeprefix("gs://bucket-1/") + "/predictions.jsonl"}]}),
            said(
                labelled(2) | {"status": "bad", "response": {}},
                labelled(1) | {"status": "", "response": GOOGLE_SAID},
            ),
        ],
        [
            ("POST", "/upload/storage/v1/b/bucket-1/o?uploadType=media&name=tollhouse%2F{id}%2Frequests.jsonl"),
            ("POST", "/projects/p1/locations/us-central1/batchPredictionJobs"),
            ("GET", f"/{PREDICTION}"),
            ("GET", "/storage/v1/b/bucket-1/o?prefix=tollhouse%2Fx%2Fresults%2Fprediction-model-1%2F"),
            (
                "GET",
                "/storage/v1/b/bucket-1/o/tollhouse%2Fx%2Fresults%2Fprediction-model-1%2Fpredictions.jsonl?alt=media",
            ),
        ],
        (1, '"model":"publishers/google/models/gemini-2.5-flash"'),
    ),
    "google": Case(
        "google",
        {"key": "AIza"},
        "gemini-2.5-flash",
        [operation("PENDING")],
        [operation("SUCCEEDED"), operation("SUCCEEDED", response={"inlinedResponses": {"inlinedResponses": INLINED}})],
        [("POST", "/models/gemini-2.5-flash:batchGenerateContent"), ("GET", "/batches/b1"), ("GET", "/batches/b1")],
        (0, '{"batch":{"displayName":"batch_tollhouse_'),
    ),
    "mistral": Case(
        "mistral-ai",
        {"key": "sk"},
        "mistral-large-latest",
        [said({"id": "f1"}), said({"id": "j1", "status": "QUEUED"})],
        [
            said({"id": "j1", "status": "SUCCESS", "output_file": "f2", "error_file": "f3"}),
            said({"custom_id": "line-1", "response": {"status_code": 200, "body": MISTRAL_SAID}}),
            said({"custom_id": "line-2", "response": {"status_code": 400, "body": {"message": "bad"}}}),
        ],
        [
            ("POST", "/files"),
            ("POST", "/batch/jobs"),
            ("GET", "/batch/jobs/j1"),
            ("GET", "/files/f2/content"),
            ("GET", "/files/f3/content"),
        ],
        (1, '{"input_files":["f1"],"endpoint":"/v1/chat/completions","model":"mistral-large-latest"}'),
    ),
}


def lines(model: str, *ids: str) -> bytes:
    """A file of requests."""
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    each = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    return said(*({"custom_id": id} | each for id in ids))


async def begun(gateway: Gateway, content: bytes) -> Json:
    """A batch of the provider `@one`, or the error instead of it."""
    to_one = {"x-portkey-provider": "@one"}
    form = {"file": ("r.jsonl", content)}
    answer = await gateway.app.post("/v1/files", data={"purpose": "batch"}, files=form, headers=to_one)
    file = answer.raise_for_status().json()
    wanted = {"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"}
    batch: Json = (await gateway.app.post("/v1/batches", headers=to_one, json=wanted)).json()
    return batch


async def provide(gateway: Gateway, vendor: SimulatedVendor, case: Case, **changes: Any) -> None:
    """The case's account behind `@one`."""
    where = case.account.get("configurations", {}) | {"custom_host": vendor.url.removesuffix("/v1")} | changes
    body = {"name": "one", "slug": "one", "ai_provider_id": case.vendor} | case.account | {"configurations": where}
    (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()


@pytest.mark.parametrize("name", CASES)
async def test_a_batch_from_its_file_to_its_results(tmp_path: Path, vendor: SimulatedVendor, name: str) -> None:
    """The vendor's own way is gone, request by request; an answer, an error and both costs come of it."""
    case = CASES[name]
    async with gateway_in(tmp_path) as gateway:
        await provide(gateway, vendor, case)
        for each in (*case.begins, *case.ends):
            vendor.will(body=each)

        batch = await begun(gateway, lines(case.model, "first", "second"))
        ended = (await gateway.app.get(f"/v1/batches/{batch['id']}")).json()
        good = (await gateway.app.get(f"/v1/files/{ended['output_file_id']}/content")).json()
        bad = (await gateway.app.get(f"/v1/files/{ended['error_file_id']}/content")).json()
        records = await gateway.logs(trace_id=batch["id"])

    paths = [(asked.method, asked.path.replace(batch["id"], "{id}")) for asked in vendor.requests]
    assert paths == case.asked
    assert case.holds[1] in vendor.requests[case.holds[0]].raw.decode()
    assert (ended["status"], ended["request_counts"]) == ("completed", {"total": 2, "completed": 1, "failed": 1})
    answer = good["response"]["body"]["choices"][0]["message"]["content"]
    assert (good["custom_id"], good["response"]["status_code"], answer) == ("first", 200, "Hello")
    assert (bad["custom_id"], bad["response"]["status_code"]) == ("second", 500 if name == "vertex" else 400)
    assert bad["response"]["body"]["error"]["message"].endswith("error: bad")
    assert sorted(each["cost_nanodollars"] or 0 for each in records)[0] == 0
    assert sorted(each["cost_nanodollars"] or 0 for each in records)[1] > 0


async def test_files_of_s3_are_signed_as_s3_wants_it(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """AWS's own library makes the same signature of what the bucket gets."""
    async with gateway_in(tmp_path) as gateway:
        await provide(gateway, vendor, CASES["bedrock"])
        for each in CASES["bedrock"].begins:
            vendor.will(body=each)
        await begun(gateway, lines(CLAUDE, "a"))

    came = vendor.requests[0]
    names = came.headers["authorization"].split("SignedHeaders=")[1].partition(",")[0].split(";")
    request = REQUESTS.AWSRequest(
        came.method,
        vendor.url.removesuffix("/v1") + came.path,
        {name: came.headers[name] for name in names},
        came.raw,
    )
    request.context["timestamp"] = came.headers["x-amz-date"]
    signer = AUTH.S3SigV4Auth(CREDENTIALS.Credentials("AK", "SK"), "s3", "eu-west-1")
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    assert came.headers["authorization"].endswith(f"Signature={expected}")
    record = msgspec.json.decode(came.raw)
    assert record["recordId"] == "LINE0000001"
    assert record["modelInput"]["messages"] == [{"role": "user", "content": [{"text": "hi"}]}]


async def test_a_file_for_another_purpose_is_the_vendors(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A vendor that has files for more than batches gets those as they are, and is asked for them by its own ids."""
    async with gateway_in(tmp_path) as gateway:
        await provide(gateway, vendor, CASES["mistral"])
        vendor.will(json={"id": "f9", "object": "file"}, times=2)
        headers = {"x-portkey-provider": "@one"}

        kept = await gateway.app.post(
            "/v1/files", data={"purpose": "ocr"}, files={"file": ("a.pdf", b"%PDF")}, headers=headers
        )
        shown = await gateway.app.get("/v1/files/f9", headers=headers)

    assert (kept.json()["id"], shown.json()["id"]) == ("f9", "f9")
    assert [(each.method, each.path) for each in vendor.requests] == [("POST", "/files"), ("GET", "/files/f9")]
    assert b"%PDF" in vendor.requests[0].raw


async def test_what_an_account_lacks_is_named(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Without a bucket, and with two models in one batch, the refusal says what to do, and nobody is asked."""
    async with gateway_in(tmp_path) as gateway:
        await provide(gateway, vendor, CASES["bedrock"], aws_s3_bucket="")

        no_bucket = await begun(gateway, lines(CLAUDE, "a"))
        two_models = await begun(gateway, lines(CLAUDE, "a") + b"\n" + lines("amazon.nova-lite-v1:0", "b"))

    assert no_bucket["error"]["param"] == "aws_s3_bucket"
    assert two_models["error"]["message"].startswith("Tollhouse: line 2: `body.model` is `amazon.nova-lite-v1:0`")
    assert not vendor.requests
