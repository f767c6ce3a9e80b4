"""`/v1/alerts`: what needs care at this moment, the worst first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import msgspec
from litestar import Controller, get

from gateway.api.admin.door import CurrentPage, PageSize, PlantHere, caller_of, needs, page_of
from gateway.api.admin.limits import Request_, seen_by
from gateway.domain import Caller
from gateway.limits.events import LimitEvent
from gateway.limits.rules import Applied
from gateway.limits.spelling import spelled
from gateway.limits.status import short_id
from gateway.limits.tallies import BudgetTally
from gateway.notifications.event import Event, moment, of_limit, of_vendor, of_writer
from gateway.plant import Plant
from gateway.watching.alerts import WORST_FIRST, Alert, MainBudget, Standing

AT_ONCE = 500
"""Limits that are looked at before others have their turn."""
DAY_MS = 86_400_000
SOON_MS = 7 * DAY_MS
"""Before an API key expires."""


class AlertList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Alert]
    object: str = "list"


class AlertsController(Controller):
    """What is not well."""

    path = "/v1/alerts"
    tags = ("Gateway",)

    @get(guards=needs("analytics.view", "policies.list"), summary="List alerts")
    async def index(
        self, request: Request_, plant: PlantHere, current_page: CurrentPage = 0, page_size: PageSize = 100
    ) -> AlertList:
        """Budgets past a threshold or exhausted, keys that end within a week, vendors that fail, a log not written."""
        found = (await standing(plant, caller_of(request))).alerts
        return AlertList(total=len(found), data=list(page_of(found, current_page, page_size)))


async def standing(plant: Plant, caller: Caller) -> Standing:
    """What stands, as far as a caller may know; some seconds old at most."""
    return await plant.standings.of(None if caller.is_organisation else caller.workspace, lambda: found(plant, caller))


async def found(plant: Plant, caller: Caller) -> Standing:
    """Everything, looked at now."""
    now_ms = round(plant.limits.clock() * 1000)
    alerts = [*of_gateway(plant, caller, now_ms), *of_keys(plant, caller, now_ms)]
    main: MainBudget | None = None
    async for applied, tally in budgets(plant, caller):
        if (event := near_its_end(tally)) is not None:
            place = {"level": tally.limit.level, "owner": tally.limit.owner, "limit_id": short_id(applied.counter)}
            alerts.append(alert(of_limit(event), **place))
        if is_main(applied) and (main is None or share(tally) > main.spent / main.limit):
            main = told(applied, tally)
    alerts.sort(key=lambda each: WORST_FIRST[each.kind])
    return Standing(tuple(alerts), main)


def alert(event: Event, **about: str) -> Alert:
    """The words of a notification."""
    return Alert(kind=event.kind, title=event.title, text=event.text, **about)


def of_gateway(plant: Plant, caller: Caller, now_ms: int) -> Iterator[Alert]:
    """Its log, and the vendors behind what a caller may use."""
    state = plant.writer.state()
    if state.reason is not None:
        yield alert(of_writer(state.reason, state.waiting, now_ms))
    theirs = plant.snapshot.catalog(caller).providers
    for each in plant.health.failing():
        if not caller.is_organisation and each.provider not in theirs:
            continue
        yield alert(of_vendor(each, now_ms), level="provider", owner=each.provider)


def of_keys(plant: Plant, caller: Caller, now_ms: int) -> Iterator[Alert]:
    """API keys that end soon; one with a new secret goes on although the old one ends."""
    ends: dict[str, Caller] = {}
    for each in plant.snapshot.callers.values():
        if caller.sees(each.workspace):
            known = ends.get(each.key_id)
            ends[each.key_id] = each if known is None else max(known, each, key=end_of)
    for key_id, each in ends.items():
        if now_ms < end_of(each) <= now_ms + SOON_MS:
            days = -(-(round(end_of(each)) - now_ms) // DAY_MS)
            title = f"API key `{each.name}` expires within {days} day{'' if days == 1 else 's'}"
            text = f"It is refused from {moment(round(end_of(each)))} on. Rotate it, or give it more time."
            yield Alert(kind="key_expiring", title=title, text=text, level="api_key", owner=key_id)


def end_of(caller: Caller) -> float:
    """When its secret ends."""
    return float("inf") if caller.expires_at_ms is None else caller.expires_at_ms


async def budgets(plant: Plant, caller: Caller) -> AsyncIterator[tuple[Applied, BudgetTally]]:
    """Those that have counted anything; others have their turn meanwhile, for there may be a hundred thousand."""
    counted = set(plant.limits.counters())
    for number, applied in enumerate(seen_by(caller, plant), 1):
        if applied.counter in counted or is_main(applied):
            tally = plant.limits.tally(applied)
            if isinstance(tally, BudgetTally):
                yield applied, tally
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)


def near_its_end(tally: BudgetTally) -> LimitEvent | None:
    """The last thing that was to be told of it in this period, if it has come so far."""
    limit = tally.limit
    passed = [threshold for threshold in limit.alerts if threshold <= tally.spent]
    if not (tally.spent and tally.is_exhausted) and not passed:
        return None
    return LimitEvent(
        kind="exhausted" if tally.is_exhausted else "threshold",
        counter=tally.applied.counter,
        name=limit.name,
        level=limit.level,
        owner=limit.owner,
        group=tally.applied.group,
        used=limit.used,
        spent=tally.spent,
        amount=tally.amount,
        threshold=limit.amount if tally.is_exhausted else max(passed),
        period_start_ms=tally.start_ms,
        resets_at_ms=None if limit.period.every == "never" else tally.ends_ms,
    )


def is_main(applied: Applied) -> bool:
    """Whether it is a budget of money for a workspace."""
    return applied.limit.used == "cost" and applied.limit.level == "workspace"


def share(tally: BudgetTally) -> float:
    """How much of it is spent."""
    return tally.spent / max(tally.amount, 1)


def told(applied: Applied, tally: BudgetTally) -> MainBudget | None:
    """It in dollars; one of nothing is none."""
    if tally.amount <= 0:
        return None
    spent, limit = spelled(tally.spent, "cost"), spelled(tally.amount, "cost")
    name = tally.limit.name or tally.limit.owner
    return MainBudget(name=name, limit_id=short_id(applied.counter), spent=spent, limit=limit)
