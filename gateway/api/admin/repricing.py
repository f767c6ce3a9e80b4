"""`/v1/logs/reprice`: a wrong price was corrected, and what was reckoned with it is reckoned anew."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import PlantHere, caller_of, found, needs
from gateway.api.admin.export_shapes import Filters
from gateway.api.admin.exports import spelled
from gateway.errors import BadRequest, Conflict
from gateway.log.query import filter_of
from gateway.log.repricing import Difference, Report, begin, read_report
from gateway.moments import instant, now_ms
from gateway.plant import Plant
from store.ids import new_id
from store.log.repricings import RepricingRow, all_repricings, repricing_by_id

Here = Request[Any, Any, State]
SCOPE = "organisation_settings.update"
PATIENCE_SECONDS = 5.0
NANO = 1_000_000_000


class NewRepricing(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests, by the filters of `/v1/logs`; a period at least."""

    filters: Filters
    apply: bool = False
    """Whether costs are changed; otherwise it is only told what would."""
    budgets: bool = False
    """Whether what budgets have counted in their present period is corrected too."""


class DifferenceShown(msgspec.Struct, frozen=True, kw_only=True):
    """What some requests cost before and after, in dollars."""

    name: str
    requests: int
    before: float
    after: float
    difference: float


class Repricing(msgspec.Struct, frozen=True, kw_only=True):
    """One repricing, and what it came to so far."""

    id: str
    status: str
    """`in_progress`, `success`, `failed` or `stopped`."""
    is_applied: bool
    with_budgets: bool
    filters: dict[str, str]
    looked_at: int
    newly_priced: int
    still_unpriced: int
    total: DifferenceShown
    by_model: list[DifferenceShown]
    by_provider: list[DifferenceShown]
    by_api_key: list[DifferenceShown]
    budgets_difference: float
    created_by: str
    created_at: datetime | None
    last_updated_at: datetime | None
    error: str | None
    object: str = "repricing"


class RepricingList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, the newest first."""

    data: list[Repricing]
    total: int
    object: str = "list"


class RepricingController(Controller):
    """Costs reckoned anew."""

    path = "/v1/logs/reprice"
    tags = ("Logs",)

    @post(guards=needs(SCOPE), status_code=200, summary="Reckon costs anew")
    async def create(self, request: Here, plant: PlantHere, data: JSONBody[NewRepricing]) -> Repricing:
        """By the prices of now, from the stored usage: a report of the difference, and with `apply` the change.

        Costs, price and every sum change in one step, once for each request, however often it is interrupted. What
        takes longer than some seconds goes on in the background.
        """
        filters = spelled(data.filters)
        if "time_of_generation_min" not in filters:
            raise BadRequest("`filters.time_of_generation_min` is needed: say which period.", param="filters")
        caller = caller_of(request)
        filter_of(filters, caller, set())
        if data.budgets and not data.apply:
            raise BadRequest("`budgets` goes with `apply` only.", param="budgets")
        row = RepricingRow(
            id=new_id(),
            workspace="" if caller.is_organisation else caller.workspace,
            status="in_progress",
            filters=msgspec.json.encode(filters).decode(),
            is_applied=data.apply,
            with_budgets=data.budgets,
            until_ms=now_ms() + 1,
            created_by=caller.key_id,
            created_at_ms=now_ms(),
            updated_at_ms=now_ms(),
        )
        await plant.writer.caught_up(PATIENCE_SECONDS)
        async with plant.change() as session:
            session.add(row)
        await asyncio.wait([begin(plant, row.id)], timeout=PATIENCE_SECONDS)
        return await shown_now(plant, row.id)

    @get(guards=needs(SCOPE), summary="List repricings")
    async def index(self, request: Here, plant: PlantHere) -> RepricingList:
        """Every one, the newest first."""
        caller = caller_of(request)
        async with plant.database.session() as session:
            rows = await all_repricings(session, None if caller.is_organisation else caller.workspace)
        return RepricingList(data=[shown(row) for row in rows], total=len(rows))

    @get("/{repricing_id:str}", guards=needs(SCOPE), summary="Describe a repricing")
    async def one(self, plant: PlantHere, repricing_id: FromPath[str]) -> Repricing:
        """How far it is, and what it came to."""
        return await shown_now(plant, repricing_id)

    @post("/{repricing_id:str}/cancel", guards=needs(SCOPE), status_code=200, summary="Stop a repricing")
    async def cancel(self, plant: PlantHere, repricing_id: FromPath[str]) -> Repricing:
        """What was changed stays changed, and the report says what."""
        async with plant.change() as session:
            row = found(await repricing_by_id(session, repricing_id), "repricing", repricing_id[:60])
            if row.status != "in_progress":
                raise Conflict(f"Repricing `{repricing_id}` is not under way; it is `{row.status}`.")
            row.status = "stopped"
            session.add(row)
        return await shown_now(plant, repricing_id)


async def shown_now(plant: Plant, repricing_id: str) -> Repricing:
    """One, as it is now. Raises NotFound."""
    async with plant.database.session() as session:
        return shown(found(await repricing_by_id(session, repricing_id), "repricing", repricing_id[:60]))


def shown(row: RepricingRow) -> Repricing:
    """A row as the API tells it."""
    report: Report = read_report(row.report)
    return Repricing(
        id=row.id,
        status=row.status,
        is_applied=row.is_applied,
        with_budgets=row.with_budgets,
        filters=msgspec.json.decode(row.filters, type=dict[str, str]),
        looked_at=report.looked_at,
        newly_priced=report.newly_priced,
        still_unpriced=report.still_unpriced,
        total=named("total", report.total),
        by_model=largest(report.by_model),
        by_provider=largest(report.by_provider),
        by_api_key=largest(report.by_api_key),
        budgets_difference=report.budgets_nanodollars / NANO,
        created_by=row.created_by,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        error=row.error,
    )


def largest(group: dict[str, Difference]) -> list[DifferenceShown]:
    """The largest difference first."""
    rows = [named(name, each) for name, each in group.items()]
    return sorted(rows, key=lambda row: (-abs(row.difference), row.name))


def named(name: str, said: Difference) -> DifferenceShown:
    """A difference in dollars."""
    before, after = said.before / NANO, said.after / NANO
    return DifferenceShown(
        name=name, requests=said.requests, before=before, after=after, difference=(said.after - said.before) / NANO
    )
