"""`/v1/analytics/summary/…`: what a period came to, in one object."""

from __future__ import annotations

from typing import Any

from litestar import Controller, get

from gateway.api.admin.analytics import Query, answered, asked, total
from gateway.api.admin.door import PlantHere, needs
from gateway.api.admin.graphs import valued
from gateway.watching.metrics import METRICS

CACHE = {
    "hits": "cache_hits",
    "avg_latency": "cache_latency",
    "total_requests": "requests",
    "cache_speedup": "cache_speedup",
}


class SummaryController(Controller):
    """Whole periods."""

    path = "/v1/analytics/summary"
    tags = ("Analytics",)

    @get("/cache", guards=needs("analytics.view"), summary="Summarise the cache")
    async def cache(self, request: Query, plant: PlantHere) -> dict[str, Any]:
        """How often and how fast caches answered; filters are those of `/v1/logs`."""
        whole = total(await answered(plant, asked(request)))
        return {"summary": valued(CACHE, whole, 0), "object": "analytics-summary"}

    @get("/metrics", guards=needs("analytics.view"), summary="Summarise everything")
    async def metrics(self, request: Query, plant: PlantHere) -> dict[str, Any]:
        """Every metric of the period by its name; `docs/metrics.md` says what each is."""
        question = asked(request)
        whole = total(await answered(plant, question, with_times=True))
        span_ms = question.period.until_ms - question.period.since_ms
        return {"summary": valued({name: name for name in METRICS}, whole, span_ms), "object": "analytics-summary"}
