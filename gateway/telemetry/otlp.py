"""Spans and metrics as OTLP has them in JSON: pure functions, for the exporter to send.

Source: opentelemetry.io/docs/specs/otlp, JSON Protobuf encoding; names are those of `names.py` and of the conventions
for generative AI. Prompts and answers never go out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from gateway.telemetry.names import INSTRUMENTS, OPERATIONS, OTEL_LABELS, OTHER, provider_name
from store.log.error_classes import class_of

if TYPE_CHECKING:
    from gateway.telemetry.gauges import Reading
    from gateway.telemetry.meters import Histogram, Labels, Meters
    from store.records import Attempt, LogRecord

Json = dict[str, Any]
SERVER, CLIENT = 2, 3
ERROR = 2
CUMULATIVE = 2
FINISHED = re.compile(rb'"(?:finish_reason|stop_reason)"\s*:\s*"(\w{1,40})"')
ANSWER_ID = re.compile(rb'"id"\s*:\s*"([^"\\]{1,200})"')
BEGINNING = 4_096
TRACE, SPAN = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{16}")
NANO = 1_000_000


class Parameters(msgspec.Struct, frozen=True):
    """What a request says of how it is to be answered; whatever has another type is passed over."""

    max_tokens: Any = None
    max_completion_tokens: Any = None
    temperature: Any = None
    top_p: Any = None
    top_k: Any = None
    seed: Any = None
    frequency_penalty: Any = None
    presence_penalty: Any = None
    n: Any = None
    stop: Any = None


class Brief(NamedTuple):
    """A record for its spans: without its bodies, and what was found in them."""

    record: LogRecord
    asked: Json
    answered: Json


def brief(record: LogRecord) -> Brief:
    """What the spans of a record need."""
    asked, answered = asked_in(record.request_body), answered_in(record.response_body)
    bare = msgspec.structs.replace(
        record, request_body=b"", response_body=b"", sent=(), request_headers={}, response_headers={}, charges=()
    )
    return Brief(bare, asked, answered)


def asked_in(body: bytes) -> Json:
    """The request's parameters, by the names of the conventions."""
    try:
        said = msgspec.json.decode(body, type=Parameters)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    stop = [said.stop] if isinstance(said.stop, str) else said.stop
    choices = said.n if isinstance(said.n, int) and said.n != 1 else None
    found = {
        "max_tokens": said.max_tokens if said.max_tokens is not None else said.max_completion_tokens,
        "temperature": as_float(said.temperature),
        "top_p": as_float(said.top_p),
        "top_k": as_float(said.top_k),
        "seed": said.seed,
        "frequency_penalty": as_float(said.frequency_penalty),
        "presence_penalty": as_float(said.presence_penalty),
        "choice.count": choices,
        "stop_sequences": stop if isinstance(stop, list) else None,
    }
    return {f"gen_ai.request.{name}": value for name, value in found.items() if value is not None}


def as_float(value: Any) -> float | None:
    """A number as the conventions have it."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def answered_in(body: bytes) -> Json:
    """The answer's id and how it ended, of streams too."""
    found: Json = {}
    if (named := ANSWER_ID.search(body, 0, BEGINNING)) is not None:
        found["gen_ai.response.id"] = named[1].decode(errors="replace")
    if reasons := FINISHED.findall(body[-BEGINNING:]):
        found["gen_ai.response.finish_reasons"] = [reasons[-1].decode()]
    return found


def traces(briefs: Iterable[Brief], version: str) -> bytes:
    """The body of `POST /v1/traces`."""
    spans = [span for each in briefs for span in spans_of(each)]
    scoped = {"scope": {"name": "tollhouse", "version": version}, "spans": spans}
    return msgspec.json.encode({"resourceSpans": [{"resource": resource(version), "scopeSpans": [scoped]}]})


def resource(version: str) -> Json:
    """Who sends it."""
    return {"attributes": attributes({"service.name": "tollhouse", "service.version": version})}


def spans_of(said: Brief) -> Iterator[Json]:
    """One span for the request, one below it for each try."""
    record = said.record
    trace, own = trace_id(record.trace_id), span_id(record)
    parent = record.parent_span_id or ""
    operation, model = OPERATIONS.get(record.path, OTHER), record.model or ""
    usual = {"gen_ai.operation.name": operation, "gen_ai.request.model": model or None}
    begins = record.created_at_ms * NANO
    yield {
        "traceId": trace,
        "spanId": own,
        **({"parentSpanId": parent} if SPAN.fullmatch(parent) else {}),
        "name": record.span_name or f"{operation} {model}".strip(),
        "kind": SERVER,
        "startTimeUnixNano": str(begins),
        "endTimeUnixNano": str(begins + round(record.total_ms * NANO)),
        "attributes": attributes(usual | of_request(record) | said.asked | said.answered),
        **status_of(record.failure.message if record.failure else None, is_error=class_of(record) is not None),
    }
    for place, each in enumerate(record.attempts):
        if each.began_ms is not None:
            begins = record.created_at_ms * NANO + round(each.began_ms * NANO)
        ends = begins + round(each.duration_ms * NANO)
        yield {
            "traceId": trace,
            "spanId": sha256(f"{record.id}/{place}".encode()).hexdigest()[:16],
            "parentSpanId": own,
            "name": f"{operation} {each.model}".strip(),
            "kind": CLIENT,
            "startTimeUnixNano": str(begins),
            "endTimeUnixNano": str(ends),
            "attributes": attributes({"gen_ai.operation.name": operation} | of_try(each)),
            **status_of(each.error, is_error=each.error is not None or each.status is None or each.status >= 400),
        }
        begins = ends


def of_request(record: LogRecord) -> Json:
    """The attributes of a request's span."""
    usage = record.usage
    found = {
        "gen_ai.provider.name": provider_name(record.vendor) or None,
        "gen_ai.request.stream": record.stream,
        "gen_ai.response.model": record.response_model,
        "gen_ai.response.time_to_first_chunk": None if record.first_token_ms is None else record.first_token_ms / 1000,
        "gen_ai.conversation.id": record.metadata.get("webui_chat"),
        "error.type": class_of(record),
        "http.request.method": record.method,
        "url.path": record.path,
        "http.response.status_code": record.status,
        "tollhouse.log.id": record.id,
        "tollhouse.workspace": record.workspace,
        "tollhouse.provider": record.provider,
        "tollhouse.config": record.config,
        "tollhouse.cache.status": record.cache_status,
        "tollhouse.cost.usd": None if record.cost is None else record.cost / 1e9,
    }
    if usage is not None:
        found |= {
            "gen_ai.usage.input_tokens": usage.input_tokens,
            "gen_ai.usage.output_tokens": usage.output_tokens,
            "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens or None,
            "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens or None,
            "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens or None,
        }
    return found


def of_try(attempt: Attempt) -> Json:
    """The attributes of a try's span."""
    host = attempt.url.partition("://")[2].partition("/")[0]
    name, _, port = host.rpartition(":") if ":" in host and not host.endswith("]") else (host, "", "")
    failed = attempt.status is None or attempt.status >= 400
    return {
        "gen_ai.provider.name": provider_name(attempt.vendor) or None,
        "gen_ai.request.model": attempt.model or None,
        "server.address": name or None,
        "server.port": int(port) if port.isdigit() else None,
        "http.response.status_code": attempt.status,
        "error.type": (str(attempt.status or "_OTHER")) if failed else None,
        "tollhouse.provider": attempt.provider or None,
        "tollhouse.config.path": attempt.path,
    }


def status_of(message: str | None, *, is_error: bool) -> Json:
    """How a span ended; nothing is said of one that went well."""
    return {"status": {"code": ERROR, "message": (message or "")[:500]}} if is_error else {}


def trace_id(said: str) -> str:
    """A trace as OTLP wants it: its own where it is one, as UUIDs are; else one that follows from it."""
    plain = said.replace("-", "").lower()
    return plain if TRACE.fullmatch(plain) and plain.strip("0") else sha256(said.encode()).hexdigest()[:32]


def span_id(record: LogRecord) -> str:
    """The request's span: the client's own id for it where that is one."""
    own = (record.span_id or "").lower()
    return own if SPAN.fullmatch(own) and own.strip("0") else sha256(record.id.encode()).hexdigest()[:16]


def attributes(said: Json) -> list[Json]:
    """Attributes as OTLP writes them; what is None is left out."""
    return [{"key": key, "value": valued(value)} for key, value in said.items() if value is not None]


def valued(value: Any) -> Json:
    """One value."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [valued(each) for each in value]}}
    return {"stringValue": str(value)}


def metrics(meters: Meters, gauges: Iterable[Reading], began: float, now: float, version: str) -> bytes:
    """The body of `POST /v1/metrics`: sums since the start, and how things stand."""
    span = {"startTimeUnixNano": str(round(began * 1e9)), "timeUnixNano": str(round(now * 1e9))}
    found: dict[str, list[Json]] = {}
    for name, series in meters.counters.items():
        labels = (*INSTRUMENTS[name].labels, *meters.more_labels.get(name, ()))
        found[name] = [point(labels, values, span) | {"asDouble": number} for values, number in series.items()]
    for name, histograms in meters.histograms.items():
        labels = INSTRUMENTS[name].labels
        found[name] = [point(labels, values, span) | spread(name, each) for values, each in histograms.items()]
    for name, values, number in gauges:
        found.setdefault(name, []).append(point(INSTRUMENTS[name].labels, values, span) | {"asDouble": number})
    told = [metric(name, points) for name, points in found.items() if points]
    scoped = {"scope": {"name": "tollhouse", "version": version}, "metrics": told}
    return msgspec.json.encode({"resourceMetrics": [{"resource": resource(version), "scopeMetrics": [scoped]}]})


def point(names: Labels, values: Labels, span: Json) -> Json:
    """A series, without its number."""
    said = {OTEL_LABELS.get(name, f"tollhouse.{name}"): value for name, value in zip(names, values, strict=True)}
    return {"attributes": attributes(said)} | span


def spread(name: str, found: Histogram) -> Json:
    """A histogram's numbers."""
    return {
        "count": str(sum(found.counts)),
        "sum": found.total,
        "bucketCounts": [str(count) for count in found.counts],
        "explicitBounds": list(INSTRUMENTS[name].bounds),
    }


def metric(name: str, points: list[Json]) -> Json:
    """A metric with its points."""
    each = INSTRUMENTS[name]
    said: Json = {"name": each.otel, "description": each.says, "unit": each.unit}
    match each.kind:
        case "counter":
            return said | {"sum": {"dataPoints": points, "aggregationTemporality": CUMULATIVE, "isMonotonic": True}}
        case "histogram":
            return said | {"histogram": {"dataPoints": points, "aggregationTemporality": CUMULATIVE}}
    return said | {"gauge": {"dataPoints": points}}
