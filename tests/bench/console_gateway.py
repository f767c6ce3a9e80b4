"""A gateway for the console alone: as many live events and rows as are asked for, from one process."""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.console.samples import api_key, log, stats

KEYS, RATE, BODY_BYTES = 100_000, 2_000, 1_000_000
"""Rows of the list of keys, events a second in the tail, and the size of the body of a log."""
BATCH_SECONDS = 0.02
LONG_ID, SHORT = "019a-000001", "019a-000002"


def main() -> None:
    """Serve on a free port, which is the first line on standard output; an argument is the events a second."""
    asyncio.run(serve(int(sys.argv[1]) if len(sys.argv) > 1 else RATE))


async def serve(rate: int) -> None:
    """For ever."""
    server = await asyncio.start_server(lambda reader, writer: converse(reader, writer, rate), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: int) -> None:
    """One connection."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            target = head.split(b" ", 2)[1].decode()
            url = urlsplit(target)
            if url.path == "/v1/logs/tail":
                await tail(writer, rate)
            body = json.dumps(answer(url.path, parse_qs(url.query))).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body))
            writer.write(body)
            await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        pass  # the console has gone
    finally:
        writer.close()


async def tail(writer: asyncio.StreamWriter, rate: int) -> None:
    """Settled requests, evenly, until the console goes."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n: ping\n\n")
    clock, numbers, sent = asyncio.get_running_loop().time, count(10), 0
    began = clock()
    while rate:
        due = int((clock() - began) * rate) - sent
        writer.write(b"".join(event(next(numbers)) for _ in range(due)))
        await writer.drain()
        sent += due
        await asyncio.sleep(BATCH_SECONDS)
    await asyncio.Event().wait()


def event(number: int) -> bytes:
    """One request of the tail."""
    return f"event: log\ndata: {json.dumps(log(number))}\n\n".encode()


def answer(path: str, asked: dict[str, list[str]]) -> Any:
    """What the console asks."""
    match path.removeprefix("/v1/").split("/"):
        case ["stats"]:
            return stats()
        case ["api-keys", "self"]:
            return {"id": "key-1", "name": "owner", "scopes": ["*"], "role": "owner", "object": "api-key"}
        case ["api-keys"]:
            return keys(int(asked["current_page"][0]), int(asked["page_size"][0]))
        case ["logs"]:
            return {"object": "list", "data": [log(2), log(1)], "next_cursor": None}
        case ["logs", log_id]:
            return detail(log_id)
    return {"object": "list", "total": 0, "data": []}


def keys(page: int, size: int) -> Any:
    """One page of them."""
    numbers = range(page * size, min(KEYS, (page + 1) * size))
    return {"object": "list", "total": KEYS, "data": [api_key(f"key-{number}", f"app-{number}") for number in numbers]}


def detail(log_id: str) -> Any:
    """A log whose answer is long."""
    from tests.console.samples import detail as usual

    return usual(int(log_id.rpartition("-")[2]), answer="All work and no play. " * (BODY_BYTES // 22))


if __name__ == "__main__":
    main()
