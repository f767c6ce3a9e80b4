"""The benchmark's clients: each asks again as soon as it is answered. An order in, what was seen out, both as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import cast
from urllib.parse import urlsplit

import msgspec
import uvloop

from console.demo.prose import SENTENCES

PROMPT = (" ".join(SENTENCES) * 2)[:850]


class Order(msgspec.Struct, kw_only=True, frozen=True):
    """What to ask, and for how long; comes as JSON on standard input."""

    url: str
    headers: dict[str, str]
    model: str
    stream: bool = False
    connections: int = 1
    seconds: float = 5.0
    warm_up_seconds: float = 0.5
    spread_seconds: float = 0.0
    """Connections begin evenly over this time: streams that all begin at once queue up behind one another for ever."""


@dataclass(slots=True)
class Seen:
    """What came back, after the warm-up."""

    requests: int = 0
    failures: int = 0
    chunks: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    """Seconds from the request to the end of the answer; of a stream, to its first event."""
    chunk_delays: list[float] = field(default_factory=list)
    """Seconds from the vendor's sending of a chunk to its arrival here."""
    everything: int = 0
    """Requests answered, those of the warm-up included."""
    first_failure: str = ""


class Asker(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes, seen: Seen, begins: float, ends: float, finished: Callable[[], None]) -> None:
        self.request, self.seen, self.begins, self.ends, self.finished = request, seen, begins, ends, finished
        self.received = bytearray()
        self.looked_at = 0
        self.has_begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's has the methods, not the class
        self.ask()

    def ask(self) -> None:
        """The next request."""
        self.asked_at = time.perf_counter()
        self.has_begun = False
        self.looked_at = 0
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Look for the end of the answer, and in a stream for events."""
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.received[:end]).lower()
        at = head.find(b"content-length:")
        if at >= 0:
            whole = end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.received) >= whole:
                self.settle(head, whole)
            return
        self.note_events(end)
        if self.received.endswith(b"\r\n0\r\n\r\n"):
            self.settle(head, len(self.received))

    def note_events(self, end: int) -> None:
        """Count the events that came, and how long each was on its way."""
        now, counted = time.perf_counter(), time.monotonic_ns()
        if not self.has_begun and self.received.find(b"data: ", end) > 0:
            self.has_begun = True
            if self.asked_at >= self.begins:
                self.seen.latencies.append(now - self.asked_at)
        self.looked_at = max(self.looked_at, end)
        while (at := self.received.find(b'"@', self.looked_at)) > 0 and len(self.received) >= at + 22:
            self.looked_at = at + 22
            if now >= self.begins:
                self.seen.chunks += 1
                self.seen.chunk_delays.append((counted - int(self.received[at + 2 : at + 22])) / 1e9)

    def settle(self, head: bytes, whole: int) -> None:
        """Write the answer down, and ask again while there is time."""
        now, seen = time.perf_counter(), self.seen
        seen.everything += 1
        if self.asked_at >= self.begins:
            seen.requests += 1
            if not self.has_begun:
                seen.latencies.append(now - self.asked_at)
        if not head.startswith(b"http/1.1 200"):
            seen.failures += 1
            seen.first_failure = seen.first_failure or bytes(self.received[:whole]).decode(errors="replace")[:600]
        del self.received[:whole]
        if now < self.ends:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """The end, or a failure."""
        if time.perf_counter() < self.ends:
            self.seen.failures += 1
            self.seen.first_failure = self.seen.first_failure or f"the connection was closed: {error}"
        self.finished()


def request_of(order: Order) -> bytes:
    """The bytes of a request, about 1 KB of body."""
    address = urlsplit(order.url)
    messages = [{"role": "user", "content": PROMPT}]
    body = json.dumps({"model": order.model, "messages": messages, "stream": order.stream}).encode()
    lines = [f"POST {address.path} HTTP/1.1", f"host: {address.netloc}", "content-type: application/json"]
    lines += ["accept: */*", "user-agent: tollhouse-bench"]
    lines += [f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in order.headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def load(order: Order) -> Seen:
    """Ask on every connection until the time is over, and wait for the last answers."""
    loop, address, seen = asyncio.get_running_loop(), urlsplit(order.url), Seen()
    begins = time.perf_counter() + order.warm_up_seconds + order.spread_seconds
    left, done = order.connections, loop.create_future()

    def finished() -> None:
        nonlocal left
        left -= 1
        if not left:
            done.set_result(None)

    def asker() -> Asker:
        return Asker(request_of(order), seen, begins, begins + order.seconds, finished)

    for _ in range(order.connections):
        await loop.create_connection(asker, address.hostname or "", address.port or 80)
        await asyncio.sleep(order.spread_seconds / order.connections)
    await done
    seen.seconds = time.perf_counter() - begins
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(uvloop.run(load(msgspec.json.decode(sys.stdin.buffer.read(), type=Order))))))
