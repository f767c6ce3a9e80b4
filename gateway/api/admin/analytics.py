"""What every analytics question has in common: which requests, in which period, and where the answer is read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
from litestar import Request
from litestar.datastructures import State
from msgspec.structs import replace

from gateway.api.admin.door import caller_of
from gateway.errors import BadRequest
from gateway.log.patient import patiently
from gateway.log.query import filter_of, once
from gateway.moments import now_ms
from gateway.watching.metrics import METRICS
from store.log.feedback import counts_by_log
from store.log.filter import LogFilter
from store.log.reading import page
from store.rollups.measures import CORE, Bag, core_of, extras_of, places_of, pour
from store.rollups.rollups import facets_of
from store.rollups.sums import WORKSPACE, Period, Question, Sum, Sums, period_of, sums

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant
    from store.records import LogRecord

Query = Request[None, None, State]
DAY_MS = 86_400_000
LONGEST_MS = 7_310 * DAY_MS
"""Of a period: twenty years, a point for each day."""
RECORDS_AT_ONCE = 500
UNKNOWN = {"prompt_slug"}
"""Parts of Portkey's query about what this version does not record; they narrow nothing."""
MEASURED = LogFilter()
"""Nothing but what rollups know."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An analytics question as it was understood."""

    period: Period
    narrowed: LogFilter
    metrics: tuple[str, ...] = ()
    """Those that are asked for by name."""

    def in_rollups(self, facet: str) -> bool:
        """Whether rollups can say it: they know one facet at a time, and nothing of single requests."""
        labels = self.narrowed.labels
        plain = replace(self.narrowed, workspace="", labels=(), since_ms=None, until_ms=None)
        return plain == MEASURED and len(labels) <= 1 and all(facet in ("", label.facet) for label in labels)


def asked(query: Query, *more: str) -> Asked:
    """The question in a query, `more` being what else it may say. Raises BadRequest."""
    said = {name: value for name, value in once(query.query_params.multi_items()).items() if value != ""}
    narrowed = filter_of(said, caller_of(query), {*UNKNOWN, *more})
    now = now_ms()
    until = now if narrowed.until_ms is None else narrowed.until_ms
    since = until - DAY_MS if narrowed.since_ms is None else narrowed.since_ms
    if since >= until:
        message = "`time_of_generation_min` must be before `time_of_generation_max`."
        raise BadRequest(message, param="time_of_generation_min")
    if until - since > LONGEST_MS or since < 0:
        message = "`time_of_generation_min` is too early: a period may have 20 years, and none begins before 1970."
        raise BadRequest(message, param="time_of_generation_min")
    return Asked(period=period_of(since, until, now), narrowed=narrowed, metrics=metrics_in(query))


def metrics_in(query: Query) -> tuple[str, ...]:
    """The metrics that are asked for, each once. Raises BadRequest."""
    said = (name.strip() for name in query.query_params.get("metrics", "").split(","))
    names = tuple(dict.fromkeys(name for name in said if name))
    for name in names:
        if name not in METRICS:
            raise BadRequest(f"`{name[:60]}` is no metric; docs/metrics.md names them all.", param="metrics")
    return names


async def answered(plant: Plant, question: Asked, facet: str = "", *, with_times: bool = False) -> Sums:
    """What the requests came to, by bucket and by the values of a facet. Raises TooMuch."""
    await plant.writer.fresh()
    async with plant.database.session() as session:
        if not question.in_rollups(facet):
            async with patiently(session):
                return await read(session, question, facet)
        labels = question.narrowed.labels
        by, values = (labels[0].facet, labels[0].values) if labels else (facet, None)
        workspace = question.narrowed.workspace or None
        wanted = Question(period=question.period, workspace=workspace, facet=by, values=values)
        found = await sums(session, wanted, with_times=with_times)
        return found if facet else merged(found)


def merged(found: Sums) -> Sums:
    """All values of a facet together."""
    whole: Sums = {}
    for (start, _), part in found.items():
        whole.setdefault((start, ""), Sum()).add(part)
    return whole


async def read(session: AsyncSession, question: Asked, facet: str) -> Sums:
    """The same from the log itself, record by record."""
    narrowed = replace(question.narrowed, since_ms=question.period.since_ms, until_ms=question.period.until_ms)
    found: Sums = {}
    before = None
    while records := await page(session, narrowed, limit=RECORDS_AT_ONCE, before=before):
        before, verdicts = records[-1].id, await counts_by_log(session, [record.id for record in records])
        for record in records:
            start = record.created_at_ms - record.created_at_ms % question.period.grain
            for value in values_of(record, facet):
                add(found.setdefault((start, value), Sum()), record, verdicts.get(record.id))
        await asyncio.sleep(0)
    return found


def values_of(record: LogRecord, facet: str) -> list[str]:
    """The value of a facet, if the record has one."""
    return [record.workspace] if facet == WORKSPACE else [value for name, value in facets_of(record) if name == facet]


def add(whole: Sum, record: LogRecord, verdicts: Bag | None = None) -> None:
    """One request more, with what people thought of it."""
    pour(verdicts or {}, whole.counts)
    pour(dict(zip(CORE, core_of(record), strict=True)), whole.counts)
    pour(extras_of(record), whole.counts)
    for place in places_of(record):
        whole.times[place] = whole.times.get(place, 0) + 1
    whole.last_ms = max(whole.last_ms, record.created_at_ms)


def total(found: Sums) -> Sum:
    """All of it."""
    whole = Sum()
    for part in found.values():
        whole.add(part)
    return whole
