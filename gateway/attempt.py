"""Stage 7: ask the target, whole or event by event, and understand what comes back."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from gateway.answer import json_object, refused_by, take_head, take_whole
from gateway.errors import GatewayError, VendorBroke, VendorFailed, VendorRefused
from gateway.vendors.openai import encode
from gateway.vendors.openai_stream import ChatStream
from store.records import Attempt

if TYPE_CHECKING:
    from types import TracebackType

    from gateway.domain import Call, InferenceRequest, Target
    from gateway.snapshot import Snapshot
    from gateway.upstream import Reply, Upstream

PATH = "/chat/completions"
STREAMED = "text/event-stream"


async def ask(call: Call, upstream: Upstream, snapshot: Snapshot) -> None:
    """Get the whole answer into the call. Raises VendorFailed."""
    target, request = asked(call)
    with trying(call, target):
        reply, body = await upstream.ask(target, PATH, encode(dict(request.fields), target.model, stream=False))
        take_whole(call, reply, body, target, snapshot)


@asynccontextmanager
async def opened(call: Call, upstream: Upstream, snapshot: Snapshot) -> AsyncIterator[AsyncIterator[bytes]]:
    """The answer's events as the client is to have them, for as long as the block runs.

    Raises VendorFailed as long as nothing has been sent; afterwards a failure is told by `call.failure`, and in the
    client's own words by `call.ending`.
    """
    target, request = asked(call)
    with trying(call, target):
        body = encode(dict(request.fields), target.model, stream=True)
        async with upstream.open(target, PATH, body) as reply:
            if reply.status < 300 and content_type(reply).startswith(STREAMED):
                take_head(call, reply)
                yield events(call, reply, ChatStream(wants_usage=request.wants_usage))
            else:
                take_whole(call, reply, await reply.body(), target, snapshot)
                yield nothing()


async def nothing() -> AsyncIterator[bytes]:
    """No events: the vendor answered in one piece although a stream was asked for."""
    return
    yield b""


async def events(call: Call, reply: Reply, stream: ChatStream) -> AsyncIterator[bytes]:
    """Relay a stream until it is complete, or broken; what ends it is left in `call.ending`."""
    failure: GatewayError | None = None
    has_begun = False
    try:
        async for chunk in reply.chunks():
            if data := stream.feed(chunk):
                has_begun = True
                if call.first_token_seconds is None and stream.has_content:
                    call.first_token_seconds = call.elapsed_seconds()
                yield data
            if stream.is_done or stream.error is not None:
                break
    except VendorFailed as error:
        failure = error
    except OverflowError as error:
        failure = VendorBroke(vendor_of(call), str(error))
    finally:
        take_notes(call, stream)
    end(call, stream, failure, has_begun=has_begun)


def end(call: Call, stream: ChatStream, failure: GatewayError | None, *, has_begun: bool) -> None:
    """Decide how a stream ended. Raises if it never began: a refusal must not look like a broken 200."""
    if stream.is_complete:
        call.ending = call.dialect.done
        return
    if stream.error is not None:
        failure = refused_by(vendor_of(call), 502, json_object(stream.error) or {}, stream.error)
    failure = failure or VendorBroke(vendor_of(call), "the stream ended before the answer was complete; try again")
    if not has_begun:
        raise failure
    call.failure, call.ending = failure, call.dialect.failure(failure)


def take_notes(call: Call, stream: ChatStream) -> None:
    """What a stream said about itself, however it ended."""
    call.response_model = stream.model
    if stream.usage is not None:
        call.usage_received = stream.usage


def content_type(reply: Reply) -> str:
    """What the body claims to be."""
    return next((value for name, value in reply.headers if name == "content-type"), "")


def asked(call: Call) -> tuple[Target, InferenceRequest]:
    """What the stages before this one found."""
    assert call.target is not None, "resolve comes before attempt"
    assert call.request is not None, "a request is read before it is resolved"
    return call.target, call.request


def vendor_of(call: Call) -> str:
    """Whom an error names."""
    return asked(call)[0].vendor.id


class trying:
    """Write the attempt down, however it ends."""

    __slots__ = ("_began", "_call", "_target")

    def __init__(self, call: Call, target: Target) -> None:
        self._call, self._target = call, target

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        call, target = self._call, self._target
        spent = time.perf_counter() - self._began
        call.vendor_seconds += spent
        failed = error if isinstance(error, VendorFailed) else call.failure
        status = error.status if isinstance(error, VendorRefused) else None if error else call.status or None
        call.attempts.append(
            Attempt(
                provider=target.provider or "",
                vendor=target.vendor.id,
                model=target.model,
                url=target.base_url + PATH,
                status=status,
                duration_ms=round(spent * 1000, 3),
                error=failed.message if failed else None,
            )
        )
