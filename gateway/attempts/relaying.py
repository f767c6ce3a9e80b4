"""A stream on its way to the client: event by event, and how it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from gateway.adapters.adapter import AdaptedStream
from gateway.attempts.answer import refused_event
from gateway.attempts.exchange import fed
from gateway.attempts.passing import PassedOn
from gateway.errors import GatewayError, VendorBroke, VendorFailed

if TYPE_CHECKING:
    from gateway.attempts.exchange import Begun
    from gateway.domain import Call
    from gateway.vendors.vendor import Reader


async def events(call: Call, begun: Begun) -> AsyncIterator[bytes]:
    """Relay a stream until it is complete, or broken; what ends it is left in `call.ending`."""
    failure: GatewayError | None = None
    reader = begun.reader
    try:
        for data in begun.held:
            yield data
        if not (reader.is_done or reader.error is not None):
            async for chunk in begun.chunks:
                if data := fed(begun, chunk):
                    yield data
                if reader.is_done or reader.error is not None:
                    break
            else:
                if data := fed(begun, b""):
                    yield data
    except VendorFailed as error:
        failure = error
    finally:
        take_notes(call, begun)
    end(call, begun, failure)


def end(call: Call, begun: Begun, failure: GatewayError | None) -> None:
    """Decide how a stream ended."""
    reader, target = begun.reader, begun.attempt.target
    if reader.is_complete:
        call.ending = reader.ending
        return
    if reader.error is not None:
        failure = refused_event(target, reader.error)
    failure = failure or VendorBroke(target.vendor.id, "the stream ended before the answer was complete; try again")
    if isinstance(reader, PassedOn):
        failure.message = f"{failure.message}; {reader.how_far()} had come"
    call.failure, call.ending = failure, told(call, reader, failure)
    begun.trial.failure = failure


def told(call: Call, reader: Reader, failure: GatewayError) -> bytes:
    """How the client hears of it; among the bytes of a file nothing can be said."""
    if isinstance(reader, PassedOn):
        return b""
    if isinstance(reader, AdaptedStream):
        return reader.fail(failure.body()["error"])
    return call.dialect.failure(failure)


def take_notes(call: Call, begun: Begun) -> None:
    """What a stream said about itself, however it ended."""
    reader, began = begun.reader, begun.trial.first_token_at
    call.response_model = reader.model
    call.first_token_seconds = None if began is None else began - call.began
    if reader.usage is not None:
        call.usage_received = reader.usage
