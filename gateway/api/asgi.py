"""The client at the other end of an ASGI connection, without a framework in between: the data plane's own door.

Source: asgi.readthedocs.io/en/latest/specs/www.html.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from gateway.domain import Call, ClientDialect
from gateway.errors import BadRequest, GatewayError, HungUp, TooLarge
from store.ids import LogId, TraceId, new_id

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Receive, Scope, Send

    from gateway.watching.under_way import UnderWay

    Door = Callable[[Scope, Receive, Send], Awaitable[None]]
    """An ASGI application for one path."""

CLOSING = (b"connection", b"close")
"""Said where a body was not read: the connection ends there, and a client must not send its next request on it."""


class AsgiClient:
    """One request's connection."""

    __slots__ = (
        "_has_body",
        "_limit",
        "_listener",
        "_receive",
        "_send",
        "_spell",
        "_task",
        "_under_way",
        "has_begun",
        "has_hung_up",
    )

    def __init__(self, receive: Receive, send: Send, *, limit: int, spell: Callable[[GatewayError], bytes]) -> None:
        self._receive, self._send, self._spell = receive, send, spell
        self._limit = limit
        """Bytes of body that are read."""
        self._task: asyncio.Task[object] | None = None
        """What is to be cancelled, while the request is under way."""
        self._under_way: UnderWay | None = None
        self._has_body = False
        self._listener: asyncio.Task[None] | None = None
        self.has_begun = False
        self.has_hung_up = False

    async def take_body(self, length: int | None) -> bytes:
        """Read the request's body, once; `length` is what the client says of it. Raises TooLarge and HungUp."""
        if length is not None and length > self._limit:
            raise self._too_large()
        self._has_body = True
        message = await self._receive()
        body: bytes = message.get("body", b"")  # type: ignore[assignment]
        if message.get("more_body") and len(body) != length:  # a whole body needs no further look
            return await self._rest(body, length)
        if message["type"] == "http.disconnect":
            raise self._gone()
        return body

    async def _rest(self, begun: bytes, length: int | None) -> bytes:
        """The whole of a body that comes in pieces. Raises TooLarge and HungUp."""
        body, more = bytearray(begun), True
        while more and len(body) != length:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise self._gone()
            body += message.get("body", b"")  # type: ignore[arg-type]
            more = bool(message.get("more_body"))
            if len(body) > self._limit:
                self._has_body = False
                raise self._too_large()
        return bytes(body)

    def _gone(self) -> HungUp:
        self.has_hung_up = True
        return HungUp("the client hung up before its request was complete")

    def _too_large(self) -> TooLarge:
        limit = f"Tollhouse: the body is over {self._limit // 1_000_000} MB; send less, or have the operator raise"
        return TooLarge(f"{limit} the setting `max_body_mb`.")

    def watch(self, under_way: UnderWay) -> None:
        """From now on, cancel what runs when the client hangs up; whoever ends the gateway finds it `under_way`."""
        task = asyncio.current_task()
        assert task is not None, "a request is served by a task"
        under_way.add(task, self)
        self._task, self._under_way = task, under_way

    def unwatch(self) -> None:
        """Whatever comes now is to be finished."""
        if self._task is not None and self._under_way is not None:
            self._under_way.discard(self._task)
            self._task = None
        if self._listener is not None:
            self._listener.cancel()

    def listen(self) -> None:
        """Have somebody listen for a hang-up, if the request is still under way."""
        if self._task is not None:
            self._listener = asyncio.ensure_future(self._listen(self._task))

    async def _listen(self, task: asyncio.Task[object]) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_hung_up = True
        task.cancel()

    async def send(self, call: Call, data: bytes) -> None:
        """A part of a stream; the first brings status and headers along."""
        if not self.has_begun:
            self.has_begun = True
            headers = call.response_headers
            if call.passed is not None and call.passed.length is not None:
                headers = [*headers, length_header(call.passed.length)]
            await self._send({"type": "http.response.start", "status": call.status, "headers": headers})
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def refuse(self, error: GatewayError) -> None:
        """An error instead of an answer."""
        body = self._spell(error)
        last = [] if self._has_body else [CLOSING]
        await answer(self._send, error.status, [*error.headers, *spelled_headers(error), *last], body)

    async def finish(self, call: Call) -> None:
        """The end of the stream, or the whole answer; a file that broke off has no end, and the server hangs up."""
        if self.has_begun:
            if call.passed is not None and call.failure is not None:
                return
            await self._send({"type": "http.response.body", "body": call.ending, "more_body": False})
            return
        await answer(self._send, call.status, call.response_headers, b"".join([*call.response, call.ending]))


async def answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    """A whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length_header(len(body))]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def length_header(length: int) -> tuple[bytes, bytes]:
    """How many bytes a body has."""
    return (b"content-length", str(length).encode())


def spelled_headers(error: GatewayError) -> list[tuple[bytes, bytes]]:
    """The headers every error has."""
    waiting = [(b"retry-after", str(error.retry_after).encode())] if error.retry_after is not None else []
    return [(b"content-type", b"application/json"), *waiting]


def call_from(scope: HTTPScope, client: AsgiClient, dialect: ClientDialect) -> Call:
    """A request as it arrives."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    log_id, address, trace = new_id(), scope["client"], trace_in(headers)
    return Call(
        id=LogId(log_id),
        method=scope["method"],
        path=scope["path"],
        path_below=below(scope),
        headers=headers,
        client_address=(address[0] or None) if address else None,
        dialect=dialect,
        client=client,
        trace_id=TraceId(trace or log_id),
        has_own_trace=bool(trace),
    )


def below(scope: HTTPScope) -> str:
    """A request's path below `/v1/`, with its query, as it was written. Raises BadRequest for one that climbs."""
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = scope["query_string"].decode("latin-1")
    tail = path.partition("/v1/")[2]
    if "." in tail and not {"..", "."}.isdisjoint(unquote(tail).replace("\\", "/").split("/")):
        raise BadRequest("Tollhouse: a path with `..` in it leads nowhere.")
    return f"{tail}?{query}" if query else tail


def trace_in(headers: dict[str, str]) -> str:
    """The trace a request belongs to: Portkey's header, else W3C's (w3.org/TR/trace-context, section 3.2)."""
    if trace := headers.get("x-portkey-trace-id", "").strip():
        return trace
    parts = headers.get("traceparent", "").split("-")
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else ""
