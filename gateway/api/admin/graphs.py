"""`/v1/analytics/graphs/…`: Portkey's graphs by table, those it lacks, and any metric by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from litestar import Controller, get
from litestar.params import FromPath
from msgspec.structs import replace

from gateway.api.admin.analytics import Asked, Query, answered, asked, merged, total
from gateway.api.admin.door import PlantHere, needs
from gateway.errors import NotFound
from gateway.log.patient import patiently
from gateway.moments import instant
from gateway.watching.metrics import METRICS, SHARES, forecast
from store.log.failures import failures_by_class
from store.rollups.rollups import USER
from store.rollups.sums import Sum, Sums

if TYPE_CHECKING:
    from gateway.plant import Plant

Json = dict[str, Any]
Special = Callable[["Plant", Asked], Awaitable[Json]]
SPREADS = {
    "latency": "latency",
    "time-to-first-token": "time_to_first_token",
    "tokens-per-second": "tokens_per_second",
    "overhead": "gateway_overhead",
    "vendor-latency": "vendor_latency",
}
PLAIN: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "requests": ({"total": "requests"}, {"total": "requests"}),
    "cost": ({"total": "cost", "avg": "cost_per_request"},) * 2,
    "tokens": ({"total": "tokens", "avg": "tokens_per_request"},) * 2,
    "errors": ({"total": "errors"},) * 2,
    "errors/rate": ({"rate": "error_rate"},) * 2,
    "errors/faults": (
        {name: f"errors_{name}" for name in ("caller", "policy", "provider", "gateway")},
        {name: f"error_rate_{name}" for name in ("caller", "policy", "provider", "gateway")},
    ),
    "cache/latency": ({}, {"avg": "cache_latency"}),
    "cache/savings": ({"total": "cache_savings"}, {"total": "cache_savings"}),
    "feedbacks": ({"total": "feedbacks"},) * 2,
    "feedbacks/weighted": ({"avg": "weighted_feedback"},) * 2,
    "burn-rate": ({"rate": "burn_rate"},) * 2,
    "images": ({"total": "images", "cost": "image_cost"},) * 2,
    "vendor-health": ({"rate": "vendor_health"},) * 2,
    **{
        path: (
            {f"p{share}": f"{name}_p{share}" for share in SHARES}
            | ({"avg": "latency_avg"} if path == "latency" else {}),
        )
        * 2
        for path, name in SPREADS.items()
    },
}
"""By path: fields of the summary and of each point, and the metrics they are."""


class GraphsController(Controller):
    """How numbers went over time."""

    path = "/v1/analytics/graphs"
    tags = ("Analytics",)

    @get("/{name:path}", guards=needs("analytics.view"), summary="Get a graph")
    async def graph(self, request: Query, plant: PlantHere, name: FromPath[str]) -> Json:
        """A summary of the period and a point for each minute, hour or day of it.

        Filters are those of `/v1/logs`; the period is the last day where none is said. `docs/metrics.md` names
        every metric; each is a graph of its own by its name, and `metrics` has all that its `metrics` names.
        """
        which = str(name).strip("/")
        question = asked(request, *(("metrics",) if which == "metrics" else ()))
        if which in SPECIAL:
            found = await SPECIAL[which](plant, question)
        else:
            found = await plain(plant, question, fields_of(which))
        return {**found, "object": "analytics-graph"}


def fields_of(which: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What a graph shows: that of the table, or a metric by itself. Raises NotFound."""
    if which in PLAIN:
        return PLAIN[which]
    if which in METRICS:
        return {"value": which}, {"value": which}
    raise NotFound(f"There is no graph `{which[:60]}`; these are: {', '.join([*PLAIN, *SPECIAL])}, and every metric.")


async def plain(plant: Plant, question: Asked, fields: tuple[Mapping[str, str], Mapping[str, str]]) -> Json:
    """A graph whose every field is a metric."""
    summary, point = fields
    with_times = any(METRICS[name].with_times for name in (*summary.values(), *point.values()))
    found = await answered(plant, question, with_times=with_times)
    period = question.period
    whole = valued(summary, total(found), period.until_ms - period.since_ms)
    return {"summary": whole, "data_points": points(question, found, lambda part: valued(point, part, period.grain))}


def valued(fields: Mapping[str, str], part: Sum, span_ms: int) -> Json:
    """Each field's metric."""
    return {field: METRICS[name].made(part, span_ms) for field, name in fields.items()}


def points(question: Asked, found: Sums, made: Callable[[Sum], Json]) -> list[Json]:
    """A point for each bucket, also where nothing happened."""
    empty = Sum()
    return [{"timestamp": instant(start), **made(found.get((start, ""), empty))} for start in question.period.starts()]


async def users(plant: Plant, question: Asked) -> Json:
    """Different users."""
    found = await answered(plant, question, USER)
    seen = {value for _, value in found}
    by_start: dict[int, int] = {}
    for start, _ in found:
        by_start[start] = by_start.get(start, 0) + 1
    told = [{"timestamp": instant(start), "total": by_start.get(start, 0)} for start in question.period.starts()]
    return {"summary": {"total": len(seen)}, "data_points": told}


async def users_requests(plant: Plant, question: Asked) -> Json:
    """Requests of a user on average."""
    found = await answered(plant, question, USER)
    unique, requests = len({value for _, value in found}), total(found).counts.get("n", 0)
    people: dict[int, list[int]] = {}
    for (start, _), part in found.items():
        people.setdefault(start, []).append(part.counts.get("n", 0))
    told = [{"timestamp": instant(start), "avg": mean(people.get(start, []))} for start in question.period.starts()]
    summary = {"total": requests, "unique": unique, "avg": requests / unique if unique else 0}
    return {"summary": summary, "data_points": told}


def mean(numbers: list[int]) -> float:
    """Their average; 0 of none."""
    return sum(numbers) / len(numbers) if numbers else 0


def labelled(part: Sum, prefix: str) -> list[tuple[int, int]]:
    """Counts of a kind by number, ascending."""
    return sorted((int(name[2:]), number) for name, number in part.counts.items() if number and name.startswith(prefix))


async def stacks(plant: Plant, question: Asked) -> Json:
    """Failures by status, over time."""
    found = await answered(plant, question)

    def made(part: Sum) -> Json:
        return {"stats": [{"response_status_code": code, "count": number} for code, number in labelled(part, "s:")]}

    return {"summary": {"total": total(found).counts.get("e", 0)}, "data_points": points(question, found, made)}


async def status_codes(plant: Plant, question: Asked) -> Json:
    """Failures by status."""
    whole = total(await answered(plant, question))
    codes = labelled(whole, "s:")
    return {
        "summary": {"total_errors": whole.counts.get("e", 0), "unique_error_codes": len(codes)},
        "data_points": [{"status_code": code, "count": number} for code, number in codes],
    }


async def error_classes(plant: Plant, question: Asked) -> Json:
    """Failures by class, and their share of all requests; read from the log itself, which has an index of failures."""
    whole = total(await answered(plant, question)).counts.get("n", 0)
    narrowed = replace(question.narrowed, since_ms=question.period.since_ms, until_ms=question.period.until_ms)
    async with plant.database.session() as session, patiently(session):
        counts = await failures_by_class(session, narrowed)
    told = [
        {"error_class": name, "count": number, "rate": number / whole * 100 if whole else None}
        for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    ]
    return {"summary": {"total": sum(counts.values()), "unique_classes": len(counts)}, "data_points": told}


async def rescued(plant: Plant, question: Asked) -> Json:
    """Successes that a retry or another target made."""
    found = await answered(plant, question)
    whole = total(found)

    def made(part: Sum) -> Json:
        retry = [{"retry_success_count": tries, "count": number} for tries, number in labelled(part, "r:")]
        return {"retry": retry, "fallback": part.counts.get("fall", 0)}

    summary = {"retry": sum(number for _, number in labelled(whole, "r:")), "fallback": whole.counts.get("fall", 0)}
    return {"summary": summary, "data_points": points(question, found, made)}


async def hit_rate(plant: Plant, question: Asked) -> Json:
    """Answers from the caches, and the money they saved up to each moment."""
    found = await answered(plant, question)
    fields = {"simple_hits": "simple_cache_hits", "semantic_hits": "semantic_cache_hits", "rate": "cache_hit_rate"}
    saved, told = Sum(), []
    for start in question.period.starts():
        part = found.get((start, ""), Sum())
        saved.add(part)
        so_far = {"cumulative_simple_cache_savings": "simple_cache_savings"}
        so_far["cumulative_semantic_cache_savings"] = "semantic_cache_savings"
        told.append({"timestamp": instant(start), **valued(fields, part, 0), **valued(so_far, saved, 0)})
    summary = valued({"total": "cache_hits", "rate": "cache_hit_rate"}, total(found), 0)
    return {"summary": summary, "data_points": told}


async def scores(plant: Plant, question: Asked) -> Json:
    """Feedback by value."""
    whole = total(await answered(plant, question))
    told = [{"score": score, "total": number} for score, number in labelled(whole, "v:")]
    return {"summary": {"total": whole.counts.get("fb", 0)}, "data_points": told}


async def feedback_by_model(plant: Plant, question: Asked) -> Json:
    """Feedback by model."""
    found = await answered(plant, question, "model")
    by_model: Sums = {}
    for (_, value), part in found.items():
        by_model.setdefault((0, value.rpartition("__")[2]), Sum()).add(part)
    fields = {"total": "feedbacks", "avg_weighted_feedback": "weighted_feedback"}
    told = [{"ai_model": model, **valued(fields, part, 0)} for (_, model), part in sorted(by_model.items(), key=str)]
    return {"summary": {}, "data_points": [point for point in told if point["total"]]}


async def forecasted(plant: Plant, question: Asked) -> Json:
    """What cost was, and what a period of the same length will cost."""
    found = merged(await answered(plant, question))
    costs = [METRICS["cost"].made(found.get((start, ""), Sum()), 0) or 0.0 for start in question.period.starts()]
    told = points(question, found, lambda part: valued({"total": "cost"}, part, 0))
    return {"summary": {"total": sum(costs), "forecast": forecast(costs)}, "data_points": told}


async def several(plant: Plant, question: Asked) -> Json:
    """The metrics that are asked for, or all of them, read once."""
    fields = {name: name for name in question.metrics or METRICS}
    return await plain(plant, question, (fields, fields))


SPECIAL: Mapping[str, Special] = {
    "metrics": several,
    "users": users,
    "users/requests": users_requests,
    "errors/stacks": stacks,
    "errors/status-codes": status_codes,
    "errors/classes": error_classes,
    "requests/rescued": rescued,
    "cache/hit-rate": hit_rate,
    "feedbacks/scores": scores,
    "feedbacks/ai-models": feedback_by_model,
    "forecast": forecasted,
}
"""Graphs that are more than a metric for each field."""
