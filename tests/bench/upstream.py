"""The benchmark's vendor: fixed answers as fast as Python can, whole or as a stream."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, cast

import click
import uvloop

from console.demo.prose import SENTENCES
from tests.bench.answers import answers, http

MODEL = "gpt-4o"
USAGE = {"prompt_tokens": 210, "completion_tokens": 120, "total_tokens": 330}
TEXT = " ".join(SENTENCES)[:560]
CHUNKS = 64
"""Content events in a stream; a first with the role, a last with the reason and `[DONE]` come on top."""


def envelope(kind: str) -> dict[str, Any]:
    """What whole answers and chunks have in common."""
    return {"id": "chatcmpl-bench", "object": kind, "created": 1_795_507_200, "model": "gpt-4o-2024-08-06"}


def whole_answer() -> bytes:
    """An answer of about 1 KB, headers included."""
    message = {"role": "assistant", "content": TEXT, "refusal": None}
    choices = [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}]
    return http(json.dumps(envelope("chat.completion") | {"choices": choices, "usage": USAGE}).encode())


def chunk(delta: dict[str, Any] | None, *, reason: str | None = None) -> bytes:
    """One event of a stream; usage comes where the delta is None."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]
    usage = {"usage": USAGE if delta is None else None}
    return b"data: " + json.dumps(envelope("chat.completion.chunk") | {"choices": choices} | usage).encode() + b"\n\n"


WHOLE = whole_answer()
OTHERS = answers(TEXT)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
FIRST = chunk({"role": "assistant", "content": ""})
STAMPED = chunk({"content": "@%020d "})
"""Carries the moment it was sent, in nanoseconds of the machine's monotonic clock."""
LAST = (chunk({}, reason="stop"), chunk(None), b"data: [DONE]\n\n")


def framed(data: bytes) -> bytes:
    """One HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Upstream(asyncio.Protocol):
    """One connection; `gap_seconds` paces the chunks of its streams."""

    def __init__(self, gap_seconds: float) -> None:
        self.gap_seconds = gap_seconds
        self.received = b""
        self.writable = asyncio.Event()
        self.writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A gateway came."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's has the methods, not the class

    def data_received(self, data: bytes) -> None:
        """Answer every whole request; any request is a chat request."""
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head = self.received[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.received) < end + 4 + length:
                return
            body, self.received = self.received[end + 4 : end + 4 + length], self.received[end + 4 + length :]
            if b'"stream":true' in body or b'"stream": true' in body:
                self.streaming = asyncio.ensure_future(self.stream())
            else:
                path = head.split(b" ", 2)[1]
                self.transport.write(next((said for end, said in OTHERS.items() if path.endswith(end)), WHOLE))

    async def stream(self) -> None:
        """Each event by itself, as a model makes them."""
        self.transport.write(STREAM_HEAD + framed(FIRST))
        for _ in range(CHUNKS):
            await asyncio.sleep(self.gap_seconds)
            await self.writable.wait()
            self.transport.write(framed(STAMPED % time.monotonic_ns()))
        self.transport.write(b"".join(map(framed, LAST)) + b"0\r\n\r\n")

    def pause_writing(self) -> None:
        """The gateway reads more slowly than we write."""
        self.writable.clear()

    def resume_writing(self) -> None:
        """It has caught up."""
        self.writable.set()


async def serve(port: int, gap_ms: float) -> None:
    """Until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Upstream(gap_ms / 1000), "127.0.0.1", port, backlog=1024)
    click.echo(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    await server.serve_forever()


@click.command()
@click.option("--port", default=0)
@click.option("--gap-ms", default=0.0)
def main(port: int, gap_ms: float) -> None:
    """Serve fixed answers."""
    uvloop.run(serve(port, gap_ms))


if __name__ == "__main__":
    main()
