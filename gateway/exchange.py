"""One exchange with one vendor: the request out, and the whole answer in, or its beginning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.answer import content_type, refusal, refused_event, understood
from gateway.attempting import forwarded, not_spoken
from gateway.errors import GatewayError, TimedOut, VendorBroke, VendorRefused
from gateway.headers import passed_on, story
from gateway.routing.signals import place
from gateway.vendors.vendor import Answered, BadAnswer, Unspoken
from store.records import Attempt

if TYPE_CHECKING:
    from types import TracebackType

    from gateway.attempting import Try
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.upstream import Reply
    from gateway.vendors.vendor import Reader, Sent

EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Own:
    """An answer for which no vendor was asked."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


@dataclass(slots=True)
class Whole:
    """A whole answer."""

    attempt: Try
    reply: Reply | Own
    answered: Answered

    def commit(self, call: Call) -> None:
        """Make it the call's answer."""
        take_head(call, self.attempt, self.reply, self.answered.headers.get("content-type"))
        call.response_model, call.usage_received = self.answered.model, self.answered.usage
        call.response = [self.answered.body]


@dataclass(slots=True)
class Begun:
    """A stream that has begun; leaving it closes the connection."""

    attempt: Try
    reply: Reply
    reader: Reader
    chunks: AsyncIterator[bytes]
    stack: AsyncExitStack
    held: list[bytes] = field(default_factory=list)
    """What was read already, for the client."""

    def commit(self, call: Call) -> None:
        """Make it the call's answer, as far as it has come."""
        take_head(call, self.attempt, self.reply, EVENTS)

    async def __aenter__(self) -> Begun:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stack.__aexit__(kind, error, trace)

    async def close(self) -> None:
        """Leave it."""
        await self.stack.aclose()


def take_head(call: Call, attempt: Try, reply: Reply | Own, kind: str | None) -> None:
    """Status and headers, as the client is to have them."""
    call.target, call.config_path = attempt.target, attempt.step.leaf.path
    call.measure, call.asked = attempt.wire.usage, attempt.asked
    call.status = reply.status
    call.response_headers = passed_on(reply.headers, kind) + story(call)


async def asked_whole(call: Call, attempt: Try, plant: Plant) -> Whole:
    """Ask a target and wait for its whole answer. Raises VendorFailed."""
    if attempt.own is not None:
        return Whole(attempt, Own(), Answered(attempt.own))
    leaf, target, sent = attempt.step.leaf, attempt.target, attempt.sent()
    with trying(call, attempt, sent, plant):
        async with allowed(leaf.request_timeout_ms, call, attempt):
            headers = await headers_for(call, attempt, sent, plant)
            reply, body = await plant.upstream.ask(target.base_url, sent, headers, target.vendor.id)
        if reply.status >= 300:
            raise refusal(reply, body, target, plant.snapshot)
        return Whole(attempt, reply, understood(reply, body, attempt))


async def begun(call: Call, attempt: Try, plant: Plant) -> Whole | Begun:
    """Ask a target for a stream, and wait until it has begun. Raises VendorFailed."""
    if attempt.wire.reader is None:
        return await asked_whole(call, attempt, plant)
    leaf, target, sent = attempt.step.leaf, attempt.target, attempt.sent()
    stall = None if leaf.stall_timeout_ms is None else leaf.stall_timeout_ms / 1000
    async with AsyncExitStack() as stack:
        stack.enter_context(trying(call, attempt, sent, plant))
        async with allowed(leaf.request_timeout_ms, call, attempt):
            headers = await headers_for(call, attempt, sent, plant)
            opening = plant.upstream.open(target.base_url, sent, headers, target.vendor.id, stall)
            reply = await stack.enter_async_context(opening)
        if reply.status >= 300 or not is_stream(reply):
            body = await reply.body()
            if reply.status >= 300:
                raise refusal(reply, body, target, plant.snapshot)
            return Whole(attempt, reply, understood(reply, body, attempt))
        reader = attempt.reader()
        found = Begun(attempt, reply, reader, reply.chunks(), stack)
        async with allowed(leaf.first_token_timeout_ms, call, attempt):
            await hold(call, found)
        found.stack = stack.pop_all()
        return found


def is_stream(reply: Reply) -> bool:
    """Whether the body comes as events."""
    return content_type(reply).startswith((EVENTS, "application/vnd.amazon.eventstream", "application/x-ndjson"))


async def hold(call: Call, begun: Begun) -> None:
    """Read until the answer has begun, or as much of it as the config wants to keep back.

    Raises VendorFailed for a stream that breaks before: nothing has been sent of it yet, and a refusal must not look
    like a broken 200.
    """
    wanted = begun.attempt.step.leaf.hold
    enough = 1 if wanted is None else wanted.tokens
    count, reader = 0, begun.reader
    async for chunk in begun.chunks:
        if data := fed(call, begun, chunk):
            begun.held.append(data)
            count += 1 if wanted is None else data.count(b"\n\n")
        if reader.is_done or reader.error is not None or (enough is not None and count >= enough):
            break
    else:
        if not reader.is_complete and reader.error is None:
            raise VendorBroke(
                begun.attempt.target.vendor.id, "the stream ended before the answer was complete; try again"
            )
    if reader.error is not None and (wanted is not None or not begun.held):
        raise refused_event(begun.attempt.target, reader.error)


def fed(call: Call, begun: Begun, chunk: bytes) -> bytes:
    """What a chunk comes to. Raises VendorBroke."""
    try:
        data = begun.reader.feed(chunk)
    except BadAnswer as error:
        raise VendorBroke(begun.attempt.target.vendor.id, f"it answered {error}") from error
    except (OverflowError, ValueError) as error:
        raise VendorBroke(begun.attempt.target.vendor.id, str(error)) from error
    if data and call.first_token_seconds is None and begun.reader.has_content:
        call.first_token_seconds = call.elapsed_seconds()
    return data


async def headers_for(call: Call, attempt: Try, sent: Sent, plant: Plant) -> dict[str, str]:
    """Every header of the request: the login, a token or a signature where the vendor wants one, what is forwarded."""
    target = attempt.target
    headers = dict(target.headers)
    if target.vendor.token is not None:
        headers |= await plant.tokens.headers(target, plant.now())
    if call.headers.get("x-portkey-forward-headers") or attempt.step.leaf.forward_headers:
        headers |= forwarded(call, attempt.step)
    if target.vendor.sign is not None:
        try:
            headers |= target.vendor.sign(sent, target.base_url + sent.path, target.login, plant.now())
        except Unspoken as error:
            raise not_spoken(target, error) from error
    return headers


@asynccontextmanager
async def allowed(milliseconds: float | None, call: Call, attempt: Try) -> AsyncIterator[None]:
    """No longer than the request, or its config, allows. Raises TimedOut."""
    if attempt.step.leaf.request_timeout_ms == milliseconds:
        milliseconds = timeout_in(call) or milliseconds
    if milliseconds is None:
        yield
        return
    try:
        async with asyncio.timeout(milliseconds / 1000):
            yield
    except TimeoutError as error:
        message = f"Request exceeded the timeout sent in the request: {milliseconds:g}ms"
        raise TimedOut(attempt.target.vendor.id, message) from error


def timeout_in(call: Call) -> float | None:
    """Milliseconds that a request's header allows."""
    said = call.headers.get("x-portkey-request-timeout", "")
    return float(said) if said.isdigit() and int(said) > 0 else None


class trying:
    """Write the attempt down, however it ends, and let the strategies know."""

    __slots__ = ("_attempt", "_began", "_call", "_plant", "_sent")

    def __init__(self, call: Call, attempt: Try, sent: Sent, plant: Plant) -> None:
        self._call, self._attempt, self._sent, self._plant = call, attempt, sent, plant

    def __enter__(self) -> None:
        self._began = time.perf_counter()
        self._plant.signals.began(self._attempt.key)

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        call, attempt = self._call, self._attempt
        spent = time.perf_counter() - self._began
        call.vendor_seconds += spent
        failed = error if isinstance(error, GatewayError) else call.failure
        status = error.status if isinstance(error, VendorRefused) else None if error else call.status or 200
        self._judge(failed, spent)
        call.attempts.append(
            Attempt(
                provider=attempt.target.provider or "",
                vendor=attempt.target.vendor.id,
                model=attempt.target.model,
                url=attempt.target.base_url + self._sent.path,
                status=status,
                duration_ms=round(spent * 1000, 3),
                error=failed.message if failed else "given up" if error else None,
                path=attempt.step.leaf.path,
            )
        )

    def _judge(self, failed: GatewayError | None, spent: float) -> None:
        signals, leaf = self._plant.signals, self._attempt.step.leaf
        signals.ended(self._attempt.key)
        if failed is None:
            signals.answered(self._attempt.key, self._call.first_token_seconds or spent)
        if leaf.breaker is not None:
            signals.judged(place(self._call.config_slug, leaf.path), leaf.breaker, failed.status if failed else 200)
