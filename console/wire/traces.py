"""A trace: requests that belong together, as a tree."""

from __future__ import annotations

from datetime import datetime

import msgspec

from console.wire.logs import Attempt, LogSummary


class SpanAttempt(Attempt, frozen=True, kw_only=True, tag_field="object", tag="attempt"):
    """A try at a vendor."""


class SpanLog(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="log"):
    """A request, its tries, and the requests below it."""

    log: LogSummary
    children: list[SpanLog | SpanAttempt] = []


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    trace_id: str
    created_at: datetime | None = None
    duration_ms: float = 0.0
    requests: int = 0
    cost_nanodollars: int = 0
    children: list[SpanLog] = []
