"""Requests that went past the gateway, made into log records of what their callers report. Source: portkey.ai, logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from gateway.attempts.targets import split
from gateway.errors import LAST_WORDS, fault_of
from gateway.functions import Function
from gateway.headers import masked
from gateway.log.recording import kept_of, shortened
from gateway.log.spans import Span, cut, span_in
from gateway.log.stored_bill import stored_bill
from gateway.prices.measured import measured
from gateway.vendors import VENDORS, vendor_named
from gateway.vendors.openai.usage import usage_of
from gateway.vendors.vendor import Asked, BadAnswer, VendorSaysNo
from store.ids import LogId, Slug, TraceId, new_id
from store.records import Failure, LogRecord, Usage

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant
    from gateway.vendors import Vendor

Json = dict[str, Any]
SPOKEN = {
    "trace_id": ("trace_id", "traceId"),
    "span_id": ("span_id", "spanId"),
    "parent_span_id": ("parent_span_id", "parentSpanId"),
    "span_name": ("span_name", "spanName"),
}
"""Metadata that says where a request stands, by every spelling; all other metadata is metadata."""
PATHS = sorted((function for function in Function if function.value), key=lambda each: -len(each.value))
MOST_TOKENS = 10**9
"""Of one request."""
ERRORS = (
    BadAnswer,
    VendorSaysNo,
    msgspec.DecodeError,
    UnicodeDecodeError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
)


class ReportedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked."""

    url: str
    body: Any = None
    method: str = "POST"
    headers: dict[str, str] | None = None
    provider: str | None = None
    """A vendor, or `@slug` of a provider of the catalog; else it is known by the headers or the URL."""


class ReportedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] | None = None
    response_time: float = 0.0
    """Milliseconds."""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One request."""

    request: ReportedRequest
    response: ReportedResponse = msgspec.field(default_factory=ReportedResponse)
    metadata: dict[str, str | int | float | bool | None] | None = None


def record_from(said: Reported, caller: Caller, plant: Plant, now_ms: int) -> LogRecord:
    """The record, with usage read out of the answer as the vendor writes it, and priced as our own requests are."""
    headers = {name.lower(): value for name, value in (said.request.headers or {}).items()}
    asked, answered = text_of(said.request.body), text_of(said.response.body)
    slug, vendor, model = asked_of(said, headers, plant, caller)
    function = function_of(said.request.url)
    answer_model, received, usage = used(vendor, function, model, asked, answered)
    where, metadata = filed(said.metadata or {}, headers)
    log_id, taken = new_id(), said.response.response_time
    record = LogRecord(
        id=LogId(log_id),
        created_at_ms=now_ms - round(taken),
        trace_id=TraceId(where.get("trace_id") or headers.get("x-portkey-trace-id") or log_id),
        span_id=where.get("span_id"),
        parent_span_id=where.get("parent_span_id"),
        span_name=where.get("span_name"),
        method=said.request.method.upper()[:10],
        path=said.request.url.partition("?")[0][:2_000],  # some vendors take their key in the query
        status=said.response.status,
        stream=is_stream(answered),
        workspace=caller.workspace,
        api_key_id=caller.key_id,
        api_key_name=caller.name,
        provider=slug,
        vendor=vendor.id if vendor else None,
        model=model or None,
        response_model=answer_model,
        metadata=metadata | dict(caller.metadata),
        total_ms=taken,
        vendor_ms=taken or None,
        usage=usage,
        usage_received=received,
        failure=failure_from(said.response),
        kept=kept_of(caller, headers),
        request_headers=masked(headers),
        response_headers={name.lower(): value for name, value in (said.response.headers or {}).items()},
        request_body=asked,
        response_body=answered,
    )
    bill = stored_bill(record, plant)
    priced = msgspec.structs.replace(
        record, cost=bill.cost, unpriced=bill.unpriced, price=bill.rates, price_source=bill.source
    )
    return shortened(priced, caller.redaction)


def text_of(body: Any) -> bytes:
    """A body as bytes; of a stream that is told chunk by chunk, as events."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode(errors="replace")
    if isinstance(body, list) and body and all(isinstance(each, dict) and "object" in each for each in body):
        return b"".join(b"data: " + msgspec.json.encode(each) + b"\n\n" for each in body)
    return msgspec.json.encode(body)


def is_stream(body: bytes) -> bool:
    """Whether an answer came as events."""
    return body.startswith((b"data:", b"event:"))


def asked_of(said: Reported, headers: Json, plant: Plant, caller: Caller) -> tuple[Slug | None, Vendor | None, str]:
    """The provider, the vendor and the model of a request, as far as it says them."""
    body = said.request.body if isinstance(said.request.body, dict) else {}
    own_slug, model = split(str(body.get("model") or ""))
    named = said.request.provider or headers.get("x-portkey-provider") or (f"@{own_slug}" if own_slug else "")
    if named.startswith("@"):
        provider = plant.snapshot.catalog(caller).providers.get(Slug(named[1:]))
        return (provider.slug, provider.account.vendor, model) if provider else (Slug(named[1:]), None, model)
    return None, vendor_named(named) or vendor_at(said.request.url), model


def vendor_at(url: str) -> Vendor | None:
    """The vendor whose address a URL has."""
    host = urlsplit(url).hostname if "//" in url else None
    if not host:
        return None
    known = (vendor for vendor in VENDORS.values() if isinstance(vendor.base_url, str))
    return next((vendor for vendor in known if urlsplit(str(vendor.base_url)).hostname == host), None)


def function_of(url: str) -> Function:
    """What was asked for, by the end of the path."""
    path = urlsplit(url).path.rstrip("/")
    return next((function for function in PATHS if path.endswith("/" + function.value)), Function.CHAT)


def used(
    vendor: Vendor | None, function: Function, model: str, request: bytes, answer: bytes
) -> tuple[str | None, bytes, Usage | None]:
    """The model that answered, its usage as it came, and as it is counted; read as the vendor writes it."""
    fields = fields_in(request)
    asked = Asked(function=function, model=model, fields=fields, stream=is_stream(answer))
    wire = None if vendor is None else vendor.functions.get(function) or vendor.functions.get(Function.CHAT)
    try:
        if wire is None or not answer:
            return (None, *plain_usage(answer))
        if is_stream(answer) and wire.reader is not None:
            reader = wire.reader(asked)
            reader.feed(answer if answer.endswith(b"\n\n") else answer + b"\n\n")
            found, received = reader.model, reader.usage or b"null"
        else:
            whole = wire.decode(answer, asked)
            found, received = whole.model, whole.usage
        usage = wire.usage(received) if received != b"null" else None
        return found, received, believed(measured(usage, asked, answer))
    except ERRORS:
        return (None, *plain_usage(answer))


def fields_in(request: bytes) -> dict[str, msgspec.Raw]:
    """A request's own fields; none where it is no object."""
    try:
        return msgspec.json.decode(request, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


class WithUsage(msgspec.Struct, frozen=True):
    """An answer of whatever vendor that says its usage as OpenAI does."""

    usage: msgspec.Raw = msgspec.Raw(b"null")


def plain_usage(answer: bytes) -> tuple[bytes, Usage | None]:
    """The usage of an answer whose vendor is not known, if it says it as OpenAI does."""
    try:
        received = bytes(msgspec.json.decode(answer, type=WithUsage).usage)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b"null", None
    return received, believed(usage_of(received)) if received != b"null" else None


def believed(usage: Usage | None) -> Usage | None:
    """Usage, unless somebody tells of more tokens than there can be: one such report would be all that graphs show."""
    is_too_much = usage is not None and max(usage.input_tokens, usage.output_tokens) > MOST_TOKENS
    return None if is_too_much else usage


def filed(said: Json, headers: Json) -> tuple[dict[str, str | None], dict[str, str]]:
    """Where a request stands in its trace, and its metadata."""
    span, where = span_in(headers), Span()
    found: dict[str, str | None] = {}
    for name, spellings in SPOKEN.items():
        found[name] = next((cut(str(said[each])) for each in spellings if said.get(each) not in (None, "")), None)
    where = Span(found["span_id"] or span.id, found["parent_span_id"] or span.parent, found["span_name"] or span.name)
    taken = {spelling for spellings in SPOKEN.values() for spelling in spellings}
    metadata = {
        name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in said.items()
        if name not in taken and value not in (None, "")
    }
    return found | {"span_id": where.id, "parent_span_id": where.parent, "span_name": where.name}, metadata


def failure_from(response: ReportedResponse) -> Failure | None:
    """Why a request failed, in the vendor's words, if it did."""
    if response.status < 400:
        return None
    error = response.body.get("error") if isinstance(response.body, dict) else None
    told = error if isinstance(error, dict) else {"message": error if isinstance(error, str) else ""}
    code, message = told.get("code"), str(told.get("message") or "")[:2_000]
    known = str(code) if code in LAST_WORDS else "reported"  # anybody may write anything: metrics count by code
    return Failure(code=known, message=message, fault=fault_of(response.status))
