"""`POST /v1/otel/v1/traces`: spans of applications, as OpenTelemetry sends them. Source: portkey.ai, opentelemetry."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.errors import BadRequest, TooLarge
from gateway.log.otlp.protobuf import from_protobuf, partial_success
from gateway.log.otlp.records import operation_of, record_from, wrong_with
from gateway.log.otlp.span import BadSpans, from_json
from gateway.moments import now_ms
from store.log.filter import LogFilter
from store.log.reading import page

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.log.otlp.span import Span
    from gateway.plant import Plant
    from store.records import LogRecord

PROTOBUF, JSON = "application/x-protobuf", "application/json"
YIELD_EVERY = 50
TRACES_AT_ONCE = 100
OWN_AT_MOST = 1_000


@dataclass
class SpansOperation(Operation):
    """What the API's description says of a route that reads its body by itself."""

    def __post_init__(self) -> None:
        """Either of the two kinds."""
        spans = Schema(type=OpenAPIType.OBJECT, description="ExportTraceServiceRequest of OTLP 1.x")
        packed = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="the same as protobuf")
        self.request_body = RequestBody(
            {JSON: OpenAPIMediaType(schema=spans), PROTOBUF: OpenAPIMediaType(schema=packed)}, required=True
        )


class OtelController(Controller):
    """OTLP over HTTP."""

    path = "/v1/otel/v1"
    tags = ("Logs",)

    @post(
        "/traces",
        guards=needs("logs.write"),
        status_code=200,
        summary="Take spans of OpenTelemetry",
        operation_class=SpansOperation,
    )
    async def traces(self, request: Request[Any, Any, State], plant: PlantHere) -> Response[bytes]:
        """Requests to models among the spans come into the log, priced; JSON or protobuf, also compressed by gzip.

        Spans of requests that came through this gateway are in the log already, and all other steps are no requests.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (PROTOBUF, JSON):
            raise BadRequest(
                f"`content-type` must be `{PROTOBUF}` or `{JSON}`, not `{kind[:60]}`.", param="content-type"
            )
        body = opened(await request.body(), request.headers.get("content-encoding", ""), plant.settings.max_body_mb)
        try:
            spans = list(from_protobuf(body) if kind == PROTOBUF else from_json(body))
        except BadSpans as error:
            raise BadRequest(f"The body is no trace of OTLP: {error}.") from error
        rejected, why = await taken(spans, caller_of(request), plant)
        if kind == PROTOBUF:
            return Response(partial_success(rejected, why), media_type=PROTOBUF)
        said = {"partialSuccess": {"rejectedSpans": str(rejected), "errorMessage": why}} if rejected else {}
        return Response(msgspec.json.encode(said), media_type=JSON)


def opened(body: bytes, encoding: str, most_mb: int) -> bytes:
    """A body as it was before it was compressed. Raises BadRequest and TooLarge."""
    if encoding.lower() in ("", "identity"):
        return body
    if encoding.lower() != "gzip":
        raise BadRequest(
            f"`content-encoding` must be `gzip` or nothing, not `{encoding[:40]}`.", param="content-encoding"
        )
    reading = zlib.decompressobj(wbits=31)
    try:
        found = reading.decompress(body, most_mb * 1_000_000)
    except zlib.error as error:
        raise BadRequest(f"The body is no gzip: {error}.") from error
    if reading.unconsumed_tail:
        raise TooLarge(f"The body has more than {most_mb} MB once it is opened.")
    return found


async def taken(spans: list[Span], caller: Caller, plant: Plant) -> tuple[int, str]:
    """Bring what asks models into the log; how many spans make no sense, and why."""
    now, why, rejected = now_ms(), "", 0
    asking = [(span, operation) for span in spans if (operation := operation_of(span)) is not None]
    passed = await passed_through([span for span, _ in asking], caller, plant)
    await plant.prices.ready.wait()
    records: list[LogRecord] = []
    for place, (span, operation) in enumerate(asking, 1):
        if problem := wrong_with(span, now):
            rejected, why = rejected + 1, problem
        elif (span.trace_id, span.span_id) not in passed:
            records.append(record_from(span, operation, caller, plant))
        if place % YIELD_EVERY == 0:
            await asyncio.sleep(0)
    plant.writer.add(*records)
    for record in records:
        plant.live.settled(record)
        plant.vitals.reported(record)
    return rejected, why


async def passed_through(spans: list[Span], caller: Caller, plant: Plant) -> set[tuple[str, str]]:
    """Spans whose request came to this gateway, which then has them as parents of its own; counted, they cost twice."""
    traces = sorted({span.trace_id for span in spans})
    await plant.writer.caught_up(1.0)
    found: set[tuple[str, str]] = set()
    for start in range(0, len(traces), TRACES_AT_ONCE):
        some = ",".join(traces[start : start + TRACES_AT_ONCE])
        narrowed = LogFilter(trace_id=some, workspace="" if caller.is_organisation else caller.workspace)
        async with plant.database.session() as session:
            records = await page(session, narrowed, limit=OWN_AT_MOST)
        found |= {(each.trace_id, each.parent_span_id) for each in records if each.parent_span_id}
        found |= {(each.trace_id, each.span_id) for each in records if each.span_id}
    return found
