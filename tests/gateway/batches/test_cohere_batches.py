"""OpenAI's batches before Cohere's: a dataset that is looked through first, and results in Avro."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

AVRO: Any = import_module("fastavro")
COHERE: Any = import_module("cohere")
MODEL, CHAT = "command-a-03-2025", "/v1/chat/completions"
TO_IT = {"x-portkey-provider": "@cohere"}
TEXT = {"type": "array", "items": {"type": "record", "name": "c", "fields": [
    {"name": "type", "type": "string"},
    {"name": "text", "type": ["null", "string"], "default": None},
    {"name": "thinking", "type": ["null", "string"], "default": None},
]}}  # fmt: skip
TOKENS = {"type": "record", "name": "t", "fields": [
    {"name": "input_tokens", "type": "double"}, {"name": "output_tokens", "type": "double"},
]}  # fmt: skip
SCHEMA = {"type": "record", "name": "cohere.result", "fields": [
    {"name": "custom_id", "type": "string"},
    {"name": "error", "type": ["null", "string"]},
    {"name": "body", "type": ["null", {"type": "record", "name": "body", "fields": [
        {"name": "id", "type": "string"},
        {"name": "finish_reason", "type": "string"},
        {"name": "message", "type": {"type": "record", "name": "m", "fields": [
            {"name": "role", "type": "string"}, {"name": "content", "type": ["null", TEXT]},
            {"name": "tool_plan", "type": ["null", "string"], "default": None},
        ]}},
        {"name": "usage", "type": {"type": "record", "name": "u", "fields": [
            {"name": "billed_units", "type": ["null", TOKENS]}, {"name": "tokens", "type": "t"},
        ]}},
    ]}]},
]}  # fmt: skip


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with Cohere behind `@cohere`."""
    async with gateway_in(tmp_path) as gateway:
        where = {"custom_host": vendor.url.removesuffix("/v1")}
        body = {"name": "c", "slug": "cohere", "ai_provider_id": "cohere", "key": "co-key", "configurations": where}
        (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


def avro(*records: Json) -> bytes:
    """A file of results."""
    file = io.BytesIO()
    AVRO.writer(file, SCHEMA, records, codec="deflate")
    return file.getvalue()


def answered(custom_id: str, words: str) -> Json:
    """One that was answered."""
    tokens = {"input_tokens": 1000, "output_tokens": 100}
    message = {"role": "assistant", "content": [{"type": "text", "text": words, "thinking": None}], "tool_plan": None}
    usage = {"billed_units": tokens, "tokens": tokens}
    body = {"id": "x", "finish_reason": "COMPLETE", "message": message, "usage": usage}
    return {"custom_id": custom_id, "error": "", "body": body}


def dataset(id: str, status: str, *urls: str, error: str = "") -> Json:
    """A dataset, its files in the wrong order."""
    parts = [{"id": "p", "name": "n", "url": url, "index": index} for index, url in enumerate(urls)]
    found = {"id": id, "validation_status": status, "validation_error": error, "dataset_parts": parts[::-1]}
    return {"dataset": found}


def batch(status: str, **more: Any) -> Json:
    """Cohere's batch."""
    found = {"id": "b/1", "name": "n", "model": MODEL, "input_dataset_id": "d1", "status": f"BATCH_STATUS_{status}"}
    return {"batch": found | more}


async def begun(gateway: Gateway, vendor: SimulatedVendor, *bodies: Json, endpoint: str = CHAT) -> Json:
    """A batch of these requests, or the error instead of it."""
    vendor.will(json={"id": "d1"})
    lines = [
        msgspec.json.encode({"custom_id": f"mine-{number}", "method": "POST", "url": endpoint, "body": body})
        for number, body in enumerate(bodies, 1)
    ]
    form = {"file": ("r.jsonl", b"\n".join(lines))}
    file = await gateway.app.post("/v1/files", data={"purpose": "batch"}, files=form, headers=TO_IT)
    wanted = {"input_file_id": file.raise_for_status().json()["id"], "endpoint": endpoint, "completion_window": "24h"}
    made: Json = (await gateway.app.post("/v1/batches", headers=TO_IT, json=wanted)).json()
    return made


async def look(gateway: Gateway, batch: Json) -> Json:
    """How far it is."""
    found: Json = (await gateway.app.get(f"/v1/batches/{batch['id']}")).json()
    return found


def ask(text: str = "hi", **more: Any) -> Json:
    """A chat."""
    return {"model": MODEL, "messages": [{"role": "user", "content": text}]} | more


async def test_a_batch_from_its_file_to_its_results(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """It begins once its dataset is looked through, and ends once its results can be fetched, which takes no key."""
    made = await begun(gateway, vendor, ask("one"), ask("two"))
    vendor.will(json=dataset("d1", "processing"))
    waits = await look(gateway, made)
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": []})
    vendor.will(json=batch("QUEUED"))
    runs = await look(gateway, made)
    vendor.will(json=batch("COMPLETED", output_dataset_id="d2", num_records=2))
    vendor.will(json=dataset("d2", "processing"))
    ends = await look(gateway, made)
    root = vendor.url.removesuffix("/v1")
    there = dataset("d2", "validated", f"{root}/store/0.avro?sign=a%2Fb", f"{root}/store/1.avro?sign=b")
    vendor.will(json=batch("COMPLETED", output_dataset_id="d2", num_records=2))
    vendor.will(json=there, times=2)
    vendor.will(body=avro({"custom_id": "line-2", "error": "the prompt is too long", "body": None}))
    vendor.will(body=avro(answered("line-1", "Hello")))
    ended = await look(gateway, made)
    good = (await gateway.app.get(f"/v1/files/{ended['output_file_id']}/content")).json()
    bad = (await gateway.app.get(f"/v1/files/{ended['error_file_id']}/content")).json()

    stages = [each["status"] for each in (made, waits, runs, ends)]
    assert stages == ["validating", "validating", "in_progress", "finalizing"]
    assert [(each.method, each.path) for each in vendor.requests] == [
        ("POST", f"/v1/datasets?name={made['id']}&type=batch-chat-v2-input"),
        ("GET", "/v1/datasets/d1"),
        ("GET", "/v1/datasets/d1"),
        ("GET", "/v2/batches?page_size=1000"),
        ("POST", "/v2/batches"),
        ("GET", "/v2/batches/b%2F1"),
        ("GET", "/v1/datasets/d2"),
        ("GET", "/v2/batches/b%2F1"),
        ("GET", "/v1/datasets/d2"),
        ("GET", "/v1/datasets/d2"),
        ("GET", "/store/0.avro?sign=a%2Fb"),
        ("GET", "/store/1.avro?sign=b"),
    ]
    assert vendor.requests[4].body == {"name": made["id"], "input_dataset_id": "d1", "model": MODEL}
    assert {each.headers.get("authorization") for each in vendor.requests[:-2]} == {"Bearer co-key"}
    assert not [each for each in vendor.requests[-2:] if "co-key" in str(each.headers)]
    assert (ended["status"], ended["request_counts"]) == ("completed", {"total": 2, "completed": 1, "failed": 1})
    assert (good["custom_id"], good["response"]["body"]["choices"][0]["message"]["content"]) == ("mine-1", "Hello")
    assert good["response"]["body"]["usage"]["total_tokens"] == 1100
    assert (bad["custom_id"], bad["response"]["status_code"]) == ("mine-2", 500)
    assert "the prompt is too long" in bad["response"]["body"]["error"]["message"]
    costs = [each["cost_nanodollars"] for each in await gateway.logs(trace_id=made["id"])]
    assert sorted(cost or 0 for cost in costs) == [0, 1_750_000]  # half of 1000 at $2.50 and 100 at $10 a million


async def test_requests_as_a_dataset_has_them(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Texts are parts, pictures are addresses, parameters are texts: another spelling than in a chat."""
    picture = {"type": "image_url", "image_url": {"url": "https://a.test/p.png"}}
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "hi"}, picture]},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    thinking = {"type": "enabled", "budget_tokens": 99}
    wanted = {"model": MODEL, "messages": turns, "tools": [tool], "thinking": thinking, "max_tokens": 9, "top_p": 0.5}

    made = await begun(gateway, vendor, wanted)

    assert made["status"] == "validating", made
    (line,) = [each for each in vendor.requests[0].raw.splitlines() if each.startswith(b"{")]
    assert msgspec.json.decode(line) == {
        "custom_id": "line-1",
        "body": {
            "messages": [
                {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
                {"role": "user", "content": [{"type": "text", "text": "hi"}, picture | {"image_url": "https://a.test/p.png"}]},
                {"role": "assistant", "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "42"}]},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": '{"type":"object"}'}}],
            "reasoning": True,
            "thinking_budget": 99,
            "max_tokens": 9,
            "p": 0.5,
        },
    }  # fmt: skip


async def test_embeddings_are_a_dataset_of_their_own_kind(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Texts to embed go and come in the same way."""
    made = await begun(gateway, vendor, {"model": "embed-v4.0", "input": ["a", "b"]}, endpoint="/v1/embeddings")
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": []})
    vendor.will(json=batch("COMPLETED", output_dataset_id="d2"))
    there = dataset("d2", "validated", vendor.url.removesuffix("/v1") + "/0.avro")
    vendor.will(json=there, times=2)
    vectors = {"type": "array", "items": {"type": "array", "items": "float"}}
    kinds = {"type": "record", "name": "e", "fields": [{"name": "float", "type": vectors}]}
    schema = {"type": "record", "name": "r", "fields": [
        {"name": "custom_id", "type": "string"},
        {"name": "body", "type": {"type": "record", "name": "b", "fields": [{"name": "embeddings", "type": kinds}]}},
    ]}  # fmt: skip
    file, body = io.BytesIO(), {"embeddings": {"float": [[0.5, 1.0], [2.0, -0.25]]}}
    AVRO.writer(file, schema, [{"custom_id": "line-1", "body": body}])
    vendor.will(body=file.getvalue())

    output = await gateway.app.get(f"/v1/batches/{made['id']}/output")

    assert "type=batch-embed-v2-input" in vendor.requests[0].path
    assert [each["embedding"] for each in output.json()["response"]["body"]["data"]] == body["embeddings"]["float"]


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"stop": ["END"]}, "body.stop"),
        ({"response_format": {"type": "json_object"}}, "body.response_format"),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "required"},
            "body.tool_choice",
        ),
    ],
)
async def test_what_a_batch_cannot_say_is_refused(
    gateway: Gateway, vendor: SimulatedVendor, more: Json, param: str
) -> None:
    """What a chat may have and a batch's dataset has no field for is refused by line and field, and nobody is asked."""
    error = (await begun(gateway, vendor, ask(), ask(**more)))["error"]

    assert error["message"].startswith("Tollhouse: line 2: `cohere` cannot be asked for this")
    assert error["param"] == param
    assert not vendor.requests


async def test_a_beginning_that_was_not_heard_of_is_found_again(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Where Cohere began a batch and the answer got lost, the next look takes up that one and pays for no second."""
    made = await begun(gateway, vendor, ask())
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": []})
    vendor.will(502, body=b"")
    lost = await gateway.app.get(f"/v1/batches/{made['id']}")
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": [batch("QUEUED", input_dataset_id="d0")["batch"], batch("IN_PROGRESS")["batch"]]})

    found = await look(gateway, made)

    assert (lost.status_code, found["status"]) == (502, "in_progress")
    assert [each.path for each in vendor.requests if each.method == "POST"][1:] == ["/v2/batches"]


async def test_requests_that_cohere_cannot_read_end_the_batch(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The batch has failed, and says what Cohere says."""
    made = await begun(gateway, vendor, ask())
    vendor.will(json=dataset("d1", "failed", error="row 1: no messages"))

    ended = await look(gateway, made)

    assert (ended["status"], ended["errors"]["data"][0]["message"]) == ("failed", "row 1: no messages")


async def test_a_batch_that_waits_can_be_cancelled(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Its dataset goes, so that nothing is left at Cohere's."""
    made = await begun(gateway, vendor, ask())
    vendor.will(json={})

    cancelled = (await gateway.app.post(f"/v1/batches/{made['id']}/cancel")).json()
    ended = await look(gateway, made)

    assert [(each.method, each.path) for each in vendor.requests[1:]] == [("DELETE", "/v1/datasets/d1")]
    assert (cancelled["cancelling_at"] is not None, ended["status"]) == (True, "cancelled")
    assert ended["request_counts"] == {"total": 1, "completed": 0, "failed": 1}


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "https://storage.googleapis.com.evil.test/x", "file:///etc/passwd"]
)
async def test_results_are_fetched_from_nowhere_else(gateway: Gateway, vendor: SimulatedVendor, url: str) -> None:
    """An answer that names another machine than those that keep datasets does not send the gateway there."""
    made = await begun(gateway, vendor, ask())
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": [batch("COMPLETED", output_dataset_id="d2")["batch"]]})
    vendor.will(json=dataset("d2", "validated", url), times=2)

    answer = await gateway.app.get(f"/v1/batches/{made['id']}/output")

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_cohere_is_asked_as_its_own_package_asks(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What begins a batch are the requests that the package cohere sends."""
    made = await begun(gateway, vendor, ask())
    vendor.will(json=dataset("d1", "validated"))
    vendor.will(json={"batches": []})
    vendor.will(json=batch("QUEUED"))
    await look(gateway, made)
    ours = {each.path: each for each in vendor.requests if each.method == "POST"}
    vendor.forget()
    async with COHERE.AsyncClient(api_key="co-key", base_url=vendor.url.removesuffix("/v1")) as client:
        vendor.will(json={"id": "d1"})
        vendor.will(json=batch("QUEUED"))

        await client.datasets.create(name=made["id"], type="batch-chat-v2-input", data=("r.jsonl", b"{}"))
        await client.batches.create(request={"name": made["id"], "input_dataset_id": "d1", "model": MODEL})

    assert [each.path for each in vendor.requests] == list(ours)
    assert vendor.requests[1].body == ours["/v2/batches"].body
    assert b'name="data"; filename=' in ours[vendor.requests[0].path].raw.replace(b"content-disposition: ", b"")
    assert b'name="data"' in vendor.requests[0].raw
