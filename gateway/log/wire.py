"""Log records as the API spells them: Portkey's names, and what Portkey lacks beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gateway.attempts.targets import split
from gateway.log.reassemble import reassembled
from gateway.log.sent_told import body_of, sent_told
from gateway.moments import instant
from gateway.prices import lines_of
from store.log.error_classes import class_of
from store.log.filter import is_success

if TYPE_CHECKING:
    from gateway.domain import Call
    from store.records import LogRecord

Json = dict[str, Any]
NANODOLLARS_PER_CENT = 10_000_000
TRANSFORMED = ("url", "method", "headers", "body")
"""What Portkey tells of the request that went to the vendor."""


def started(call: Call) -> bytes:
    """A request that has no answer yet, as an event of the live tail."""
    request = call.request
    provider, model = split(request.model) if request else (None, "")
    return event(
        "started",
        {
            "id": call.id,
            "created_at": instant(call.created_at_ms),
            "trace_id": call.trace_id,
            "api_key_name": call.caller.name if call.caller else None,
            "provider": provider,
            "ai_model": model or None,
            "stream_mode": request.stream if request else False,
            "request_url": call.path,
        },
    )


def settled(record: LogRecord) -> bytes:
    """A settled request, as an event of the live tail."""
    return event("log", summary(record))


def event(name: str, data: Json) -> bytes:
    """A server-sent event."""
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"


def summary(record: LogRecord) -> Json:
    """A record without its bodies."""
    usage = record.usage
    return {
        "id": record.id,
        "object": "log",
        "created_at": instant(record.created_at_ms),
        "trace_id": record.trace_id,
        "span_id": record.span_id,
        "parent_span_id": record.parent_span_id,
        "span_name": record.span_name,
        "api_key_id": record.api_key_id,
        "api_key_name": record.api_key_name,
        "workspace_slug": record.workspace,
        "provider": record.provider,
        "ai_org": record.vendor,
        "ai_model": record.model,
        "response_model": record.response_model,
        "request_method": record.method,
        "request_url": record.path,
        "response_status_code": record.status,
        "is_success": is_success(record),
        "stream_mode": record.stream,
        "req_units": usage.input_tokens if usage else None,
        "res_units": usage.output_tokens if usage else None,
        "total_units": usage.input_tokens + usage.output_tokens if usage else None,
        "cached_units": usage.cached_tokens if usage else None,
        "reasoning_units": usage.reasoning_tokens if usage else None,
        **costs(record),
        **timings(record),
        "cache_status": record.cache_status,
        "retry_success_count": record.retries,
        "config": record.config,
        "last_used_option_index": record.config_path,
        "metadata": record.metadata,
        "error": record.failure,
        "would_have_refused": record.spared,
        "error_class": class_of(record),
        "log_bodies": record.kept,
        "attempts": record.attempts,
    }


def costs(record: LogRecord) -> Json:
    """Money: in cents as Portkey has it, and exactly."""
    return {
        "cost": None if record.cost is None else record.cost / NANODOLLARS_PER_CENT,
        "cost_nanodollars": record.cost,
        "is_priced": not record.unpriced,
        "cost_currency": "USD",
    }


def timings(record: LogRecord) -> Json:
    """Milliseconds."""
    own = None if record.vendor_ms is None else round(max(0.0, record.total_ms - record.vendor_ms), 3)
    total = record.total_ms or None  # of a result of a batch nobody knows it
    return {
        "response_time": total,
        "time_to_first_token_ms": record.first_token_ms,
        "upstream_response_time": record.vendor_ms,
        "gateway_processing_time": total if own is None else own,
    }


def whole(record: LogRecord) -> Json:
    """A record with its bodies; a stream is put together, and stands as it was sent in `originalResponse`."""
    told = {name: value for name, value in record.request_headers.items() if name.startswith("x-portkey-")}
    raw = record.response_body.decode(errors="replace")
    sent = sent_told(record)
    return {
        "_id": record.id,
        "created_at": instant(record.created_at_ms),
        "organisation_id": "default",
        "request": {
            "url": record.path,
            "method": record.method,
            "headers": {name: value for name, value in record.request_headers.items() if name not in told},
            "body": body_of(record.request_body),
            "portkeyHeaders": told,
        },
        "response": {
            "status": record.status,
            "headers": record.response_headers,
            "body": reassembled(record.response_body) if is_stream(record) else body_of(record.response_body),
            "responseTime": record.total_ms or None,
            "lastUsedOptionJsonPath": record.config_path,
        },
        "transformedRequest": {name: sent[-1][name] for name in TRANSFORMED} if sent else None,
        "sent": sent,
        "originalResponse": {"body": raw} if is_stream(record) else None,
        "metrics": summary(record) | {"client": record.client, "user_agent": record.user_agent},
        "usage": body_of(record.usage_received),
        "price": record.price,
        "price_source": record.price_source,
        "bill": bill_of(record),
        "estimated_cost_nanodollars": record.estimated_cost,
        "charges": [msgspec.structs.asdict(charge) for charge in record.charges],
    }


def bill_of(record: LogRecord) -> list[Json]:
    """The cost line by line: the sum of the lines, rounded once, is the cost."""
    if record.usage is None or record.price is None:
        return []
    return [
        {
            "kind": line.kind,
            "quantity": line.quantity,
            "nanodollars_per_million": line.rate,
            "nanodollars": round(float(line.nanodollars), 3),
        }
        for line in lines_of(record.usage, record.price)
        if line.quantity
    ]


def is_stream(record: LogRecord) -> bool:
    """Whether the answer went out as events."""
    kind = record.response_headers.get("content-type", "")
    return bool(record.response_body) and kind.startswith("text/event-stream")
