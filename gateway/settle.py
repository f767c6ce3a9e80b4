"""Stage 9: what a request cost, and its log record, written before the client has its whole answer.

All of it is synchronous: a client that hangs up cancels whatever waits, and what waits for nothing cannot be cancelled.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from gateway.billing import bill_of
from gateway.errors import Broken, Draining, GatewayError, HungUp
from gateway.headers import Raw, masked, story
from gateway.limits.reservation import cost_in
from gateway.log.recording import kept_of, shortened
from gateway.log.sent import sent_in
from gateway.log.spans import span_in
from store.ids import Slug
from store.records import Failure, LogRecord

if TYPE_CHECKING:
    from types import TracebackType

    from gateway.domain import Call
    from gateway.plant import Plant

log = logging.getLogger("tollhouse")
DEFAULT_WORKSPACE = Slug("default")


class recorded:
    """One log record for whatever happens in the block; what is raised goes on.

    A class, for a generator would cost a twentieth of all that a request costs.
    """

    __slots__ = ("_call", "_plant")

    def __init__(self, call: Call, plant: Plant) -> None:
        self._call, self._plant = call, plant

    def __enter__(self) -> None:
        self._plant.vitals.arrived()

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        call = self._call
        try:
            match error:
                case None:
                    pass
                case GatewayError():
                    fail(call, error)
                case asyncio.CancelledError() if call.client.has_hung_up:
                    fail(call, HungUp("the client hung up before it had its answer"))
                case asyncio.CancelledError():
                    break_off(call)
                case Exception():
                    what = (
                        f"Tollhouse failed by a fault of its own ({type(error).__name__}); the log has it as {call.id}"
                    )
                    log.error("%s %s failed (%s)", call.method, call.path, call.id, exc_info=error)
                    bug = Broken(what)
                    fail(call, bug)
                    raise bug from error
        finally:
            settle(call, self._plant)


def fail(call: Call, error: GatewayError) -> None:
    """The request came to nothing; what the client is told about it belongs into the record."""
    call.failure = error
    call.status = error.status
    error.headers = call.response_headers = story(call)
    if not isinstance(error, HungUp):
        call.response = [call.dialect.refusal(error)]


def break_off(call: Call) -> None:
    """The gateway ends while the request is under way, and its patience is over."""
    error = Draining(
        "Tollhouse: this gateway is shutting down and could not wait any longer; try again.", retry_after=2
    )
    if call.client.has_begun:
        call.failure, call.ending = error, call.dialect.failure(error) if call.passed is None else b""
    else:
        fail(call, error)


def settle(call: Call, plant: Plant) -> None:
    """Price the request, write its record, tell whoever watches."""
    caller = call.caller
    record = shortened(record_of(call, plant), caller.redaction if caller else None)
    plant.ledger.add(record)
    if caller is not None:
        plant.vitals.left(caller.workspace)
    plant.vitals.settled(record)
    plant.health.settled(record)
    plant.live.settled(record)
    plant.meters.settled(record)
    if plant.exporter is not None:
        plant.exporter.settled(record)
    if record.api_key_id is not None:
        plant.last_used[record.api_key_id] = record.created_at_ms
    if record.usage is not None and call.target is not None:
        plant.signals.used(call.target.key, record.usage.input_tokens + record.usage.output_tokens)


def record_of(call: Call, plant: Plant) -> LogRecord:
    """Everything worth knowing about the request."""
    caller, target, request, reserved = call.caller, call.target, call.request, call.reservation
    bill, span, kept = bill_of(call, plant), span_in(call.headers), kept_of(caller, call.headers)
    charges = () if reserved is None else reserved.settle(call.asked, bill, call.response)
    return LogRecord(
        id=call.id,
        created_at_ms=call.created_at_ms,
        trace_id=call.trace_id,
        span_id=span.id,
        parent_span_id=span.parent,
        span_name=span.name,
        method=call.method,
        path=call.path,
        status=call.status,
        stream=request.stream if request else False,
        workspace=caller.workspace if caller else DEFAULT_WORKSPACE,
        api_key_id=caller.key_id if caller else None,
        api_key_name=caller.name if caller else None,
        provider=target.provider if target else None,
        vendor=target.vendor.id if target else None,
        model=target.model if target else request.model if request else None,
        response_model=call.response_model,
        config=None if call.config_slug is None else Slug(call.config_slug),
        config_path=call.config_path,
        retries=call.retries,
        metadata=call.metadata,
        client=call.client_address,
        user_agent=call.headers.get("user-agent"),
        total_ms=round(call.elapsed_seconds() * 1000, 3) if call.is_timed else 0.0,
        first_token_ms=None if call.first_token_seconds is None else round(call.first_token_seconds * 1000, 3),
        vendor_ms=round(call.vendor_seconds * 1000, 3) if call.attempts else None,
        usage=bill.usage,
        usage_received=call.usage_received,
        cost=bill.cost,
        unpriced=bill.unpriced,
        price=bill.rates,
        price_source=bill.source,
        charges=charges,
        estimated_cost=None if reserved is None else cost_in(reserved.estimated),
        attempts=tuple(call.attempts),
        failure=failure_of(call.failure),
        spared=tuple(call.spared),
        kept=kept,
        request_headers=masked(call.headers),
        response_headers=readable(call.response_headers),
        request_body=call.body,
        response_body=b"".join([*call.response, call.ending]) if call.passed is None else call.passed.kept(),
        sent=sent_in(call) if kept == "full" else (),
    )


def readable(headers: Raw) -> dict[str, str]:
    """Headers as the record keeps them."""
    return {name.decode(): value.decode("latin-1") for name, value in headers}


def failure_of(error: GatewayError | None) -> Failure | None:
    """A failure as the record keeps it."""
    return None if error is None else Failure(code=error.code, message=error.said(), fault=error.fault)
