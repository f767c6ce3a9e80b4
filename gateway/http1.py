"""One HTTP/1.1 connection to a vendor: a request out, an answer in as it comes, and closed at once when left.

Of its own because a client that hangs up must stop the vendor in the same moment: the fastest library there is lets a
request run on that was abandoned before its answer began. Framing is llhttp's, by httptools. Source: RFC 9112.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import httptools

from gateway.errors import Broken
from gateway.unpacking import Unpacking, unpacking

LONGEST_HEAD = 262_144
"""Bytes before the body begins; a vendor that sends more is broken."""
MUCH_WAITING = 1_048_576
"""Bytes of an answer that wait to be read before the vendor is held back."""


class ConnectionBroke(Exception):
    """The connection ended, or what came over it is no HTTP; says what happened."""


class ConnectionStalled(Exception):
    """Nothing came for as long as was allowed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer may take, or where it is only silence that counts, each silence in it."""

    seconds: float
    with_silence_only: bool = False


def head_of(path: str, host: str, headers: Mapping[str, str], length: int, method: str = "POST") -> bytes:
    """A request's first lines. Raises Broken for a header that would end its own line."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}", f"content-length: {length}", "accept-encoding: identity"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    text = "\r\n".join(lines)
    if text.count("\n") != len(lines) - 1 or "\0" in text:
        raise Broken("Tollhouse: a header for the vendor has a line break in it; correct it in the catalog.")
    return f"{text}\r\n\r\n".encode("utf-8", "replace")


class Connection(asyncio.Protocol):
    """Serves one request at a time; between two of them it waits in a pool, or is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at = self._ends_at = self._looks_at = 0.0
        self._is_used = False
        self.is_closed = False
        self.idle_since = 0.0
        self.served = 0
        """Answers received whole."""
        self._begin()

    def _begin(self) -> None:
        """Forget the answer before."""
        self._parser = httptools.HttpResponseParser(self)
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self._pieces: deque[bytes] = deque()
        self._waiting = self._head_bytes = 0
        self._has_head = self._is_whole = self._ends_with_connection = False
        self._can_serve_again = False
        self._unpacking: Unpacking | None = None
        self._failure: ConnectionBroke | ConnectionStalled | None = None
        self.has_answered = False
        """Whether a single byte of the answer has come."""

    def send(self, head: bytes, body: bytes, *, patience: Patience) -> None:
        """Send a request; the answer is broken off when patience ends."""
        self._begin()
        if self.is_closed or self._transport is None:
            self._failure = ConnectionBroke("closed before the request was sent")
            return
        self._transport.write(head + body)
        self._is_used = True
        self.wait_with(patience)

    def wait_with(self, patience: Patience) -> None:
        """From now on, break the answer off when this patience ends."""
        self._patience, self._heard_at = patience, self._loop.time()
        self._ends_at = self._heard_at + patience.seconds
        if self._timer is None or self._ends_at < self._looks_at:
            self._look_at(self._ends_at)

    async def answer(self) -> None:
        """Wait for the status line and the headers. Raises ConnectionBroke and ConnectionStalled."""
        while not self._has_head:
            await self._news()

    def whole_body(self) -> bytes | None:
        """The body, where all of it came with the head, as a short one does; None: wait for it."""
        if not self._is_whole or self._waiting > MUCH_WAITING:
            return None
        pieces, self._pieces = self._pieces, deque()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def chunk(self) -> bytes:
        """What has come of the body since the last time; nothing once it is whole. Raises as `head` does."""
        while not self._pieces and not self._is_whole:
            await self._news()
        chunk = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        if self._waiting > MUCH_WAITING and self._transport is not None:
            self._transport.resume_reading()
            self._heard_at = self._loop.time()
        self._waiting = 0
        return chunk

    async def body(self) -> bytes:
        """The whole body. Raises as `head` does."""
        parts = []
        while chunk := await self.chunk():
            parts.append(chunk)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def leave(self) -> bool:
        """Be done with the answer; whether the connection can serve another request. If not, it is closed at once."""
        self._is_used = False
        if self._can_serve_again and not self.is_closed:
            self.served += 1
            self.idle_since = self._loop.time()
            return True
        self.abort()
        return False

    def abort(self) -> None:
        """Close without any ceremony."""
        self.is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    async def _news(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, failure: ConnectionBroke | ConnectionStalled) -> None:
        if self._failure is None and not self._is_whole:
            self._failure = failure
        self.abort()
        self._wake()

    def _look_at(self, moment: float) -> None:
        """Look then, and not before, whether patience has ended.

        A request that ends leaves the timer to the next: to set one for each, and take it back, cost 3 µs.
        """
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = moment
        self._timer = self._loop.call_at(moment, self._look)

    def _look(self) -> None:
        """The time may have passed; where only silence counts, see how long it lasts, if it is not of our making."""
        self._timer = None
        if not self._is_used:
            return
        now = self._loop.time()
        ends_at = self._ends_at
        if self._patience.with_silence_only:
            ends_at = (now if self._waiting > MUCH_WAITING else self._heard_at) + self._patience.seconds
        if ends_at > now:
            self._look_at(ends_at)
        else:
            self._fail(ConnectionStalled(f"nothing for {self._patience.seconds:g} seconds"))

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's has the methods, not the class

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self.has_answered = True
        self._heard_at = self._loop.time()
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            return self._fail(ConnectionBroke(f"not HTTP: {error}"))
        if not self._has_head and self._head_bytes > LONGEST_HEAD:
            return self._fail(ConnectionBroke("its headers never end"))
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """The other side closed, or the network did."""
        self.is_closed = True
        if self._failure is None and not self._is_whole:
            if error is None and self._has_head and self._ends_with_connection:
                self._end()
            else:
                self._failure = ConnectionBroke(str(error) if error else "closed by the other side")
        self._wake()

    # What the parser calls.

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """The body begins; after an interim answer (RFC 9110, section 15.2) another head does."""
        status = self._parser.get_status_code()
        if status < 200:
            self.headers.clear()
            return
        said = dict(self.headers)
        if "content-encoding" in said:
            try:
                self._unpacking = unpacking(said["content-encoding"])
            except ValueError as error:
                return self._fail(ConnectionBroke(str(error)))
        self.status, self._has_head = status, True
        is_framed = "content-length" in said or "transfer-encoding" in said
        self._ends_with_connection = not is_framed and status not in (204, 304)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        if self._unpacking is not None:
            try:
                body = self._unpacking.feed(body)
            except ValueError as error:
                return self._fail(ConnectionBroke(str(error)))
            if not body:
                return
        self._pieces.append(body)
        self._waiting += len(body)
        if self._waiting > MUCH_WAITING and self._transport is not None:
            self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The body is whole."""
        if self._has_head:
            self._end()
            self._can_serve_again = self._is_whole and self._parser.should_keep_alive()

    def _end(self) -> None:
        """Everything came, unless what is packed breaks off within."""
        if self._unpacking is not None and not self._unpacking.is_whole:
            return self._fail(ConnectionBroke("what it packed breaks off"))
        self._is_whole = self._failure is None
