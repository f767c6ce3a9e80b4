"""How the gateway is doing, for whoever asks: for the organisation from memory, for one workspace from its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.api.admin.alerts import standing
from gateway.api.admin.analytics import total
from gateway.api.health import health_of
from gateway.moments import now_ms
from gateway.watching.alerts import MainBudget
from gateway.watching.vitals import WINDOW_SECONDS, midnight
from store.log.filter import LogFilter, is_success
from store.log.reading import page
from store.rollups.sketches import Series, percentiles
from store.rollups.sums import Question, period_of, sums

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant
    from store.records import LogRecord

MOST_RECENT = 1_000
"""Requests of the last seconds that are looked at; of more the rate is of these."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Rates of the last ten seconds, and sums of today in the time zone of this machine."""

    requests_per_second: float
    tokens_per_second: float
    errors_per_second: float
    in_flight: int
    requests_today: int
    errors_today: int
    cost_today_nanodollars: int
    unpriced_today: int
    p95_ms: float | None


class Stats(Figures, frozen=True, kw_only=True):
    """With what is the gateway's own."""

    version: str
    uptime_seconds: float
    status: str
    reason: str | None
    alerts: int
    """How many `/v1/alerts` has."""
    budget: MainBudget | None


async def stats_for(plant: Plant, caller: Caller) -> Stats:
    """How it is doing, as far as it concerns a caller."""
    figures = of_everybody(plant) if caller.is_organisation else await of_workspace(plant, caller.workspace)
    found, stands = health_of(plant), await standing(plant, caller)
    return Stats(
        **msgspec.structs.asdict(figures),
        version=plant.version,
        uptime_seconds=plant.vitals.uptime_seconds(),
        status=found.status,
        reason=found.database.reason or found.writer.reason,
        alerts=len(stands.alerts),
        budget=stands.budget,
    )


def of_everybody(plant: Plant) -> Figures:
    """Of all workspaces."""
    vitals = plant.vitals
    (requests, tokens, errors), today = vitals.rates(), vitals.today()
    return Figures(
        requests_per_second=requests,
        tokens_per_second=tokens,
        errors_per_second=errors,
        in_flight=vitals.in_flight,
        requests_today=today.requests,
        errors_today=today.errors,
        cost_today_nanodollars=today.cost,
        unpriced_today=today.unpriced,
        p95_ms=vitals.p95_ms(),
    )


async def of_workspace(plant: Plant, workspace: str) -> Figures:
    """Of one; the 95th percentile is of all its requests of today."""
    now = now_ms()
    today = period_of(round(midnight(now / 1000).timestamp() * 1000), now + 1, now)
    recent = LogFilter(workspace=workspace, since_ms=now - WINDOW_SECONDS * 1000)
    await plant.writer.fresh()
    async with plant.database.session() as session:
        whole = total(await sums(session, Question(period=today, workspace=workspace)))
        latest = await page(session, recent, limit=MOST_RECENT)
    counts = whole.counts
    return Figures(
        requests_per_second=len(latest) / WINDOW_SECONDS,
        tokens_per_second=sum(map(tokens_of, latest)) / WINDOW_SECONDS,
        errors_per_second=sum(not is_success(each) for each in latest) / WINDOW_SECONDS,
        in_flight=plant.vitals.in_flight_of(workspace),
        requests_today=counts.get("n", 0),
        errors_today=counts.get("e", 0),
        cost_today_nanodollars=counts.get("cost", 0),
        unpriced_today=counts.get("free", 0),
        p95_ms=percentiles(whole.times, Series.TOTAL, [0.95])[0],
    )


def tokens_of(record: LogRecord) -> int:
    """Read and written."""
    return 0 if record.usage is None else record.usage.input_tokens + record.usage.output_tokens
