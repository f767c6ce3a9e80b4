"""Spans of requests to models as log records, by the conventions for generative AI, the present and the former ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.errors import fault_of
from gateway.log.recording import kept_of, shortened
from gateway.log.reported import believed
from gateway.log.spans import cut
from gateway.log.stored_bill import stored_bill
from gateway.telemetry.names import OPERATIONS, PROVIDERS
from gateway.vendors import vendor_named
from store.ids import LogId, TraceId, new_id
from store.records import Failure, LogRecord, Usage

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.log.otlp.span import Attributes, Span
    from gateway.plant import Plant
    from gateway.vendors import Vendor

PATHS: Mapping[str, str] = {"generate_content": "/v1/chat/completions"} | {
    operation: path for path, operation in reversed(tuple(OPERATIONS.items()))
}
"""What is asked for, by the operation; what an agent or a tool does is no request to a model."""
VENDORS = {name: vendor for vendor, name in PROVIDERS.items()} | {"gemini": "google", "az.ai.openai": "azure-openai"}
USAGE = "gen_ai.usage."
COUNTS: Mapping[str, tuple[str, ...]] = {
    "input_tokens": ("input_tokens", "prompt_tokens"),
    "output_tokens": ("output_tokens", "completion_tokens"),
    "cached_tokens": ("cache_read.input_tokens", "cache_read_input_tokens"),
    "cache_write_tokens": ("cache_creation.input_tokens", "cache_creation_input_tokens"),
    "reasoning_tokens": ("reasoning.output_tokens", "reasoning_tokens"),
}
"""Of the usage, by the names below `gen_ai.usage.`, the present one first."""
FILED = {"enduser.id": "_user", "user.id": "_user", "gen_ai.conversation.id": "conversation", "service.name": "service"}
"""Attributes that are metadata here."""
NUMBERED = re.compile(r"gen_ai\.(prompt|completion)\.(\d{1,4})\.(\w+)")
"""How older instrumentation writes messages: an attribute for each field."""
NANO = 1_000_000
DAY_MS = 86_400_000
LONGEST_MS = 1e9
CUT = 128
"""Characters of metadata."""


def wrong_with(span: Span, now_ms: int) -> str | None:
    """Why a span cannot be taken, if so."""
    if not re.fullmatch(r"[0-9a-f]{32}", span.trace_id) or not re.fullmatch(r"[0-9a-f]{16}", span.span_id):
        return "a span's `traceId` and `spanId` must be 32 and 16 hexadecimal digits"
    if not 0 < span.start_ns // NANO <= now_ms + DAY_MS or not 0 <= span.end_ns - span.start_ns <= LONGEST_MS * NANO:
        return f"span `{span.span_id}` begins or ends at no time that can be"
    return None


def operation_of(span: Span) -> str | None:
    """What a span asks a model for; None for any other step of a program."""
    if any(name.startswith("tollhouse.") for name in span.attributes):
        return None  # our own, come back
    said = span.attributes.get("gen_ai.operation.name")
    if said is None:
        return "chat" if "gen_ai.request.model" in span.attributes else None
    return said if isinstance(said, str) and said in PATHS else None


def record_from(span: Span, operation: str, caller: Caller, plant: Plant) -> LogRecord:
    """The record, priced as our own requests are."""
    said = span.attributes
    taken, vendor = (span.end_ns - span.start_ns) / NANO, vendor_of(said)
    usage = {name.removeprefix(USAGE): value for name, value in said.items() if name.startswith(USAGE)}
    first = said.get("gen_ai.response.time_to_first_chunk")
    failure, status = outcome(span)
    record = LogRecord(
        id=LogId(new_id()),
        created_at_ms=span.start_ns // NANO,
        trace_id=TraceId(span.trace_id),
        span_id=span.span_id,
        parent_span_id=span.parent_span_id or None,
        span_name=cut(span.name),
        method="POST",
        path=PATHS[operation],
        status=status,
        stream=said.get("gen_ai.request.stream") is True,
        workspace=caller.workspace,
        api_key_id=caller.key_id,
        api_key_name=caller.name,
        vendor=vendor.id if vendor else None,
        model=text(said.get("gen_ai.request.model")),
        response_model=text(said.get("gen_ai.response.model")),
        metadata=metadata_of(span) | dict(caller.metadata),
        total_ms=taken,
        first_token_ms=first * 1000 if isinstance(first, float | int) and 0 <= first * 1000 <= taken else None,
        vendor_ms=taken or None,
        usage=believed(usage_of(usage)),
        usage_received=msgspec.json.encode(usage) if usage else b"null",
        failure=failure,
        kept=kept_of(caller, {}),
        request_body=body_of(said, "gen_ai.input.messages", "prompt"),
        response_body=body_of(said, "gen_ai.output.messages", "completion"),
    )
    bill = stored_bill(record, plant)
    priced = msgspec.structs.replace(
        record, cost=bill.cost, unpriced=bill.unpriced, price=bill.rates, price_source=bill.source
    )
    return shortened(priced, caller.redaction)


def vendor_of(said: Attributes) -> Vendor | None:
    """Who was asked."""
    name = str(said.get("gen_ai.provider.name") or said.get("gen_ai.system") or "").lower()
    return vendor_named(VENDORS.get(name, name))


def usage_of(said: Mapping[str, Any]) -> Usage | None:
    """What was used; None where nothing is said of it."""
    counts = {
        name: max(0, next((said[each] for each in spellings if isinstance(said.get(each), int)), 0))
        for name, spellings in COUNTS.items()
    }
    return msgspec.convert(counts, Usage) if any(counts.values()) else None


def outcome(span: Span) -> tuple[Failure | None, int]:
    """Why it failed, if it did, and the status."""
    said = span.attributes.get("http.response.status_code")
    status = said if isinstance(said, int) and 100 <= said <= 599 else 500 if span.is_error else 200
    if not span.is_error and status < 400:
        return None, status
    status = max(status, 400)
    why = span.message or str(span.attributes.get("error.type") or "")
    return Failure(code="reported", message=why[:2_000], fault=fault_of(status)), status


def metadata_of(span: Span) -> dict[str, str]:
    """What it is filed under."""
    every = {**span.resource, **span.attributes}
    return {ours: str(every[theirs])[:CUT] for theirs, ours in FILED.items() if every.get(theirs) not in (None, "")}


def body_of(said: Attributes, name: str, former: str) -> bytes:
    """What was asked or answered, as far as the application tells it: opt-in, so that it is mostly nothing."""
    found = said.get(name, said.get(f"gen_ai.{former}"))
    if found is None:
        found = numbered(said, former)
    if not found:
        return b""
    if isinstance(found, str):
        try:
            found = msgspec.json.decode(found)
        except msgspec.DecodeError:
            found = [{"content": found}]
    own = {"model": said.get("gen_ai.request.model")} if former == "prompt" else {}
    return msgspec.json.encode({**own, "messages": found})


def numbered(said: Attributes, former: str) -> list[dict[str, Any]]:
    """Messages of which each field is an attribute."""
    found: dict[int, dict[str, Any]] = {}
    for key, value in said.items():
        if (match := NUMBERED.fullmatch(key)) and match[1] == former:
            found.setdefault(int(match[2]), {})[match[3]] = value
    return [found[place] for place in sorted(found)]


def text(said: Any) -> str | None:
    """A text of reasonable length, if it is one."""
    return said[:200] or None if isinstance(said, str) else None
