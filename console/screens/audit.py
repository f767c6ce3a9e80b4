"""Audit: who changed what, from where, and what it was before; and whether the log of it is whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from console.client import GatewayClient
from console.keyboard import Place
from console.keys_table import bindings
from console.organisation.audit_query import HINT, parse
from console.organisation.audit_text import page_of, subject_of, verdict_page
from console.screens.page import PageScreen
from console.screens.resource import Listing, ResourceScreen
from console.text.figures import NONE, second_time
from console.widgets.columns import Column
from console.widgets.filter_bar import FilterBar
from console.widgets.resource_table import ResourceTable, Rows
from console.wire.audit import AuditPage, AuditRecord, Verdict

AUDIT = Listing(
    "audit",
    "Audit",
    (
        Column("time", "time", 19),
        Column("who", "who", 14),
        Column("from", "from", 15, leaves=1),
        Column("action", "action", 8),
        Column("resource", "resource", 14),
        Column("subject", "which", 10),
        Column("outcome", "outcome", 7, leaves=2),
    ),
    "Nobody has changed anything.",
)
AT_ONCE = 100
"""Rows of a page; the API gives no more."""


class AuditScreen(ResourceScreen):
    """Every change, newest first; older ones as far as one asks for them."""

    LISTINGS = (AUDIT,)
    tells = True
    PLACES: ClassVar[tuple[Place, ...]] = ("audit", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("audit")]
    narrows_while_typed = False

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.records: dict[int, AuditRecord] = {}
        self.total = 0
        self.filter = ""

    def on_mount(self) -> None:
        """Narrowed as it was left."""
        noted = self.recall().get("filter")
        self.filter = noted if isinstance(noted, str) and parse(noted, self.now())[1] is None else ""
        super().on_mount()

    async def ask(self) -> None:
        """The newest, beside what is known already of the same filter."""
        await self.ask_page(0)

    async def ask_page(self, number: int) -> None:
        """One page; new rows at the top push others onto the next page, so they are kept by their number."""
        where = parse(self.filter, self.now())[0]
        paged = {"current_page": str(number), "page_size": str(AT_ONCE)}
        page = await self.gateway.one("/v1/audit-logs", AuditPage, **where, **paged)
        self.records |= {record.number: record for record in page.records}
        self.total = page.total

    def rows(self, name: str) -> Rows:
        """A row for each change."""
        newest = sorted(self.records.values(), key=lambda record: record.number, reverse=True)
        return {str(record.number): audit_row(record, self.zone) for record in newest if name == AUDIT.name}

    def remarks(self) -> Iterator[str]:
        """What it is narrowed to, and how much more there is."""
        yield from super().remarks()
        if self.filter:
            yield f"{self.total:,} found by `{self.filter}` (Esc shows all)"
        if len(self.records) < self.total:
            yield f"the newest {len(self.records):,} of {self.total:,} (m: older ones)"

    def about(self, row_id: str) -> Sequence[Content]:
        """Who, and what it changed from what to what."""
        return page_of(self.records[int(row_id)], self.zone)

    def filter_bar(self) -> FilterBar:
        """Filters of the gateway's, which looks in all rows."""
        return FilterBar(HINT, lambda text: parse(text, self.now())[1])

    def action_filter(self) -> None:
        """Open the filter bar with what is in force."""
        self.bar.ask(self.filter)

    def narrow(self, words: str) -> None:
        """Ask for what a filter finds."""
        self.filter, self.records, self.total = words.strip(), {}, 0
        self.remember(filter=self.filter)
        self.show()
        self.load()

    def action_older(self) -> None:
        """One page further back."""
        if len(self.records) < self.total:
            self.act(self.ask_older)

    async def ask_older(self) -> None:
        """The page after those that are here; rows that came meanwhile push known ones onto it, and then the next."""
        known, number = len(self.records), len(self.records) // AT_ONCE
        while len(self.records) == known and number * AT_ONCE < self.total:
            await self.ask_page(number)
            number += 1
        self.show()

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """What was changed, field by field."""
        if self.chosen is not None:
            record = self.records[int(self.chosen)]
            title = f"{record.actor_name}: {record.action} {record.resource_type} {subject_of(record)}"
            self.app.push_screen(PageScreen(title, page_of(record, self.zone)))

    def action_copy_id(self) -> None:
        """What the gateway called the request."""
        if self.chosen is not None:
            self.tollhouse.copy(self.records[int(self.chosen)].request_id, "request id")

    def action_verify(self) -> None:
        """Have the gateway look at the whole log."""
        self.tollhouse.say("Verifying every row…")
        self.act(self.verify)

    async def verify(self) -> None:
        """Prove it, from the last proven head of this gateway on; a row at fault gets the cursor."""
        known = self.recall().get("head")
        where = {"head": known} if isinstance(known, str) else {}
        verdict = await self.gateway.one("/v1/audit-logs/verify", Verdict, **where)
        if verdict.head is not None:
            self.remember(head=verdict.head)
        if verdict.row is not None:
            self.table(AUDIT.name).choose(str(verdict.row))
        self.app.push_screen(PageScreen("Is the audit log whole?", verdict_page(verdict, where.get("head"))))


def audit_row(record: AuditRecord, zone: tzinfo | None) -> tuple[str, ...]:
    """One change."""
    return (
        second_time(record.timestamp, zone),
        record.actor_name,
        record.client_ip or NONE,
        record.action,
        record.resource_type,
        subject_of(record),
        "refused" if record.response_status_code == 403 else "done",
    )
