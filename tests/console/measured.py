"""What a gateway in memory has to tell of a stretch of time, in the shapes of the analytics API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.console.fake_answers import listing

Json = dict[str, Any]
COUNTED = ("requests", "errors", "cost", "tokens", "unpriced_requests")
"""Metrics that add up."""


@dataclass
class Measured:
    """`points` are the figures of each minute, the newest last; what they say nothing of is nothing."""

    points: list[Json] = field(default_factory=list)
    whole: Json = field(default_factory=dict)
    """Of the whole stretch, beside what adds up."""
    groups: dict[str, list[Json]] = field(default_factory=dict)
    """Rows by the last parts of their path."""

    def look(self, path: list[str], params: dict[str, str]) -> httpx.Response | None:
        """What a path shows; None where it is not about numbers that are known here."""
        match path:
            case ["analytics", "graphs", "metrics"]:
                return httpx.Response(200, json=self.graph(params))
            case ["analytics", "groups", *name] if self.groups or self.points or len(name) > 1:
                return listing(self.groups.get("/".join(name), []), params)
        return None

    def change(self, *_: object) -> Json | None:
        """What happened cannot be changed."""
        return None

    def graph(self, params: dict[str, str]) -> Json:
        """`/v1/analytics/graphs/metrics`: a point for each minute, also where nothing happened."""
        since, until = (datetime.fromisoformat(params[f"time_of_generation_{edge}"]) for edge in ("min", "max"))
        number = max(1, min(90, round((until - since).total_seconds() / 60)))
        names = params["metrics"].split(",")
        told = [*({} for _ in range(number - len(self.points))), *self.points[-number:]]
        points = [
            {"timestamp": (since + timedelta(minutes=place)).isoformat()} | {name: said(point, name) for name in names}
            for place, point in enumerate(told)
        ]
        sums: Json = {name: sum(point.get(name) or 0 for point in told) for name in COUNTED}
        summary = {name: self.whole.get(name, sums.get(name)) for name in names}
        return {"object": "analytics-graph", "summary": summary, "data_points": points}


def said(point: Json, name: str) -> float | None:
    """A metric of a point: a count is 0 where there was nothing, all else is unknown."""
    value: float | None = point.get(name, 0 if name in COUNTED or name.startswith("errors_") else None)
    return value


def group(name: str, value: str | int, requests: int, cents: float, **more: Any) -> Json:
    """A row of `/v1/analytics/groups/…` whose id stands in the field `name`."""
    usual: Json = {
        name: value,
        "requests": requests,
        "errors": 0,
        "cost": cents,
        "error_rate": 0.0,
        "vendor_health": 100.0,
        "latency_p95": 2_104.0,
        "time_to_first_token_p50": 310.0,
        "tokens": requests * 1_026,
        "object": "analytics-group",
    }
    return usual | more


def budget(limit_id: str, name: str, spent: float, limit: float, **more: Any) -> Json:
    """A budget as `/v1/limits` has it."""
    usual: Json = {
        "id": limit_id,
        "level": "workspace",
        "owner": name.lower(),
        "name": name,
        "group": "",
        "kind": "budget",
        "type": "cost",
        "period": "monthly",
        "mode": "hard",
        "limit": limit,
        "raised": 0,
        "raised_until": None,
        "spent": spent,
        "reserved": 0,
        "left": max(limit - spent, 0),
        "resets_at": "2026-12-01T00:00:00Z",
        "burn_rate": 0.5,
        "forecast": spent * 1.2,
        "runs_out_at": None,
        "refused": 0,
        "would_have_refused": 0,
    }
    return usual | more
