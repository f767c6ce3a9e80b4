"""Speech, files and other answers of bytes: they go to the client as they come, and never end as if they were whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import openai
import pytest

from console.demo.vendor import SimulatedVendor
from gateway.attempts.passing import MOST_KEPT, PassedOn
from gateway.start import drain
from tests.gateway.routed import attempts, demo, fallback, headers
from tests.gateway.running import Gateway, add_demo, gateway_in
from tests.gateway.test_upstream import serving

SPOKEN = {"model": "@demo/tts-1", "voice": "alloy", "input": "Once upon a time"}
SOUND = {"content-type": "audio/mpeg"}
FILE = {"content-type": "application/octet-stream"}
OF_DEMO = {"x-portkey-provider": "@demo"}
MEGABYTE = b"x" * 1_000_000


@pytest.fixture
async def theirs(gateway: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's own client of an application whose files are `@demo`'s."""
    async with openai.AsyncOpenAI(
        base_url=f"{gateway.url}/v1", api_key=gateway.app_key, max_retries=0, default_headers=OF_DEMO
    ) as client:
        yield client


async def test_speech_is_heard_before_it_has_ended(
    gateway: Gateway, theirs: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """The first bytes are there before the vendor has the last ones; what was spoken is priced by its characters."""
    gate = asyncio.Event()
    vendor.will(chunks=[b"ID3 once", gate, b" upon a time"], headers=SOUND)

    async with theirs.audio.speech.with_streaming_response.create(**cast("Any", SPOKEN)) as answer:
        pieces = answer.iter_bytes()
        first = await anext(pieces)
        gate.set()
        rest = b"".join([piece async for piece in pieces])

    log = await gateway.log()
    assert (first, rest, answer.headers["content-type"]) == (b"ID3 once", b" upon a time", "audio/mpeg")
    assert log["bill"] == [{"kind": "characters", "quantity": 16, **log["bill"][0]}]
    assert log["metrics"]["is_success"]
    assert log["response"]["body"] == "ID3 once upon a time"


async def test_a_file_has_its_length_and_begins_before_it_ends(
    theirs: openai.AsyncOpenAI, vendor: SimulatedVendor
) -> None:
    """A length that the vendor gave reaches the client, lines of JSON are no JSON, and nothing waits for the last."""
    gate, line = asyncio.Event(), b'{"custom_id":"a"}\n'
    vendor.will(chunks=[line, gate, line], headers=FILE | {"content-length": str(2 * len(line))})

    async with theirs.files.with_streaming_response.content("file-1") as answer:
        pieces = answer.iter_bytes()
        first = await anext(pieces)
        gate.set()
        rest = b"".join([piece async for piece in pieces])

    assert (first, rest, answer.headers["content-length"]) == (line, line, str(2 * len(line)))
    assert vendor.requests[-1].path == "/v1/files/file-1/content"


@pytest.mark.parametrize("told", [{}, {"content-length": "400"}])
async def test_a_file_that_breaks_off_does_not_end_clean(
    gateway: Gateway, vendor: SimulatedVendor, told: dict[str, str]
) -> None:
    """A vendor that dies in the middle ends the client's connection too, and the record says how far it came."""
    vendor.will(chunks=[b"part one,", b" part two"], cut_after=1, headers=FILE | told)
    came = bytearray()

    with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012
        async with gateway.app.stream("GET", "/v1/files/file-1/content", headers=OF_DEMO) as answer:
            async for piece in answer.aiter_bytes():
                came += piece

    log = await gateway.log()
    error = log["metrics"]["error"]
    how_far = "9 of 400 bytes had come" if told else "9 bytes had come"
    assert came == b"part one,"
    assert (error["code"], error["fault"], how_far in error["message"]) == ("vendor_broke", "provider", True)
    assert (log["metrics"]["is_success"], log["response"]["body"]) == (False, "part one,")


async def test_a_silent_file_breaks_off(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """A vendor that falls silent in the middle of a file is given up after the stall time of streams."""
    vendor.will(status=404)
    vendor.will(chunks=[b"part one,"], stall_after=1, headers=FILE)
    async with gateway_in(tmp_path, stall_timeout_seconds=0.3) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)

        with pytest.raises(httpx.RemoteProtocolError):
            await gateway.app.get("/v1/files/file-1/content", headers=OF_DEMO)

        assert (await gateway.log())["metrics"]["error"]["code"] == "vendor_timeout"


async def test_hang_up_in_a_file_stops_the_vendor(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A client that has enough of a file closes the vendor's connection too, and the record says 499."""
    vendor.will(chunks=[b"ID3", asyncio.Event()], headers=SOUND)

    async with gateway.app.stream("POST", "/v1/audio/speech", json=SPOKEN) as answer:
        await anext(answer.aiter_bytes())

    assert (await vendor.hung_up()).path == "/v1/audio/speech"
    await gateway.plant.vitals.quiet()
    (row,) = await gateway.logs()
    assert (row["response_status_code"], row["error"]["fault"]) == (499, "caller")


@pytest.mark.parametrize("wrong", [{"status": 500}, {"chunks": [], "cut_after": 0, "headers": SOUND}])
async def test_before_the_first_byte_another_target_is_asked(
    gateway: Gateway, vendor: SimulatedVendor, wrong: dict[str, Any]
) -> None:
    """A vendor that refuses, or dies when nothing but its headers has come, is followed by the next."""
    vendor.will(**wrong)
    vendor.will(chunks=[b"ID3"], headers=SOUND)
    config = headers(fallback(demo("tts-1"), demo("tts-1-hd")))

    answer = await gateway.app.post("/v1/audio/speech", json=SPOKEN, headers=config)

    assert (answer.status_code, answer.content) == (200, b"ID3")
    assert [attempt["model"] for attempt in await attempts(gateway)] == ["tts-1", "tts-1-hd"]


async def test_a_refusal_keeps_its_status(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """A vendor that refuses a file says so by its status, and in its own words."""
    vendor.will(404, {"error": {"message": "No such File object", "type": "invalid_request_error"}})

    answer = await gateway.app.get("/v1/files/file-1/content", headers=OF_DEMO)

    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "openai error: No such File object.")


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/vnd.api+json", "text/plain"])
async def test_json_is_waited_for(gateway: Gateway, vendor: SimulatedVendor, kind: str) -> None:
    """An answer of JSON, whatever it calls itself, is sent when it is whole: one that breaks off is a refusal."""
    vendor.will(body=b'{"id": "file-1", "bytes": 120000}', cut_after=1, headers={"content-type": kind})

    answer = await gateway.app.get("/v1/files/file-1", headers=OF_DEMO)

    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "vendor_broke")


async def test_a_config_that_holds_answers_back_holds_files_too(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """With `hold`, a recording that breaks off in the middle is had from the next target, whole."""
    vendor.will(chunks=[b"ID3 once", b" upon"], cut_after=1, headers=SOUND)
    vendor.will(chunks=[b"ID3 whole"], headers=SOUND)
    config = headers(fallback(demo("tts-1"), demo("tts-1")) | {"hold": "all"})

    answer = await gateway.app.post("/v1/audio/speech", json=SPOKEN, headers=config)

    assert answer.content == b"ID3 whole"


async def test_of_a_long_file_the_log_has_the_size(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What is longer than the log is for is named by its size and kind."""
    vendor.will(body=MEGABYTE, headers=SOUND)

    answer = await gateway.app.post("/v1/audio/speech", json=SPOKEN)

    said = (await gateway.log())["response"]["body"]
    assert answer.content == MEGABYTE
    assert said == "1,000,000 bytes of audio/mpeg, which the log does not keep"


async def test_a_slow_client_holds_the_vendor_back(gateway: Gateway) -> None:
    """Of 200 MB the vendor cannot send all before the client has taken most: they are nowhere in between."""
    megabytes, all_sent = 200, asyncio.Event()

    async def big(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        if b"/models" in asked:
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 200000000\r\n\r\n")
        for _ in range(megabytes):
            writer.write(MEGABYTE)
            await writer.drain()
        all_sent.set()

    async with serving(big) as url:
        await add_demo(gateway.admin, url, slug="big")
        await asyncio.gather(*gateway.plant.errands)
        taken = 0

        async with gateway.app.stream("GET", "/v1/videos/v1/content", headers={"x-portkey-provider": "@big"}) as answer:
            pieces = answer.aiter_raw()
            taken += len(await anext(pieces))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5):
                    await all_sent.wait()
            async for piece in pieces:
                if taken < 100_000_000:
                    assert not all_sent.is_set()
                taken += len(piece)

    assert taken == 200_000_000


async def test_a_gateway_that_ends_breaks_a_file_off(tmp_path: Path, vendor: SimulatedVendor) -> None:
    """Where the patience of a shutdown is over, a file under way ends abnormally, and has nothing of ours in it."""
    vendor.will(status=404)
    vendor.will(chunks=[b"part one,", asyncio.Event()], headers=FILE)
    async with gateway_in(tmp_path, drain_seconds=0.1) as gateway:
        await add_demo(gateway.admin, vendor.url)
        await asyncio.gather(*gateway.plant.errands)
        async with gateway.app.stream("GET", "/v1/files/file-1/content", headers=OF_DEMO) as answer:
            pieces = answer.aiter_bytes()
            first = await anext(pieces)

            await drain(gateway.plant)

            with pytest.raises(httpx.RemoteProtocolError):
                await anext(pieces)

        assert first == b"part one,"
        assert (await gateway.log())["metrics"]["error"]["code"] == "shutting_down"


@pytest.mark.parametrize("chunks", [[b"12345", b"67890"], [b"1234567890"], [b"123456789", b"0"]])
def test_the_last_bytes_wait_for_the_record(chunks: list[bytes]) -> None:
    """Of a body whose length is known, the chunk that completes it is held back; all others pass at once."""
    reply = SimpleNamespace(headers=[("content-length", "10")])
    passed = PassedOn(cast("Any", reply))

    sent = [passed.feed(chunk) for chunk in chunks]

    assert (sent, passed.ending, passed.is_complete) == ([*chunks[:-1], b""], chunks[-1], True)


@pytest.mark.parametrize("length", ["10", None])
def test_a_body_without_a_length_ends_where_the_vendor_ends_it(length: str | None) -> None:
    """Without a length the end of the body is what completes it; with one, fewer bytes do not."""
    reply = SimpleNamespace(headers=[] if length is None else [("content-length", length)])
    passed = PassedOn(cast("Any", reply))

    passed.feed(b"12345")
    passed.feed(b"")

    assert passed.is_complete is (length is None)


@pytest.mark.parametrize(("size", "whole"), [(MOST_KEPT, True), (MOST_KEPT + 1, False)])
def test_the_log_keeps_short_files_whole(size: int, whole: bool) -> None:
    """Up to a bound the record has the bytes, above it a sentence."""
    passed = PassedOn(cast("Any", SimpleNamespace(headers=[])))

    passed.feed(b"x" * size)

    assert (passed.kept() == b"x" * size) is whole
