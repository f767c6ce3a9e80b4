"""A period's costs reckoned anew from the stored usage: what would change, and on demand the change itself, once."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from sqlalchemy.exc import SQLAlchemyError

from gateway.domain import Caller
from gateway.errors import GatewayError
from gateway.limits.tallies import BudgetTally
from gateway.log.query import filter_of
from gateway.log.stored_bill import stored_bill
from gateway.moments import now_ms
from gateway.organisation.audit import by_itself
from store.ids import KeyId, LogId, Slug
from store.log.reading import page
from store.log.repricings import RepricingRow, change_bills, charge_more, is_summed_up, repricing_by_id, unfinished
from store.records import LogRecord
from store.writing import begin_writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant
    from store.log.filter import LogFilter

log = logging.getLogger("tollhouse.repricing")
RECORDS_AT_ONCE = 50
GROUPS_KEPT = 500
OTHERS = "…"
HITS = frozenset({"HIT", "SEMANTIC HIT"})
"""Answers from a cache cost nothing, whatever a price says."""
Changed = list[tuple[LogRecord, LogRecord]]


class Difference(msgspec.Struct, kw_only=True):
    """What some requests cost before and after, in nanodollars."""

    requests: int = 0
    """Whose cost changes."""
    before: int = 0
    after: int = 0

    def add(self, before: LogRecord, after: LogRecord) -> None:
        """One more."""
        self.requests += 1
        self.before += before.cost or 0
        self.after += after.cost or 0


class Report(msgspec.Struct, kw_only=True):
    """What a repricing came to so far."""

    looked_at: int = 0
    still_unpriced: int = 0
    """Requests with usage whose price nobody knows, now either."""
    newly_priced: int = 0
    total: Difference = msgspec.field(default_factory=Difference)
    by_model: dict[str, Difference] = msgspec.field(default_factory=dict)
    by_provider: dict[str, Difference] = msgspec.field(default_factory=dict)
    by_api_key: dict[str, Difference] = msgspec.field(default_factory=dict)
    budgets_nanodollars: int = 0
    """By how much what budgets have counted was corrected, added up over all of them."""

    def add(self, before: LogRecord, after: LogRecord) -> None:
        """A request whose cost changes."""
        self.newly_priced += before.unpriced and not after.unpriced
        self.total.add(before, after)
        groups = (
            (self.by_model, f"{after.vendor or ''}__{after.model or ''}"),
            (self.by_provider, after.provider or ""),
            (self.by_api_key, after.api_key_id or ""),
        )
        for group, name in groups:
            named = name if name in group or len(group) < GROUPS_KEPT else OTHERS
            group.setdefault(named, Difference()).add(before, after)


read_report = msgspec.json.Decoder(Report).decode


def begin(plant: Plant, repricing_id: str) -> asyncio.Task[None]:
    """Reckon in the background."""
    task = asyncio.create_task(reckon(plant, repricing_id))
    plant.errands.add(task)
    task.add_done_callback(plant.errands.discard)
    return task


async def go_on(plant: Plant) -> None:
    """Take up what an earlier run of the gateway left."""
    async with plant.database.session() as session:
        rows = await unfinished(session)
    for row in rows:
        begin(plant, row.id)


async def reckon(plant: Plant, repricing_id: str) -> None:
    """All of it, from where it is; one transaction for some requests and for how far it is."""
    await plant.prices.ready.wait()
    try:
        while await step(plant, repricing_id):
            pass  # each gives up its turn while it waits for the database
    except (SQLAlchemyError, GatewayError) as error:
        log.warning("repricing %s failed: %s", repricing_id, error)
        await end(plant, repricing_id, "failed", str(error)[:500])


async def step(plant: Plant, repricing_id: str) -> bool:
    """Some requests more; whether there may be others."""
    async with plant.changing, plant.database.session() as session:
        await begin_writing(session)
        row = await repricing_by_id(session, repricing_id)
        if row is None or row.status != "in_progress":
            return False
        cursor = LogId(row.cursor) if row.cursor else None
        records = await page(session, filter_in(row), limit=RECORDS_AT_ONCE, before=cursor)
        if row.is_applied and records and not await is_summed_up(session, [record.id for record in records]):
            records, is_early = [], True
        else:
            is_early = False
            report, changed = looked_at(read_report(row.report), records, plant)
            if row.is_applied:
                await change_bills(session, changed)
                corrected = await charge(session, plant, changed) if row.with_budgets else []
                report.budgets_nanodollars += sum(more for *_, more in corrected)
            row.report = msgspec.json.encode(report).decode()
            row.cursor = records[-1].id if records else row.cursor
            row.updated_at_ms = now_ms()
            session.add(row)
            await session.commit()
            if row.is_applied:
                for before, after in changed:
                    plant.vitals.repriced(before, after)
                tell_book(plant, corrected)
    if is_early:  # the log writer has not counted them yet
        await plant.writer.caught_up(1.0)
        await plant.pause(0.05)
        return True
    if len(records) == RECORDS_AT_ONCE:
        return True
    await end(plant, repricing_id, "success")
    return False


def looked_at(report: Report, records: Sequence[LogRecord], plant: Plant) -> tuple[Report, Changed]:
    """The report with these requests too, and those among them whose bill changes."""
    changed: Changed = []
    for record in records:
        report.looked_at += 1
        if record.usage is None or record.cache_status in HITS:
            continue
        bill = stored_bill(record, plant)
        report.still_unpriced += bill.unpriced
        if bill.rates is None and record.price is not None:
            continue  # its model, or its vendor, is not there any more: what it cost then stays
        after = replace(record, cost=bill.cost, unpriced=bill.unpriced, price=bill.rates, price_source=bill.source)
        if (after.cost, after.unpriced) != (record.cost, record.unpriced):
            report.add(record, after)
            changed.append((record, after))
    return report, changed


async def charge(session: AsyncSession, plant: Plant, changed: Changed) -> list[tuple[str, int, int]]:
    """Correct what budgets have counted in the periods that still run; (counter, start, by how much) of each."""
    more: dict[tuple[str, int], int] = {}
    for before, after in changed:
        for each in after.charges:
            tally = plant.limits.find(each.counter_id)
            is_now = isinstance(tally, BudgetTally) and tally.start_ms == each.period_start_ms
            if is_now and isinstance(tally, BudgetTally) and tally.limit.used == "cost":
                key = (each.counter_id, each.period_start_ms)
                more[key] = more.get(key, 0) + (after.cost or 0) - (before.cost or 0)
    for (counter, start), amount in more.items():
        await charge_more(session, counter, start, amount)
    return [(counter, start, amount) for (counter, start), amount in more.items()]


def tell_book(plant: Plant, corrected: Sequence[tuple[str, int, int]]) -> None:
    """The same in memory, once it stands in the database."""
    for counter, start, amount in corrected:
        tally = plant.limits.find(counter)
        if isinstance(tally, BudgetTally) and tally.start_ms == start:
            tally.spent = max(0, tally.spent + amount)


async def end(plant: Plant, repricing_id: str, status: str, error: str | None = None) -> None:
    """Write down how it ended, and into the audit log what it came to."""
    with by_itself("reprice"):
        async with plant.change() as session:
            row = await repricing_by_id(session, repricing_id)
            if row is not None and row.status == "in_progress":
                row.status, row.error, row.updated_at_ms = status, error, now_ms()
                session.add(row)


def filter_in(row: RepricingRow) -> LogFilter:
    """The requests that are meant. Raises BadRequest."""
    whose = Caller(KeyId(""), "", Slug(row.workspace), frozenset(), is_organisation=not row.workspace)
    found = filter_of(msgspec.json.decode(row.filters, type=dict[str, str]), whose, set())
    ends = [each for each in (found.until_ms, row.until_ms) if each is not None]
    return replace(found, until_ms=min(ends))
