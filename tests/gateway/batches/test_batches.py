"""OpenAI's batches before Anthropic's, by OpenAI's own client: from a file to results, and who pays for them."""

from __future__ import annotations

import asyncio

import msgspec
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from gateway.batches.papers import KeptBatch
from gateway.batches.watching import watch
from tests.gateway.batched import (
    ENDPOINT,
    MODEL,
    batches,
    gateway,
    jsonl,
    lines_of,
    made,
    refused,
    request,
    said,
    there,
    upload,
)
from tests.gateway.running import Gateway, Json

__all__ = ["batches", "gateway"]


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


async def test_results_are_no_part_of_how_long_requests_take(
    gateway: Gateway, batches: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """Nobody knows how long a result of a batch took: its record says so, and neither averages nor percentiles count
    it, though requests and tokens do. It names the saved config that the batch was made by."""
    config = {"name": "b", "slug": "pc-batch", "config": {"provider": "@claude"}}
    (await gateway.admin.post("/v1/configs", json=config)).raise_for_status()
    mine = batches.with_options(default_headers={"x-portkey-config": "pc-batch"})
    batch = await made(mine, vendor, request("a"), request("b"))
    vendor.will(json=there("ended", succeeded=1, errored=1))
    vendor.will(body=jsonl(said(1), refused(2)))

    await mine.batches.retrieve(batch)
    records = await gateway.logs(trace_id=batch)
    answers = [
        (await gateway.admin.get("/v1/analytics/summary/metrics", params=query)).raise_for_status().json()["summary"]
        for query in ({"trace_id": batch}, {"ai_org_model": f"anthropic__{MODEL}"})
    ]

    assert [(each["response_time"], each["gateway_processing_time"], each["config"]) for each in records] == [
        (None, None, "pc-batch")
    ] * 2
    for summary in answers:  # from the log itself, and from its sums
        assert (summary["requests"], summary["tokens"]) == (2, 1100)
        assert {summary[name] for name in ("latency_avg", "latency_p50", "gateway_overhead_p50")} == {None}


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
