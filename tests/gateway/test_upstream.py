"""Connections to vendors: kept, renewed, and closed when nobody wants the answer any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.errors import VendorBroke, VendorSlow
from gateway.upstream import Upstream
from gateway.vendors.vendor import Sent

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """Short of patience."""
    upstream = Upstream(connect_seconds=2, answer_seconds=2, stall_seconds=0.2)
    yield upstream
    upstream.close()


HEADERS = {"authorization": "Bearer sk"}
NOTHING = Sent("/x", b"{}")


@asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[str]:
    """A vendor that speaks byte by byte."""
    open_now: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await serve(reader, writer)
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_now.add(asyncio.create_task(one(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        await asyncio.sleep(0)  # closing takes the loop a turn


def saying(*pieces: bytes) -> Serve:
    """Answers a request with these bytes, then closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    return serve


async def test_connection_serves_one_request_after_another(upstream: Upstream, vendor: SimulatedVendor) -> None:
    """Requests that follow one another share a connection."""
    for _ in range(3):
        reply, body = await upstream.ask(vendor.url, Sent("/models", b"{}"), HEADERS, "openai")

    assert (reply.status, body[:1], vendor.open_connections) == (405, b"{", 1)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"], b"hello"),
        ([b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"], b"hello"),
        ([b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=1\r\n", b"llo\r\n0\r\n\r\n"], b"hello"),
        ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"], b"hello"),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"hello"], b"hello"),
        ([b"HTTP/1.0 200 OK\r\n\r\nhello"], b"hello"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
    ],
)
async def test_every_framing_is_understood(upstream: Upstream, answer: list[bytes], body: bytes) -> None:
    """A length, chunks, an interim answer, an end by closing: the body is the body, however it was cut."""
    async with serving(saying(*answer)) as there:
        _, received = await upstream.ask(there, NOTHING, HEADERS, "openai")

    assert received == body


@pytest.mark.parametrize(
    "answer",
    [
        [b""],
        [b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello"],
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 300_000],
    ],
)
async def test_what_is_not_whole_is_broken(upstream: Upstream, answer: list[bytes]) -> None:
    """An answer cut short, another protocol, or headers without end are never taken for an answer."""
    async with serving(saying(*answer)) as there:
        with pytest.raises(VendorBroke):
            await upstream.ask(there, NOTHING, HEADERS, "openai")


async def test_connection_that_went_stale_is_renewed(upstream: Upstream) -> None:
    """A connection that the vendor closed while it waited costs a new connection, not the request."""
    answers = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answers
        await reader.readuntil(b"\r\n\r\n{}")
        answers += 1
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        await reader.read(1)

    async with serving(once) as there:
        bodies = [(await upstream.ask(there, NOTHING, HEADERS, "openai"))[1] for _ in range(2)]

    assert (bodies, answers) == ([b"ok", b"ok"], 2)


async def test_connection_that_breaks_when_new_is_not_tried_again(upstream: Upstream) -> None:
    """A vendor that drops a fresh connection has failed: the request is not sent a second time."""
    asked = 0

    async def drop(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n{}")
        asked += 1

    async with serving(drop) as there:
        with pytest.raises(VendorBroke):
            await upstream.ask(there, NOTHING, HEADERS, "openai")

    assert asked == 1


async def test_silence_is_measured_between_chunks(upstream: Upstream) -> None:
    """A stream may take longer than the stall time, as long as it is never silent for that long."""
    parts = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 6]

    async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
            await asyncio.sleep(0.06)
        await reader.read()

    received = b""
    async with serving(slowly) as there, upstream.open(there, NOTHING, HEADERS, "openai") as reply:
        chunks = reply.chunks()
        while len(received) < 6:
            received += await anext(chunks)
        with pytest.raises(VendorSlow):
            await anext(chunks)

    assert received == b"xxxxxx"


async def test_slow_reader_holds_the_vendor_back(upstream: Upstream) -> None:
    """What nobody reads is not taken in without end: the vendor is held back, and not blamed for its silence."""
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with serving(flood) as there, upstream.open(there, NOTHING, HEADERS, "openai") as reply:
        chunks = reply.chunks()
        await anext(chunks)
        before = -1
        while sent != before:
            before = sent
            await asyncio.sleep(0.3)
        held_back_at = sent
        for _ in range(3):
            await anext(chunks)

    assert held_back_at < 32_000_000


async def test_header_with_a_line_break_never_leaves(upstream: Upstream, vendor: SimulatedVendor) -> None:
    """A credential with a line break in it cannot smuggle a second request in."""
    from gateway.errors import Broken

    wrong = {"authorization": "Bearer a\r\nx: y"}

    with pytest.raises(Broken):
        await upstream.ask(vendor.url, NOTHING, wrong, "openai")

    assert vendor.requests == []
