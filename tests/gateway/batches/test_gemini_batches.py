"""Batches of Gemini's that are too large to go along: a file goes there in pieces, and another comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

GENAI: Any = import_module("google.genai")
TO_IT = {"x-portkey-provider": "@google"}
MODEL, MEBIBYTE = "gemini-2.5-flash", 1_048_576
SAID = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello"}]}, "finishReason": "STOP"}],
    "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 100, "totalTokenCount": 1100},
}
COMMANDS = ("x-goog-upload-command", "x-goog-upload-offset")


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with Gemini behind `@google`."""
    async with gateway_in(tmp_path) as gateway:
        where = {"custom_host": root(vendor) + "/v1beta"}
        body = {"name": "g", "slug": "google", "ai_provider_id": "google", "key": "AIza", "configurations": where}
        (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


def root(vendor: SimulatedVendor) -> str:
    """Where it is, without a path."""
    return vendor.url.removesuffix("/v1")


def operation(state: str, **more: Any) -> Json:
    """Gemini's."""
    return {"name": "batches/b1", "metadata": {"state": f"BATCH_STATE_{state}"}, **more}


def takes_a_file(vendor: SimulatedVendor, pieces: int, at: str = "https://elsewhere.test") -> None:
    """The vendor takes a file in so many pieces, at what it says its address is."""
    vendor.will(body=b"", headers={"x-goog-upload-url": f"{at}/upload/v1beta/files?upload_id=u1&x=y"})
    vendor.will(body=b"", headers={"x-goog-upload-status": "active"}, times=pieces - 1)
    vendor.will(json={"file": {"name": "files/f1"}}, headers={"x-goog-upload-status": "final"})


async def begun(gateway: Gateway, megabytes: int) -> Json:
    """A batch of as many requests as megabytes."""
    each = {"method": "POST", "url": "/v1/chat/completions"}
    body = {"model": MODEL, "messages": [{"role": "user", "content": "x" * MEBIBYTE}]}
    lines = [msgspec.json.encode({"custom_id": f"r{n}", "body": body} | each) for n in range(megabytes)]
    form = {"file": ("r.jsonl", b"\n".join(lines))}
    file = await gateway.app.post("/v1/files", data={"purpose": "batch"}, files=form, headers=TO_IT)
    wanted = {"input_file_id": file.raise_for_status().json()["id"], "endpoint": each["url"]}
    answer = await gateway.app.post("/v1/batches", headers=TO_IT, json=wanted | {"completion_window": "24h"})
    made: Json = answer.raise_for_status().json()
    return made


async def test_many_requests_go_and_come_as_files(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Over 20 MB the requests are a file, sent in pieces of 8 MiB to the account's own address; so are the results."""
    takes_a_file(vendor, pieces=3)
    vendor.will(json=operation("PENDING"))
    made = await begun(gateway, 21)
    vendor.will(json=operation("SUCCEEDED", response={"responsesFile": "files/batch-1"}))
    results = [{"key": "line-2", "error": {"code": 3, "message": "bad"}}, {"key": "line-1", "response": SAID}]
    vendor.will(body=b"\n".join(map(msgspec.json.encode, results)))

    ended = (await gateway.app.get(f"/v1/batches/{made['id']}")).json()
    good = (await gateway.app.get(f"/v1/files/{ended['output_file_id']}/content")).json()

    begin, *pieces, batch, _, fetched = vendor.requests
    assert (begin.path, begin.headers["x-goog-upload-header-content-length"]) == (
        "/upload/v1beta/files",
        str(sum(len(each.raw) for each in pieces)),
    )
    assert {each.path for each in pieces} == {"/upload/v1beta/files?upload_id=u1&x=y"}
    assert [each.headers["x-goog-upload-offset"] for each in pieces] == ["0", str(8 * MEBIBYTE), str(16 * MEBIBYTE)]
    assert [each.headers["x-goog-upload-command"] for each in pieces] == ["upload", "upload", "upload, finalize"]
    lines = b"".join(each.raw for each in pieces).splitlines()
    assert [msgspec.json.decode(line)["key"] for line in lines] == [f"line-{number}" for number in range(1, 22)]
    assert batch.path == f"/v1beta/models/{MODEL}:batchGenerateContent"
    assert batch.body == {"batch": {"displayName": made["id"], "inputConfig": {"fileName": "files/f1"}}}
    assert fetched.path == "/download/v1beta/files/batch-1:download?alt=media"
    assert (good["custom_id"], good["response"]["body"]["choices"][0]["message"]["content"]) == ("r0", "Hello")
    assert ended["request_counts"] == {"total": 21, "completed": 1, "failed": 20}


async def test_files_go_as_googles_own_package_sends_them(
    gateway: Gateway, vendor: SimulatedVendor, tmp_path: Path
) -> None:
    """The beginning, the pieces and the batch are the requests of google-genai."""
    takes_a_file(vendor, pieces=3)
    vendor.will(json=operation("PENDING"))
    made = await begun(gateway, 21)
    ours = list(vendor.requests)
    vendor.forget()
    file = tmp_path / "requests.jsonl"
    file.write_bytes(b"".join(each.raw for each in ours[1:-1]))
    takes_a_file(vendor, pieces=3, at=root(vendor))
    vendor.will(json=operation("PENDING"))
    named = {"display_name": made["id"], "mime_type": "application/jsonl"}

    where = {"base_url": root(vendor), "api_version": "v1beta"}
    async with GENAI.Client(api_key="AIza", http_options=where).aio as google:
        sent = await google.files.upload(file=file, config=named)
        await google.batches.create(model=MODEL, src=sent.name, config={"display_name": made["id"]})

    theirs = vendor.requests
    assert [(each.method, each.path) for each in ours] == [(each.method, each.path) for each in theirs]
    assert [[each.headers.get(name) for name in COMMANDS] for each in ours] == [
        [each.headers.get(name) for name in COMMANDS] for each in theirs
    ]
    assert [each.raw for each in ours[1:-1]] == [each.raw for each in theirs[1:-1]]
    about = ("x-goog-upload-protocol", "x-goog-upload-header-content-type", "x-goog-upload-header-content-length")
    assert [ours[0].headers[name] for name in about] == [theirs[0].headers[name] for name in about]
    assert ours[-1].body == theirs[-1].body
