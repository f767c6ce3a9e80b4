"""A trace's tree as lines, each with its time as a bar. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len, set_cell_size

from console.text.figures import short_dollars, short_duration
from console.text.plain import plain_line
from console.text.timeline import bar, named, started
from console.text.wrapping import Line
from console.wire.logs import Attempt, LogSummary
from console.wire.traces import SpanAttempt, SpanLog, Trace

BAR, FIGURES = 24, 26
"""Cells for the bar, and for status, duration and cost before it."""


@dataclass(frozen=True, slots=True)
class Span:
    """One line of the tree."""

    depth: int
    name: str
    status: int | None
    start_ms: float
    length_ms: float
    cost: int | None
    tone: str
    log: LogSummary | None
    """The request that it opens; a try belongs to the one above it."""


def spans(trace: Trace) -> Iterator[Span]:
    """The tree from top to bottom."""
    for span in trace.children:
        yield from below(span, 0, trace.created_at)


def below(span: SpanLog, depth: int, origin: datetime | None) -> Iterator[Span]:
    """A request, its tries, and what is below it."""
    log = span.log
    start = (log.created_at - origin).total_seconds() * 1000 if log.created_at and origin else 0.0
    name = log.span_name or f"{log.request_url} {log.ai_model or ''}".strip()
    tone = "text" if log.is_success else "failed"
    yield Span(depth, name, log.response_status_code, start, log.response_time or 0.0, log.cost_nanodollars, tone, log)
    tries: list[Attempt] = [child for child in span.children if isinstance(child, SpanAttempt)]
    for attempt, began in started(tries):
        yield attempted(attempt, depth + 1, start + began, log)
    for child in span.children:
        if isinstance(child, SpanLog):
            yield from below(child, depth + 1, origin)


def attempted(attempt: Attempt, depth: int, start: float, log: LogSummary) -> Span:
    """A try."""
    tone = "refused" if attempt.error else "dim"
    name = named(attempt)
    return Span(depth, name, attempt.status, start, attempt.duration_ms or 0.0, attempt.cost, tone, log)


def span_line(span: Span, whole_ms: float, width: int) -> Line:
    """One line: the name as far as it fits, figures, and the bar."""
    room = max(8, width - BAR - FIGURES - 2)
    name = plain_line("  " * span.depth + span.name)
    name = set_cell_size(name, room - 1) + "…" if cell_len(name) > room else set_cell_size(name, room)
    sign = "!" if span.tone in ("failed", "refused") else " "
    cost = short_dollars(span.cost) if span.cost is not None else ""
    figures = f" {span.status or '–':>4}{sign} {short_duration(span.length_ms):>8} {cost:>9}  "
    return [(span.tone, name), (span.tone, figures), ("key", bar(span.start_ms, span.length_ms, whole_ms, BAR))]


def told(trace: Trace) -> str:
    """The trace in a sentence."""
    requests = f"{trace.requests} request{'s' * (trace.requests != 1)}"
    took, cost = short_duration(trace.duration_ms), short_dollars(trace.cost_nanodollars)
    return f"Trace {trace.trace_id}: {requests} in {took}, {cost}."
