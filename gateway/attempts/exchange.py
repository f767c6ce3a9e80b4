"""One exchange with one vendor: the request out, and the whole answer in, or its beginning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from gateway.attempts.answer import content_type, refusal, refused_event, understood
from gateway.attempts.attempting import EVENTS, headers_with
from gateway.attempts.passing import PassedOn, is_bytes
from gateway.attempts.trying import trying
from gateway.errors import TimedOut, VendorBroke
from gateway.headers import passed_on, story
from gateway.vendors.vendor import Answered, BadAnswer

if TYPE_CHECKING:
    from types import TracebackType

    from gateway.attempts.attempting import Try
    from gateway.configs.nodes import Leaf
    from gateway.domain import Call
    from gateway.http1 import Patience
    from gateway.plant import Plant
    from gateway.upstream import Reply
    from gateway.vendors.vendor import Reader, Sent

EXCEEDED = "Request exceeded the timeout sent in the request: {}"
"""Portkey's sentence."""
SILENT = "Nothing of the answer came within the first token timeout: {}"
STREAMED = (EVENTS, "application/vnd.amazon.eventstream", "application/x-ndjson")
UNSAID = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
"""What vendors call a body that do not say what it is."""
BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":")
"""How a stream of events may begin. Source: the HTML standard, section 9.2.5."""
AT_LEISURE: AbstractAsyncContextManager[None] = nullcontext()


@dataclass(frozen=True, slots=True)
class Own:
    """An answer for which no vendor was asked."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("content-type", "application/json"),)


class Whole(msgspec.Struct, eq=False):
    """A whole answer."""

    attempt: Try
    reply: Reply | Own
    answered: Answered
    trial: trying | None = None

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
    trial: trying
    is_patient: bool
    """Whether something of the answer itself is waited for, and not for any event: another try may follow."""
    held: list[bytes] = field(default_factory=list)
    """What was read already, for the client."""

    def commit(self, call: Call) -> None:
        """Make it the call's answer, as far as it has come."""
        call.passed = self.reader if isinstance(self.reader, PassedOn) else None
        take_head(call, self.attempt, self.reply, EVENTS if call.passed is None else None)

    def has_begun(self) -> bool:
        """Whether there is something for the client."""
        return self.reader.has_content or self.reader.is_complete or (bool(self.held) and not self.is_patient)

    def is_held(self) -> bool:
        """Whether as much is kept back as the config wants."""
        wanted = self.attempt.step.leaf.hold
        if wanted is None:
            return True
        return wanted.tokens is not None and sum(data.count(b"\n\n") for data in self.held) >= wanted.tokens

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
    """Status and headers, as the client is to have them, and which target they are from."""
    call.target, call.config_path, call.retries = attempt.target, attempt.step.leaf.path, attempt.retries
    call.measure, call.asked = attempt.wire.usage, attempt.asked
    call.status = reply.status
    theirs, own = passed_on(reply.headers, kind), story(call)
    if call.reservation is not None:  # the rates that the client hears of are ours, and not those of our account
        names = {name for name, _ in own}
        theirs = [header for header in theirs if header[0] not in names]
    call.response_headers = theirs + own


async def asked_whole(call: Call, attempt: Try, plant: Plant) -> Whole:
    """Ask a target and wait for its whole answer. Raises VendorFailed."""
    if attempt.own is not None:
        return Whole(attempt, Own(), Answered(attempt.own))
    leaf, target = attempt.step.leaf, attempt.target
    with trying(call, attempt, plant) as trial:
        sent = attempt.sent()
        trial.sent = sent
        milliseconds = request_timeout(call, leaf)
        if milliseconds is None:  # most requests: a context that limits nothing would cost them two more awaits
            reply, body = await exchanged(call, attempt, sent, plant, trial)
        else:
            async with limited(milliseconds, attempt, EXCEEDED):
                reply, body = await exchanged(call, attempt, sent, plant, trial)
        trial.status = reply.status
        if reply.status >= 300:
            raise refusal(reply, body, target, plant.catalog(call))
        return Whole(attempt, reply, understood(reply, body, attempt), trial)


async def exchanged(call: Call, attempt: Try, sent: Sent, plant: Plant, trial: trying) -> tuple[Reply, bytes]:
    """A request out, and the whole answer in. Raises VendorFailed."""
    target = attempt.target
    login = None if target.vendor.token is None else await plant.tokens.login(target, plant.now())
    trial.headers = headers = headers_with(login, call, attempt, sent, plant.now)
    return await plant.upstream.ask(target.base_url, sent, headers, target.vendor.id)


async def begun(call: Call, attempt: Try, plant: Plant) -> Whole | Begun:
    """Ask a target for a stream or a file, and wait until it has begun. Raises VendorFailed."""
    if not attempt.asked.stream or attempt.wire.reader is None:
        return await (asked_openly if attempt.passes() else asked_whole)(call, attempt, plant)
    leaf = attempt.step.leaf
    async with AsyncExitStack() as stack:
        trial = stack.enter_context(trying(call, attempt, plant))
        async with within(leaf.first_token_timeout_ms, attempt, SILENT):
            async with within(request_timeout(call, leaf), attempt, EXCEEDED):
                reply = await headed(call, attempt, plant, stack, trial, plant.upstream.silent(leaf.stall_timeout_ms))
            reader = await reader_for(reply, attempt)
            if reader is None:
                return await read_whole(call, attempt, reply, trial, plant)
            is_patient = bool(len(call.steps) > 1 or leaf.retry.attempts or leaf.first_token_timeout_ms)
            found = Begun(attempt, reply, reader, reply.chunks(), stack, trial, is_patient)
            await read_on(found, found.has_begun)
        await read_on(found, found.is_held)
        found.stack = stack.pop_all()
        return found


async def asked_openly(call: Call, attempt: Try, plant: Plant) -> Whole | Begun:
    """Ask a target, and wait for the whole answer unless it is a file, which need only begin. Raises VendorFailed."""
    leaf = attempt.step.leaf
    async with AsyncExitStack() as stack:
        trial = stack.enter_context(trying(call, attempt, plant))
        async with within(request_timeout(call, leaf), attempt, EXCEEDED):
            reply = await headed(call, attempt, plant, stack, trial, plant.upstream.whole)
            reader = await reader_for(reply, attempt)
            if reader is None:
                return await read_whole(call, attempt, reply, trial, plant)
            reply.wait_with(plant.upstream.silent(leaf.stall_timeout_ms))
            found = Begun(attempt, reply, reader, reply.chunks(), stack, trial, is_patient=True)
            await read_on(found, found.has_begun)
        found.stack = stack.pop_all()
        return found


async def headed(
    call: Call, attempt: Try, plant: Plant, stack: AsyncExitStack, trial: trying, patience: Patience
) -> Reply:
    """The head of a target's answer; the connection stays open as long as the stack. Raises VendorFailed."""
    target, sent = attempt.target, attempt.sent()
    trial.sent = sent
    login = None if target.vendor.token is None else await plant.tokens.login(target, plant.now())
    trial.headers = headers = headers_with(login, call, attempt, sent, plant.now)
    opening = plant.upstream.open(target.base_url, sent, headers, target.vendor.id, patience)
    reply = await stack.enter_async_context(opening)
    trial.status = reply.status
    return reply


async def reader_for(reply: Reply, attempt: Try) -> Reader | None:
    """What reads an answer as it comes; None where it is to be known whole, as a refusal is. Raises VendorFailed."""
    if reply.status >= 300:
        return None
    if attempt.asked.stream and attempt.wire.reader is not None and await is_stream(reply):
        return attempt.reader()
    return PassedOn(reply) if attempt.passes() and await is_bytes(reply) else None


async def read_whole(call: Call, attempt: Try, reply: Reply, trial: trying, plant: Plant) -> Whole:
    """The rest of an answer, if it is one. Raises VendorFailed."""
    body = await reply.body()
    if reply.status >= 300:
        raise refusal(reply, body, attempt.target, plant.catalog(call))
    return Whole(attempt, reply, understood(reply, body, attempt), trial)


async def is_stream(reply: Reply) -> bool:
    """Whether the body comes as events; where its type says nothing, how it begins does. Raises VendorFailed."""
    kind = content_type(reply)
    if kind.startswith(STREAMED):  # as nearly all say it
        return True
    kind = kind.partition(";")[0].strip().lower()
    return kind in STREAMED or (kind in UNSAID and (await reply.beginning()).startswith(BEGINNINGS))


async def read_on(begun: Begun, is_enough: Callable[[], bool]) -> None:
    """Read a stream for as long as nothing of it is to be sent yet.

    Raises VendorFailed for one that breaks meanwhile: a refusal must not look like a broken 200.
    """
    reader, vendor = begun.reader, begun.attempt.target.vendor.id
    is_over = reader.is_done
    while not (is_over or is_enough()):
        chunk = await anext(begun.chunks, b"")
        if data := fed(begun, chunk):
            begun.held.append(data)
        if reader.error is not None and (begun.attempt.step.leaf.hold is not None or not reader.has_content):
            raise refused_event(begun.attempt.target, reader.error)
        is_over = reader.is_done or not chunk
        if is_over and not reader.is_complete and reader.error is None:
            raise VendorBroke(vendor, "the stream ended before the answer was complete; try again")


def fed(begun: Begun, chunk: bytes) -> bytes:
    """What a chunk comes to. Raises VendorBroke."""
    try:
        data = begun.reader.feed(chunk)
    except BadAnswer as error:
        raise VendorBroke(begun.attempt.target.vendor.id, f"it answered {error}") from error
    except (OverflowError, ValueError) as error:
        raise VendorBroke(begun.attempt.target.vendor.id, str(error)) from error
    if begun.trial.first_token_at is None and begun.reader.has_content:
        begun.trial.first_token_at = time.perf_counter()
    return data


def request_timeout(call: Call, leaf: Leaf) -> float | None:
    """Milliseconds until an answer must have begun: the request's header goes before the config."""
    said = call.headers.get("x-portkey-request-timeout", "")
    return float(said) if said.isascii() and said.isdigit() and int(said) > 0 else leaf.request_timeout_ms


def within(milliseconds: float | None, attempt: Try, message: str) -> AbstractAsyncContextManager[None]:
    """No longer than so long; None: as long as it takes. Raises TimedOut."""
    return AT_LEISURE if milliseconds is None else limited(milliseconds, attempt, message)


@asynccontextmanager
async def limited(milliseconds: float, attempt: Try, message: str) -> AsyncIterator[None]:
    """No longer than so long. Raises TimedOut."""
    try:
        async with asyncio.timeout(milliseconds / 1000):
            yield
    except TimeoutError as error:
        raise TimedOut(attempt.target.vendor.id, message.format(f"{milliseconds:g}ms")) from error
