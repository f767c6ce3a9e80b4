"""Streams that go wrong: none of them ever ends as if it had gone well."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask, gateway_in

PART = b'data: {"choices":[{"index":0,"delta":{"content":"Once"},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'


def last_event(raw: bytes) -> dict[str, Any]:
    """The last event of a stream."""
    found: dict[str, Any] = msgspec.json.decode(raw.rstrip().rpartition(b"data: ")[2])
    return found


async def test_cut_stream_ends_with_an_error_event(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that dies mid-stream yields what came, then an error event that names it, and no `[DONE]`."""
    vendor.will(cut_after=3)

    answer = await gateway.chat(stream=True)

    error = last_event(answer.content)["error"]
    assert answer.content.count(b"data: ") == 4
    assert b"[DONE]" not in answer.content
    assert (error["code"], error["fault"], "openai error: " in error["message"]) == ("vendor_broke", "provider", True)


async def test_cut_stream_is_logged_as_far_as_it_came(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The record of a broken stream is a failure, with the text that reached the client and the error event."""
    vendor.will(chunks=[PART], cut_after=1)

    answer = await gateway.chat(stream=True)

    log = await gateway.log()
    assert (log["metrics"]["is_success"], log["metrics"]["error"]["fault"]) == (False, "provider")
    assert log["response"]["body"]["choices"][0]["message"]["content"] == "Once"
    assert log["originalResponse"]["body"].encode() == answer.content


async def test_stream_that_ends_without_an_end_is_broken(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A connection closed in good order before any finish reason is a broken stream all the same."""
    vendor.will(chunks=[PART])

    answer = await gateway.chat(stream=True)

    assert "before the answer was complete" in last_event(answer.content)["error"]["message"]


async def test_missing_done_is_made_good(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that never says `[DONE]` but finished its answer gave a whole answer, and the client gets a `[DONE]`."""
    vendor.will(chunks=[PART, LAST])

    answer = await gateway.chat(stream=True)

    assert answer.content == PART + LAST + b"data: [DONE]\n\n"
    assert (await gateway.logs())[0]["is_success"]


async def test_event_that_is_no_json_is_left_out(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """One garbled event costs that event, not the answer."""
    vendor.will(chunks=[PART, b'data: {"choices": [{"ind\n\n', LAST, b"data: [DONE]\n\n"])

    answer = await gateway.chat(stream=True)

    assert answer.content == PART + LAST + b"data: [DONE]\n\n"


async def test_vendors_own_error_event_ends_the_stream(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """An error in the middle of a stream is passed on with the vendor's name, and nothing after it is."""
    error = b'data: {"error":{"message":"Overloaded","type":"overloaded_error","details":[1]}}\n\n'
    vendor.will(chunks=[PART, error, LAST, b"data: [DONE]\n\n"])

    answer = await gateway.chat(stream=True)

    told = last_event(answer.content)["error"]
    assert (told["message"], told["type"], told["details"]) == ("openai error: Overloaded", "overloaded_error", [1])
    assert LAST not in answer.content
    assert b"[DONE]" not in answer.content


@pytest.mark.parametrize("chunks", [[], [b"data: [DO"]])
async def test_stream_without_any_event_is_a_refusal(
    gateway: Gateway, vendor: SimulatedVendor, chunks: list[bytes]
) -> None:
    """A 200 with nothing in it is a 502, not an empty answer."""
    vendor.will(chunks=chunks)

    answer = await gateway.chat(stream=True)

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_refusal_before_the_first_event_keeps_its_status(gateway: Gateway) -> None:
    """A vendor that refuses a stream gives the client that status and a JSON error, not a broken 200."""
    answer = await gateway.chat(model="@demo/demo-error-529", stream=True)

    assert (answer.status_code, answer.headers["retry-after"]) == (529, "5")
    assert answer.headers["content-type"] == "application/json"


async def test_silent_stream_is_ended(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A vendor that falls silent in the middle is given up after the stall time, and that is what the client reads."""
    async with gateway_in(tmp_path, stall_timeout_seconds=0.3) as gateway:
        await add_demo(gateway.admin, vendor.url)

        answer = await gateway.chat(model="@demo/demo-stall", stream=True)

    assert last_event(answer.content)["error"]["code"] == "vendor_timeout"


async def test_whole_answer_to_a_stream_request_passes(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that ignores `stream` and answers in one piece is passed on as it is."""
    vendor.will(json={"choices": [], "usage": {"prompt_tokens": 2, "completion_tokens": 0}})

    answer = await gateway.chat(stream=True)

    assert answer.json()["choices"] == []
    assert (await gateway.logs())[0]["req_units"] == 2


@pytest.mark.parametrize("streamed", [True, False])
async def test_hang_up_closes_the_vendor_and_is_logged(
    gateway: Gateway, vendor: SimulatedVendor, streamed: bool
) -> None:
    """When the client hangs up the vendor's connection is closed too, and the record says 499, the caller's doing."""
    gate = asyncio.Event()
    vendor.will(gate=gate, gate_after=1)
    asking = asyncio.create_task(read_first(gateway, streamed))
    await vendor.asked()

    asking.cancel()

    assert (await vendor.hung_up()).path == "/v1/chat/completions"
    await gateway.plant.vitals.quiet()
    (log,) = await gateway.logs()
    assert (log["response_status_code"], log["error"]["fault"]) == (499, "caller")


async def read_first(gateway: Gateway, streamed: bool) -> None:
    """Ask, and wait for an end that never comes."""
    async with gateway.app.stream("POST", "/v1/chat/completions", json=ask(stream=streamed)) as answer:
        async for _ in answer.aiter_bytes():
            pass
