"""Answers that are legal but unusual in how they are packed, named and cut, and some that are not legal at all."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import anthropic
import msgspec
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, ask

BOM = b"\xef\xbb\xbf"
USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
CALLS = [
    {"id": f"c{number}", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}} for number in (1, 2)
]


def whole(words: str | None = "Größe", **more: Any) -> Json:
    """A whole answer."""
    message = {"role": "assistant", "content": words} | more
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if more else "stop"}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [choice]} | {
        "usage": USAGE
    }


def chunk(delta: Json, reason: str | None = None) -> bytes:
    """A chunk's JSON."""
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return msgspec.json.encode({"id": "c", "object": "chat.completion.chunk", "model": "gpt-4o", "choices": [choice]})


CHUNKS = [chunk({"role": "assistant", "content": "Grö"}), chunk({"content": "ße"}), chunk({}, "stop")]
COUNTED = msgspec.json.encode({"id": "c", "model": "gpt-4o", "choices": [], "usage": USAGE})
STREAM = b"".join(b"data: " + each + b"\n\n" for each in [*CHUNKS, COUNTED, b"[DONE]"])
BODY = msgspec.json.encode(whole())


def raw_deflate(data: bytes) -> bytes:
    """As some servers have `deflate`: without its header."""
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(gzip.compress(BODY), {"content-encoding": "gzip"}, id="gzip"),
        pytest.param(gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), {"content-encoding": "x-gzip"}, id="in-parts"),
        pytest.param(zlib.compress(BODY), {"content-encoding": "Deflate"}, id="deflate"),
        pytest.param(raw_deflate(BODY), {"content-encoding": "deflate"}, id="deflate-without-header"),
        pytest.param(BODY, {"content-encoding": "identity"}, id="not-packed"),
        pytest.param(BOM + BODY, {}, id="byte-order-mark"),
        pytest.param(b"\n  " + BODY + b"\n", {}, id="spaces"),
    ],
)
async def test_a_whole_answer_however_it_comes(
    gateway: Gateway, vendor: SimulatedVendor, body: bytes, headers: dict[str, str]
) -> None:
    """Packed though nobody asked for it, or behind a mark: the client reads the answer, and no word of packing."""
    vendor.will(body=body, headers=headers)

    answer = await gateway.chat()

    assert answer.json()["choices"][0]["message"]["content"] == "Größe"
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        pytest.param(BODY, {"content-encoding": "br"}, "packed as `br`", id="unknown-packing"),
        pytest.param(gzip.compress(BODY)[:-9], {"content-encoding": "gzip"}, "breaks off", id="cut-packing"),
        pytest.param(b"no gzip", {"content-encoding": "gzip"}, "damaged", id="no-packing"),
        pytest.param(gzip.compress(bytes(30_000_000)), {"content-encoding": "gzip"}, "fill memories", id="bomb"),
        pytest.param(BODY.replace("ö".encode(), b"\xf6"), {}, "no JSON", id="no-utf-8"),
        pytest.param(b"null", {}, "no object", id="null"),
        pytest.param(b"[]", {}, "no object", id="list"),
    ],
)
async def test_what_is_no_answer_is_told_apart(
    gateway: Gateway, vendor: SimulatedVendor, body: bytes, headers: dict[str, str], said: str
) -> None:
    """A 200 that a client could not read does not reach it as a 200, and says whose fault it is."""
    vendor.will(body=body, headers=headers)

    answer = await gateway.chat()

    error = answer.json()["error"]
    assert (answer.status_code, error["fault"]) == (502, "provider")
    assert said in error["message"]


@pytest.mark.parametrize(
    ("error", "status"),
    [({"message": "out of credit", "code": 402}, 402), ({"message": "boom"}, 502)],
)
async def test_an_error_inside_of_a_success_is_one(
    gateway: Gateway, vendor: SimulatedVendor, error: Json, status: int
) -> None:
    """Who passes requests on tells of the other's failure in a 200: the client hears of it, and a fallback goes on."""
    vendor.will(json={"error": error}, times=2)
    config = {"strategy": {"mode": "fallback"}, "targets": [{"provider": "@demo"}, {"provider": "@demo"}]}

    alone = await gateway.chat()
    caught = await gateway.app.post(
        "/v1/chat/completions", json=ask(), headers={"x-portkey-config": msgspec.json.encode(config).decode()}
    )

    assert (alone.status_code, error["message"] in alone.json()["error"]["message"]) == (status, True)
    assert (caught.status_code, len(vendor.requests)) == (200, 3)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(STREAM.replace(b"\n", b"\r\n"), {}, id="crlf"),
        pytest.param(STREAM.replace(b"\n", b"\r"), {}, id="cr"),
        pytest.param(BOM + STREAM, {}, id="byte-order-mark"),
        pytest.param(b": hi\n\n:\n\n" + STREAM.replace(b"data: ", b"id: 7\nretry: 1\ndata:"), {}, id="all-fields"),
        pytest.param(STREAM.replace(b',"object"', b',\ndata: "object"'), {}, id="data-in-lines"),
        pytest.param(STREAM.removesuffix(b"\n\n"), {}, id="no-last-line-end"),
        pytest.param(STREAM.removesuffix(b"\n\ndata: [DONE]\n\n"), {}, id="no-done-and-no-line-end"),
        pytest.param(gzip.compress(STREAM), {"content-encoding": "gzip"}, id="gzip"),
        pytest.param(STREAM, {"content-type": "Text/Event-Stream;charset=UTF-8"}, id="type-in-capitals"),
        pytest.param(STREAM, {"content-type": "text/plain"}, id="another-type"),
        pytest.param(STREAM, {"content-type": "application/octet-stream"}, id="no-type"),
        pytest.param(BODY, {"content-type": "application/json"}, id="in-one-piece"),
        pytest.param(STREAM.replace("ö".encode(), b"\xf6"), {}, id="no-utf-8"),
    ],
)
async def test_a_stream_however_it_comes(
    gateway: Gateway, vendor: SimulatedVendor, body: bytes, headers: dict[str, str]
) -> None:
    """OpenAI's client reads every word, the usage and the end of whatever may pass for a stream."""
    vendor.will(body=body, headers={"content-type": "text/event-stream"} | headers)
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.app_key, max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="@demo/gpt-4o",
            messages=[{"role": "user", "content": "hi"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        chunks = [each async for each in stream]

    words = "".join(each.choices[0].delta.content or "" for each in chunks if each.choices)
    assert words.replace("\ufffd", "ö") == "Größe"
    assert [each.choices[0].finish_reason for each in chunks if each.choices][-1] == "stop"
    assert [each.usage.total_tokens for each in chunks if each.usage] == [5]
    assert (await gateway.logs())[0]["req_units"] == 3


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"choices": [], "model": "m"}, 502),
        ({"type": "error", "error": {"type": "overloaded_error", "message": "boom", "code": 529}}, 529),
    ],
)
async def test_a_message_is_one(gateway: Gateway, vendor: SimulatedVendor, said: Json, status: int) -> None:
    """What Anthropic, or who stands in its place, answers with a 200 and is no message does not pass for one."""
    body = {"name": "c", "slug": "claude", "ai_provider_id": "anthropic", "key": "k"}
    where = {"configurations": {"custom_host": vendor.url}}
    (await gateway.admin.post("/v1/integrations", json=body | where)).raise_for_status()
    await asyncio.gather(*gateway.plant.errands)
    vendor.will(json=said)

    asked = {"model": "@claude/claude-sonnet-4-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    answer = await gateway.app.post("/v1/messages", json=asked)

    assert (answer.status_code, answer.json()["type"]) == (status, "error")


async def test_a_stream_of_nothing_is_no_answer(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """An end without a beginning is refused before anything was sent, so that a fallback may follow."""
    vendor.will(chunks=[b"data: [DONE]\n\n"])

    answer = await gateway.chat(stream=True)

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_a_whole_answer_is_told_event_by_event(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Calls of tools in one piece reach the clients that asked for a stream: OpenAI's chat and responses, and
    Anthropic's messages."""
    where = {"custom_host": vendor.url}
    body = {"name": "t", "slug": "chats", "ai_provider_id": "together-ai", "key": "sk", "configurations": where}
    (await gateway.admin.post("/v1/integrations", json=body)).raise_for_status()
    await asyncio.gather(*gateway.plant.errands)
    vendor.will(json=whole(None, tool_calls=CALLS), times=3)
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.app_key, max_retries=0) as client:
        chat = await client.chat.completions.create(
            model="@chats/gpt-4o", messages=[{"role": "user", "content": "hi"}], stream=True
        )
        deltas = [call for each in [each async for each in chat] for call in each.choices[0].delta.tool_calls or []]
        responses = await client.responses.create(model="@chats/gpt-4o", input="hi", stream=True)
        events = [each async for each in responses]
    async with anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=gateway.app_key, max_retries=0) as claude:
        messages = claude.messages.stream(
            model="@chats/gpt-4o", max_tokens=9, messages=[{"role": "user", "content": "hi"}]
        )
        async with messages as stream:
            message = await stream.get_final_message()

    assert [(each.index, each.id, each.function and each.function.arguments) for each in deltas] == [
        (0, "c1", '{"a":1}'),
        (1, "c2", '{"a":1}'),
    ]
    assert events[-1].type == "response.completed"
    assert [each.type for each in events[-1].response.output] == ["function_call", "function_call"]
    assert [block.input for block in message.content if block.type == "tool_use"] == [{"a": 1}, {"a": 1}]
    assert (message.stop_reason, message.usage.output_tokens) == ("tool_use", 2)
