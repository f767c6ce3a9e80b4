"""`/v1/traces/{id}`: all requests of one trace, each with the tries it took."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, get
from litestar.datastructures import State
from litestar.params import FromPath

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.errors import NotFound
from gateway.log.patient import patiently
from gateway.log.wire import summary
from gateway.moments import instant
from store.ids import TraceId
from store.log.filter import LogFilter
from store.log.reading import page
from store.records import LogRecord

AT_MOST = 1000
"""Requests of a trace that are shown, the newest."""
Json = dict[str, Any]


class TracesController(Controller):
    """Requests that belong together."""

    path = "/v1/traces"
    tags = ("Logs",)

    @get("/{trace_id:str}", guards=needs("logs.view"), summary="Describe a trace")
    async def one(self, request: Request[None, None, State], plant: PlantHere, trace_id: FromPath[str]) -> Json:
        """A tree: the trace, its requests in the order in which they came, below each the tries at vendors."""
        caller = caller_of(request)
        workspace = "" if caller.is_organisation else caller.workspace
        narrowed = LogFilter(trace_id=TraceId(trace_id), workspace=workspace)
        await plant.writer.fresh()
        async with plant.database.session() as session, patiently(session):
            records = await page(session, narrowed, limit=AT_MOST)
        if not records:
            raise NotFound(f"There is no trace `{trace_id[:60]}`.")
        return tree(trace_id, records[::-1])


def tree(trace_id: str, records: list[LogRecord]) -> Json:
    """A trace, oldest request first."""
    ends = max(record.created_at_ms + record.total_ms for record in records)
    return {
        "object": "trace",
        "trace_id": trace_id,
        "created_at": instant(records[0].created_at_ms),
        "duration_ms": round(ends - records[0].created_at_ms, 3),
        "requests": len(records),
        "cost_nanodollars": sum(record.cost or 0 for record in records),
        "children": branches(records),
    }


def branches(records: list[LogRecord]) -> list[Json]:
    """Requests below the one that is their parent span; those whose parent is not there, or is below them, on top."""
    nodes = {record.id: branch(record) for record in records}
    by_span: dict[str | None, LogRecord] = {record.span_id: record for record in records if record.span_id}
    tops: list[Json] = []
    for record in records:
        parent = by_span.get(record.parent_span_id)
        is_below = parent is not None and not leads_back(record, by_span)
        (nodes[parent.id]["children"] if parent is not None and is_below else tops).append(nodes[record.id])
    return tops


def leads_back(record: LogRecord, by_span: Mapping[str | None, LogRecord]) -> bool:
    """Whether a request is its own ancestor, as clients may claim."""
    seen, above = {record.id}, by_span.get(record.parent_span_id)
    while above is not None:
        if above.id in seen:
            return True
        seen.add(above.id)
        above = by_span.get(above.parent_span_id)
    return False


def branch(record: LogRecord) -> Json:
    """A request, and its tries; requests below it follow."""
    return {
        "object": "log",
        "log": summary(record),
        "children": [{"object": "attempt", **tried(each)} for each in record.attempts],
    }


def tried(attempt: Any) -> Json:
    """A try, as the log has it."""
    return {name: getattr(attempt, name) for name in attempt.__struct_fields__}
