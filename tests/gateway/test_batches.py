"""OpenAI's files and batches before Anthropic's, by OpenAI's own client."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import msgspec
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from gateway.batches.papers import KeptBatch
from gateway.batches.watching import watch
from tests.gateway.running import Gateway, Json, client, gateway_in

MODEL = "claude-sonnet-4-5"
ENDPOINT: Final = "/v1/chat/completions"


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with Anthropic behind `@claude`."""
    async with gateway_in(tmp_path, trusted_custom_hosts=("127.0.0.1",)) as gateway:
        body = {
            "name": "Claude",
            "slug": "claude",
            "ai_provider_id": "anthropic",
            "key": "sk-ant-of-the-tests",
            "configurations": {"custom_host": vendor.url},
        }
        (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


@pytest.fixture
async def batches(gateway: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's client at our door."""
    async with openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1",
        api_key=gateway.app_key,
        default_headers={"x-portkey-provider": "@claude"},
        max_retries=0,
    ) as client:
        yield client


def request(custom_id: str, text: str = "hi", **more: Any) -> Json:
    """One line of the file."""
    body = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": text}]} | more
    return {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body}


def jsonl(*lines: Json) -> bytes:
    """Several."""
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


async def upload(batches: openai.AsyncOpenAI, *lines: Json) -> str:
    """A file of requests, by its id."""
    return (await batches.files.create(file=("requests.jsonl", jsonl(*lines)), purpose="batch")).id


def there(status: str = "in_progress", cancelled: bool = False, **counts: int) -> Json:
    """Anthropic's batch."""
    return {
        "id": "msgbatch_1",
        "type": "message_batch",
        "processing_status": status,
        "request_counts": {"processing": 0, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0} | counts,
        "expires_at": "2030-01-02T00:00:00Z",
        "cancel_initiated_at": "2030-01-01T00:00:00Z" if cancelled else None,
    }


def said(number: int, text: str = "Hello") -> Json:
    """The answer to one request of Anthropic's batch."""
    usage = {"input_tokens": 1000, "output_tokens": 100, "service_tier": "batch"}
    message = {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": usage,
    }
    return {"custom_id": f"line-{number}", "result": {"type": "succeeded", "message": message}}


def refused(number: int) -> Json:
    """An error instead of an answer."""
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens is too large"}}
    return {"custom_id": f"line-{number}", "result": {"type": "errored", "error": error}}


async def made(batches: openai.AsyncOpenAI, vendor: SimulatedVendor, *lines: Json) -> str:
    """A batch under way, by its id."""
    vendor.will(json=there(processing=len(lines)))
    file = await upload(batches, *lines)
    return (await batches.batches.create(input_file_id=file, endpoint=ENDPOINT, completion_window="24h")).id


async def test_a_batch_from_its_file_to_its_results(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Requests leave as Anthropic's own batch, and its results are OpenAI's files of answers and of errors."""
    system = {"role": "system", "content": "Be brief."}
    talk = [system, {"role": "user", "content": "one"}]
    vendor.will(json=there(processing=2))
    file = await batches.files.create(
        file=("r.jsonl", jsonl(request("Größe/1", messages=talk), request("second"))), purpose="batch"
    )

    begun = await batches.batches.create(
        input_file_id=file.id, endpoint=ENDPOINT, completion_window="24h", metadata={"for": "tests"}
    )

    asked = vendor.requests[0]
    assert (asked.method, asked.path, asked.headers["x-api-key"]) == (
        "POST",
        "/v1/messages/batches",
        "sk-ant-of-the-tests",
    )
    assert asked.headers["anthropic-version"] == "2023-06-01"
    first = asked.body["requests"][0]
    assert [each["custom_id"] for each in asked.body["requests"]] == ["line-1", "line-2"]
    assert first["params"]["system"] == [{"type": "text", "text": "Be brief."}]
    assert (begun.status, begun.request_counts and begun.request_counts.total) == ("in_progress", 2)

    vendor.will(json=there("ended", succeeded=1, errored=1))
    vendor.will(body=jsonl(refused(2), said(1, "Yes")))
    ended = await batches.batches.retrieve(begun.id)

    assert [each.path for each in vendor.requests[1:]] == [
        "/v1/messages/batches/msgbatch_1",
        "/v1/messages/batches/msgbatch_1/results",
    ]
    assert (ended.status, ended.metadata) == ("completed", {"for": "tests"})
    assert ended.output_file_id
    assert ended.error_file_id
    (good,) = lines_of((await batches.files.content(ended.output_file_id)).content)
    assert good["custom_id"] == "Größe/1"
    assert good["response"]["body"]["choices"][0]["message"]["content"] == "Yes"
    assert good["response"]["body"]["object"] == "chat.completion"
    (bad,) = lines_of((await batches.files.content(ended.error_file_id)).content)
    assert (bad["custom_id"], bad["response"]["status_code"]) == ("second", 400)
    assert "max_tokens is too large" in bad["response"]["body"]["error"]["message"]
    shown = await batches.files.retrieve(ended.output_file_id)
    assert shown.bytes == len((await gateway.app.get(f"/v1/batches/{begun.id}/output")).content)


def lines_of(content: bytes) -> list[Json]:
    """A file of results."""
    return [msgspec.json.decode(line) for line in content.splitlines()]


@pytest.mark.parametrize(
    ("endpoint", "body", "kind"),
    [
        ("/v1/responses", {"input": "hi", "max_output_tokens": 9}, "response"),
        ("/v1/messages", {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 9}, "message"),
        ("/v1/completions", {"prompt": "hi", "max_tokens": 9}, "text_completion"),
    ],
)
async def test_other_functions_than_chat(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor, endpoint: str, body: Json, kind: str
) -> None:
    """A batch of responses, messages or completions is translated as these are, under a config's parameters."""
    line = {"custom_id": "a", "method": "POST", "url": endpoint, "body": body | {"model": "claude-haiku-4-5"}}
    file = await upload(batches, line)
    config = msgspec.json.encode({"provider": "@claude", "override_params": {"temperature": 0.5, "model": MODEL}})
    vendor.will(json=there(processing=1))
    wanted = {"input_file_id": file, "endpoint": endpoint}
    begun = await gateway.app.post("/v1/batches", json=wanted, headers={"x-portkey-config": config.decode()})
    assert begun.status_code == 200, begun.text
    vendor.will(json=there("ended", succeeded=1))
    vendor.will(body=jsonl(said(1, "Yes")))

    output = await gateway.app.get(f"/v1/batches/{begun.json()['id']}/output")

    params = vendor.requests[0].body["requests"][0]["params"]
    assert (params["model"], params["temperature"]) == (MODEL, 0.5)
    answer = output.json()["response"]["body"]
    assert answer.get("type" if kind == "message" else "object") == kind
    assert "Yes" in output.text
    (record,) = await gateway.logs(trace_id=begun.json()["id"])
    assert (record["ai_model"], record["cost_nanodollars"]) == (MODEL, 2_250_000)


async def test_results_are_paid_for_once(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Each result is a record at half the price, in the trace of its batch; however often they are fetched, the budget
    of the key that made it pays once."""
    limited = {
        "name": "limited",
        "scopes": ["completions.write"],
        "usage_limits": {"type": "cost", "credit_limit": 0.004},
    }
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=limited)).raise_for_status().json()
    mine = batches.with_options(api_key=key["key"])
    batch = await made(mine, vendor, request("a"), request("b"))
    vendor.will(json=there("ended", succeeded=2))
    vendor.will(body=jsonl(said(1), said(2)))

    await mine.batches.retrieve(batch)
    for _ in range(2):
        await mine.batches.retrieve(batch)
        (await gateway.app.get(f"/v1/batches/{batch}/output")).raise_for_status()

    records = await gateway.logs(trace_id=batch)
    assert [each["ai_model"] for each in records] == [MODEL, MODEL]
    assert [each["cost_nanodollars"] for each in records] == [
        2_250_000,
        2_250_000,
    ]  # half of 1000 at $3 and 100 at $15 per million
    (budget,) = (await gateway.admin.get("/v1/limits", params={"level": "api_key", "owner": key["id"]})).json()["data"]
    assert budget["spent"] == 0.0045
    with pytest.raises(openai.APIStatusError) as raised:
        await made(mine, vendor, request("a"))
    assert raised.value.status_code == 412


async def test_a_collection_that_broke_off_counts_nothing_twice(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Results that broke off half-way are fetched anew, and what was in the log and paid for by then is not again."""
    policy = {"type": "cost", "credit_limit": 1, "conditions": [{"key": "workspace_id", "value": "default"}]}
    made_policy = await gateway.admin.post(
        "/v1/policies/usage-limits", json=policy | {"group_by": [{"key": "api_key"}], "name": "all"}
    )
    made_policy.raise_for_status()
    batch = await made(batches, vendor, request("a"), request("b"))
    vendor.will(json=there("ended", succeeded=2))
    vendor.will(body=jsonl(said(1)) + b'{"half')
    vendor.will(body=jsonl(said(2), said(1)))

    with pytest.raises(openai.InternalServerError):
        await batches.batches.retrieve(batch)
    ended = await batches.batches.retrieve(batch)

    assert (ended.status, len(await gateway.logs(trace_id=batch))) == ("completed", 2)
    spent = [each["spent"] for each in (await gateway.admin.get("/v1/limits")).json()["data"] if each["type"] == "cost"]
    assert spent == [0.0045]


async def test_many_who_ask_at_once_have_it_fetched_once(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Whoever asks while another asks the vendor hears the same, and each result is in the log once."""
    batch = await made(batches, vendor, request("a"), request("b"))
    vendor.will(json=there("ended", succeeded=2))
    vendor.will(body=jsonl(said(1), said(2)))

    ended = await asyncio.gather(*(batches.batches.retrieve(batch) for _ in range(5)))

    assert {each.status for each in ended} == {"completed"}
    assert len({each.output_file_id for each in ended}) == 1
    assert (len(vendor.requests), len(await gateway.logs(trace_id=batch))) == (3, 2)


async def test_a_batch_that_no_budget_can_pay_for_is_refused(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """What all requests may cost together, at the price of batches, must be left when it begins."""
    limited = {
        "name": "limited",
        "scopes": ["completions.write"],
        "usage_limits": {"type": "cost", "credit_limit": 0.02},
    }
    key = (await gateway.admin.post("/v1/api-keys/workspace/service", json=limited)).raise_for_status().json()
    mine = batches.with_options(api_key=key["key"])
    long = [request(f"r{number}", max_tokens=1000) for number in range(3)]  # 1,000 tokens at half of $15 a million

    with pytest.raises(openai.APIStatusError) as raised:
        await made(mine, vendor, *long)
    fits = await made(mine, vendor, *long[:2])

    assert raised.value.status_code == 412
    assert fits
    assert len(vendor.requests) == 1


async def test_what_nobody_asks_for_is_paid_too(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """A batch that its client forgot is fetched by the gateway itself, after a while."""
    batch = await made(batches, vendor, request("a"))
    shelf = gateway.plant.shelf
    paper = shelf.find(batch, KeptBatch, None)
    await watch(gateway.plant)
    vendor.will(json=there("ended", succeeded=1))
    vendor.will(body=jsonl(said(1)))

    shelf.put(msgspec.structs.replace(paper, created_at=paper.created_at - 301))
    await watch(gateway.plant)

    assert [each["cost_nanodollars"] for each in await gateway.logs(trace_id=batch)] == [2_250_000]
    assert len(vendor.requests) == 3


async def test_a_key_of_the_callers_own_is_sent_each_time(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Nobody's key is kept: a batch that was made with one is asked for with it, and not without."""
    own = {
        "x-portkey-api-key": gateway.app_key,
        "x-portkey-provider": "anthropic",
        "authorization": "Bearer sk-ant-mine",
        "x-portkey-custom-host": vendor.url,
    }
    vendor.will(json=there(processing=1))
    file = await upload(batches, request("a"))
    wanted = {"input_file_id": file, "endpoint": ENDPOINT}
    made = await gateway.app.post("/v1/batches", json=wanted, headers=own)
    assert made.status_code == 200, made.text
    vendor.will(json=there(processing=1))

    without = await gateway.app.get(f"/v1/batches/{made.json()['id']}")
    with_it = await gateway.app.get(f"/v1/batches/{made.json()['id']}", headers=own)

    assert (without.status_code, with_it.status_code) == (400, 200)
    assert "made with a key of your own for `anthropic`" in without.json()["error"]["message"]
    assert [each.headers["x-api-key"] for each in vendor.requests] == ["sk-ant-mine"] * 2
    kept = b"".join(each.read_bytes() for each in (gateway.plant.settings.home / "files").iterdir())
    assert b"sk-ant-mine" not in kept


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
