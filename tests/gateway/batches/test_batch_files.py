"""Files of batches: whose they are, what is wrong in them, and how batches end that do not end well."""

from __future__ import annotations

import os
import stat
from typing import Any

import openai
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.batched import (
    ENDPOINT,
    MODEL,
    batches,
    gateway,
    jsonl,
    lines_of,
    made,
    request,
    said,
    there,
    upload,
)
from tests.gateway.running import Gateway, Json, client

__all__ = ["batches", "gateway"]


async def test_a_file_is_its_workspaces(gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor) -> None:
    """Another workspace finds neither file nor batch, by no path; its owner lists, reads and removes them."""
    batch = await made(batches, vendor, request("a"))
    (file,) = (await batches.files.list()).data
    (await gateway.admin.post("/v1/admin/workspaces", json={"name": "other", "slug": "other"})).raise_for_status()
    other = {"name": "theirs", "scopes": ["completions.write"], "workspace_id": "other"}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=other)).raise_for_status().json()["key"]

    async with client(gateway.url, key) as theirs:
        refused = [
            await theirs.get(f"/v1/files/{file.id}"),
            await theirs.get(f"/v1/files/{file.id}/content"),
            await theirs.delete(f"/v1/files/{file.id}"),
            await theirs.get(f"/v1/batches/{batch}"),
            await theirs.get(f"/v1/batches/{batch}/output"),
            await theirs.post(f"/v1/batches/{batch}/cancel"),
        ]

    assert [each.status_code for each in refused] == [404] * 6
    assert [each.id for each in (await batches.batches.list()).data] == [batch]
    assert (await batches.files.content(file.id)).content == jsonl(request("a"))
    assert (await batches.files.delete(file.id)).deleted
    with pytest.raises(openai.NotFoundError):
        await batches.files.retrieve(file.id)


async def test_a_key_without_the_scope_is_refused(gateway: Gateway) -> None:
    """Files and batches are an application's: a key that may not ask vendors has none, here or passed on."""
    reader = {"name": "reader", "scopes": ["logs.list"]}
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=reader)).raise_for_status().json()["key"]
    to_claude = {"x-portkey-provider": "@claude"}

    async with client(gateway.url, key) as theirs:
        refused = [await theirs.get(path, headers=to_claude) for path in ("/v1/files", "/v1/batches/batch_abc")]
    nobody = await gateway.app.get("/v1/files", headers=to_claude | {"authorization": "Bearer no"})

    assert [each.status_code for each in (*refused, nobody)] == [403, 403, 401]


async def test_files_are_for_this_user_alone(gateway: Gateway, batches: openai.AsyncOpenAI) -> None:
    """What is kept can be read by nobody else on the machine, and is gone when its days are over."""
    await upload(batches, request("a"))
    folder = gateway.plant.settings.home / "files"
    files = list(folder.iterdir())

    modes = {stat.S_IMODE(each.stat().st_mode) for each in files}
    for each in files:
        os.utime(each, (1, 1))
    gateway.plant.shelf.forget_old(30, 40 * 86_400)

    assert (len(files), modes) == (2, {0o600})
    assert not list(folder.iterdir())


async def test_cancelled_and_expired_requests_say_so(batches: openai.AsyncOpenAI, vendor: SimulatedVendor) -> None:
    """A cancelled batch still has what was done, and says of the rest that it was not."""
    batch = await made(batches, vendor, request("a"), request("b"), request("c"))
    vendor.will(json=there("canceling", cancelled=True, processing=3))

    cancelled = await batches.batches.cancel(batch)

    assert (cancelled.status, vendor.requests[-1].path) == ("cancelling", "/v1/messages/batches/msgbatch_1/cancel")
    vendor.will(json=there("ended", cancelled=True, succeeded=1, canceled=1, expired=1))
    rest = [{"custom_id": f"line-{n}", "result": {"type": kind}} for n, kind in ((2, "canceled"), (3, "expired"))]
    vendor.will(body=jsonl(said(1), *rest))
    ended = await batches.batches.retrieve(batch)
    assert (ended.status, ended.request_counts) == (
        "cancelled",
        openai.types.BatchRequestCounts(total=3, completed=1, failed=2),
    )
    codes = [
        each["error"]["code"] for each in lines_of((await batches.files.content(ended.error_file_id or "")).content)
    ]
    assert codes == ["batch_cancelled", "batch_expired"]
    with pytest.raises(openai.ConflictError):
        await batches.batches.cancel(batch)


@pytest.mark.parametrize(
    ("lines", "said", "param"),
    [
        pytest.param(b'{"custom_id":"a"', "line 1: it is no JSON", None, id="no-json"),
        pytest.param(
            b'{"url":"/v1/chat/completions","body":{}}', "line 1: `custom_id` is missing", "custom_id", id="no-id"
        ),
        pytest.param(
            jsonl(request("a"), request("b") | {"url": "/v1/embeddings"}),
            "line 2: `url` is `/v1/embeddings`, but the batch's `endpoint` is `/v1/chat/completions`",
            "url",
            id="mixed",
        ),
        pytest.param(
            jsonl(request("a"), request("a")), "line 2: `custom_id` `a` is there twice", "custom_id", id="twice"
        ),
        pytest.param(
            jsonl(request("a"), request("b") | {"body": {"model": MODEL}}),
            "line 2: `body.messages` is missing",
            "body.messages",
            id="no-messages",
        ),
        pytest.param(jsonl(request("a", stream=True)), "line 1: `body.stream`", "body.stream", id="stream"),
        pytest.param(
            jsonl(request("a", response_format={"type": "json_schema"})),
            "line 1: `anthropic` cannot be asked for this",
            "body.response_format",
            id="unspoken",
        ),
    ],
)
async def test_a_line_that_is_no_request(
    batches: openai.AsyncOpenAI, vendor: SimulatedVendor, lines: bytes, said: str, param: str | None
) -> None:
    """The refusal names the line and the field, and the vendor hears nothing."""
    file = await batches.files.create(file=("r.jsonl", lines), purpose="batch")

    with pytest.raises(openai.APIStatusError) as raised:
        await batches.batches.create(input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h")

    assert raised.value.status_code in (400, 404)
    assert said in raised.value.message
    assert raised.value.param == param
    assert not vendor.requests


async def test_what_cannot_be_begun(gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor) -> None:
    """An unknown file, one for another purpose, a batch without results and a vendor that refuses each say so."""
    file = await upload(batches, request("a"))
    wanted = {"input_file_id": file, "endpoint": ENDPOINT, "completion_window": "24h"}
    to_claude = {"x-portkey-provider": "@claude"}

    async def create(**more: Any) -> tuple[int, Json]:
        answer = await gateway.app.post("/v1/batches", json=wanted | more, headers=to_claude)
        return answer.status_code, answer.json()["error"]

    other_purpose = await gateway.app.post(
        "/v1/files", data={"purpose": "fine-tune"}, files={"file": ("a", b"x")}, headers=to_claude
    )
    status, unknown = await create(input_file_id="file-abc")
    _, endpoint = await create(endpoint="/v1/rerank-them")
    vendor.will(429, {"type": "error", "error": {"type": "rate_limit_error", "message": "too many batches"}})
    refusal, busy = await create()

    assert (other_purpose.status_code, other_purpose.json()["error"]["param"]) == (400, "purpose")
    assert (status, unknown["param"]) == (404, "input_file_id")
    assert endpoint["param"] == "endpoint"
    assert (refusal, busy["message"]) == (429, "anthropic error: too many batches.")
    assert not (await batches.batches.list()).data
    batch = await made(batches, vendor, request("a"))
    vendor.will(json=there(processing=1))
    early = await gateway.app.get(f"/v1/batches/{batch}/output")
    assert (early.status_code, early.headers["retry-after"]) == (409, "10")
