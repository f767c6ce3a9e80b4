"""The log: what it keeps of a request, how it is listed, and how it is followed while it happens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from console.sse import EventParser
from tests.gateway.running import PATIENCE_SECONDS, Gateway, ask

Json = dict[str, Any]


async def test_record_has_everything(gateway: Gateway) -> None:
    """A request is found whole: who, what, where, how long, how much, both bodies, and how the cost came about."""
    headers = {"x-portkey-trace-id": "t-9", "x-portkey-metadata": '{"team": "sales", "empty": ""}'}

    answer = await gateway.app.post("/v1/chat/completions", json=ask(user="ada"), headers=headers)

    log = await gateway.log(trace_id="t-9")
    metrics = log["metrics"]
    assert log["request"]["body"] == ask(user="ada")
    assert log["response"]["body"] == answer.json()
    assert metrics["metadata"] == {"team": "sales", "_user": "ada"}
    assert (metrics["api_key_name"], metrics["provider"], metrics["ai_org"]) == ("webui", "demo", "openai")
    assert (metrics["ai_model"], metrics["response_model"]) == ("gpt-4o", "gpt-4o-2024-08-06")
    assert metrics["total_units"] == answer.json()["usage"]["total_tokens"]
    assert log["usage"] == answer.json()["usage"]
    assert metrics["response_time"] >= metrics["upstream_response_time"] > 0
    assert log["request"]["portkeyHeaders"]["x-portkey-trace-id"] == "t-9"


async def test_record_never_has_a_secret(gateway: Gateway) -> None:
    """Neither the caller's key nor the vendor's is in any answer of the log, nor in any file of the home."""
    await gateway.app.post("/v1/chat/completions", json=ask(), headers={"x-portkey-api-key": gateway.app_key})

    told = msgspec.json.encode(await gateway.log()).decode()

    secrets = (gateway.app_key, "sk-vendor-secret-0123456789")
    files = [file.read_bytes() for file in gateway.plant.settings.home.rglob("*") if file.is_file()]
    for secret in secrets:
        assert secret not in told
        assert not [data for data in files if secret.encode() in data]


async def test_cost_is_exact(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Cached tokens cost what cached tokens cost, to the nanodollar, and the record has the prices used."""
    usage = {"prompt_tokens": 1001, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 900}}
    vendor.will(json={"model": "gpt-4o-2024-08-06", "choices": [], "usage": usage})

    await gateway.chat()

    log = await gateway.log()
    assert log["metrics"]["cost_nanodollars"] == 101 * 2500 + 900 * 1250 + 7 * 10_000
    assert log["metrics"]["cost"] == log["metrics"]["cost_nanodollars"] / 10_000_000
    assert (log["price"]["cached"], log["price_source"][:13]) == (1_250_000_000, "genai-prices ")


async def test_model_without_price_is_unpriced_not_free(gateway: Gateway) -> None:
    """A model nobody knows a price for is marked, its cost is null, and today's count of such requests grows."""
    await gateway.chat(model="@demo/home-made")

    row = (await gateway.logs())[0]
    assert (row["is_priced"], row["cost"], row["cost_nanodollars"]) == (False, None, None)
    assert (await gateway.admin.get("/v1/stats")).json()["unpriced_today"] == 1


async def test_stream_is_put_together_again(gateway: Gateway) -> None:
    """The record of a stream has the whole answer, the raw events, and the time to the first token."""
    answer = await gateway.chat("get_weather", stream=True)

    log = await gateway.log()
    whole = (await gateway.chat("get_weather")).json()
    assert log["response"]["body"]["choices"][0]["message"]["content"] == whole["choices"][0]["message"]["content"]
    assert log["originalResponse"]["body"] == answer.text
    assert 0 < log["metrics"]["time_to_first_token_ms"] <= log["metrics"]["response_time"]


async def test_list_is_newest_first_and_goes_on(gateway: Gateway) -> None:
    """Pages follow one another by cursor without a gap and without an overlap, also while requests come in."""
    for number in range(5):
        await gateway.chat(str(number))

    await gateway.plant.writer.caught_up(PATIENCE_SECONDS)
    first = (await gateway.admin.get("/v1/logs", params={"limit": "2"})).json()
    await gateway.chat("newer")
    second = (await gateway.admin.get("/v1/logs", params={"limit": "9", "cursor": first["next_cursor"]})).json()

    seen = [row["id"] for row in first["data"] + second["data"]]
    assert seen == sorted(seen, reverse=True)
    assert (len(seen), second["next_cursor"]) == (5, None)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "error"}, ["demo-error-429", "demo-error-500"]),
        ({"status": "success"}, ["gpt-4o"]),
        ({"status": "5xx"}, ["demo-error-500"]),
        ({"status": "429"}, ["demo-error-429"]),
        ({"ai_model": "gpt-4o"}, ["gpt-4o"]),
        ({"provider": "@demo"}, ["demo-error-429", "demo-error-500", "gpt-4o"]),
        ({"provider": "other"}, []),
        ({"text": "ERROR-4"}, ["demo-error-429"]),
        ({"text": "asked to answer 500"}, ["demo-error-500"]),
        ({"text": "%"}, []),
        ({"time_of_generation_max": "2020-01-01T00:00:00Z"}, []),
    ],
)
async def test_filters(gateway: Gateway, filters: dict[str, str], found: list[str]) -> None:
    """Each filter finds what it names, and only that."""
    for model in ("demo-error-429", "demo-error-500", "gpt-4o"):
        await gateway.chat(model=f"@demo/{model}")

    assert sorted(row["ai_model"] for row in await gateway.logs(**filters)) == found


@pytest.mark.parametrize(
    ("filters", "param"),
    [
        ({"statsu": "error"}, "statsu"),
        ({"status": "bad"}, "status"),
        ({"time_of_generation_min": "yesterday"}, "time_of_generation_min"),
        ({"limit": "0"}, "limit"),
        ({"limit": "many"}, "limit"),
    ],
)
async def test_filter_that_makes_no_sense_is_named(gateway: Gateway, filters: dict[str, str], param: str) -> None:
    """A filter there is not, or that cannot be, is a 400 that names it: nothing is silently ignored."""
    answer = await gateway.admin.get("/v1/logs", params=filters)

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_unknown_log_is_404(gateway: Gateway) -> None:
    """An id there is not is a 404."""
    assert (await gateway.admin.get("/v1/logs/nothing")).status_code == 404


@asynccontextmanager
async def tail(gateway: Gateway, **params: str) -> AsyncIterator[AsyncIterator[tuple[str, Json]]]:
    """The live tail, connected."""
    async with gateway.admin.stream("GET", "/v1/logs/tail", params=params) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        pieces = answer.aiter_bytes()
        await anext(pieces)
        yield events_of(pieces)


async def events_of(pieces: AsyncIterator[bytes]) -> AsyncIterator[tuple[str, Json]]:
    """The events of a stream of bytes."""
    parser = EventParser()
    async for piece in pieces:
        for name, data in parser.feed(piece):
            yield name, msgspec.json.decode(data)


async def test_tail_tells_of_a_request_while_it_is_answered(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A request is told as it begins, before there is any answer, and again as it is settled, with its cost."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=1)
    async with tail(gateway, started="true") as events:
        asking = asyncio.create_task(gateway.chat(stream=True))

        begun = await anext(events)
        gate.set()
        settled = await anext(events)

    await asking
    assert (begun[0], begun[1]["ai_model"], begun[1]["api_key_name"]) == ("started", "gpt-4o", "webui")
    assert (settled[0], settled[1]["id"], settled[1]["cost_nanodollars"] > 0) == ("log", begun[1]["id"], True)


async def test_tail_has_one_event_a_request_and_the_lists_filters(gateway: Gateway) -> None:
    """Without `started` there is one event a request, and only for those that the filter lets through."""
    async with tail(gateway, status="error") as events:
        await gateway.chat()
        await gateway.chat(model="@demo/demo-error-500")

        name, row = await anext(events)

    assert (name, row["response_status_code"]) == ("log", 500)


async def test_slow_reader_is_told_how_many_it_missed(gateway: Gateway) -> None:
    """A reader that does not keep up loses the oldest events, is told how many, and holds nobody up."""
    from gateway.watching.live import QUEUE
    from store.log.filter import LogFilter

    with gateway.plant.live.reading(LogFilter(), wants_started=False) as reader:
        for _ in range(QUEUE + 3):
            reader.put(b"x")
        events, missed = reader.take()

    assert (len(events), missed) == (QUEUE, 3)


async def test_stats_count_today(gateway: Gateway) -> None:
    """The status line's figures count requests, errors and money of today."""
    await gateway.chat()
    await gateway.chat(model="@demo/demo-error-500")

    stats = (await gateway.admin.get("/v1/stats")).json()

    cost = (await gateway.logs(status="success"))[0]["cost_nanodollars"]
    assert (stats["requests_today"], stats["errors_today"], stats["cost_today_nanodollars"]) == (2, 1, cost)
    assert (stats["in_flight"], stats["status"], stats["p95_ms"] > 0) == (0, "ok", True)
