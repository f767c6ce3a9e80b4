"""One limit: what is happening in a sentence, and who uses it up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.widgets import Static

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.limits.spenders import Use, ask_uses
from console.limits.words import LEFT, SPENT, bar, cells, facts, figure, sentence, state
from console.screens.limits.acts import LimitActs
from console.screens.resource import Listing
from console.text.plain import plain
from console.widgets.columns import Column
from console.widgets.key_bar import KeyBar
from console.widgets.resource_table import ResourceTable, Rows
from console.widgets.status_line import StatusLine
from console.wire.limits import Limit

USES = Listing(
    "uses",
    "Who uses it",
    (
        Column("who", "who uses it", 28),
        Column("bar", "share", 10),
        Column("spent", "used", 9, right=True),
        Column("left", "left", 9, leaves=1, right=True),
        Column("requests", "requests", 9, right=True),
        Column("status", "status", 7, leaves=2),
    ),
    "Nobody has used any of it in this period.",
)


class LimitDetailScreen(LimitActs):
    """A limit, live, with what its groups, keys or models have used of it."""

    CSS_PATH = "detail.tcss"
    LISTINGS = (USES,)
    PLACES: ClassVar[tuple[Place, ...]] = ("limit", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("limit")]
    told = query_one("#told", Static)
    facts = query_one("#facts", Static)

    def __init__(self, gateway: GatewayClient, limit: Limit, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.shown = limit
        self.uses: list[Use] = []

    def compose(self) -> ComposeResult:
        """The sentence, the bar with its numbers, then who uses it."""
        yield StatusLine()
        with Vertical(id="limit"):
            yield Static(id="told", markup=False)
            yield Static(id="facts", markup=False)
        yield ResourceTable(USES.columns, id=f"{USES.name}-table")
        yield Static(id="note", markup=False)
        yield KeyBar("limit", "everywhere")

    @property
    def limit(self) -> Limit | None:
        """The one that is shown."""
        return self.shown

    async def ask(self) -> None:
        """How it stands, and who has used it."""
        await self.ask_state()
        self.uses = await ask_uses(self.gateway, self.shown, self.now())

    async def ask_state(self) -> None:
        """How it stands."""
        self.shown = await self.gateway.one(f"/v1/limits/{segment(self.shown.id)}", Limit)

    def rows(self, name: str) -> Rows:
        """A row for each that uses it, the largest first."""
        most = max((use.spent for use in self.uses), default=0) or 1
        return {use.who: use_row(use, self.shown, most) for use in self.uses} if name == USES.name else {}

    def show(self) -> None:
        """The limit, then who uses it."""
        self.show_limit()
        super().show()

    def show_limit(self) -> None:
        """How it stands."""
        self.told.update(plain(sentence(self.shown, self.zone)))
        self.facts.update(plain("\n".join(facts(self.shown))))

    def on_mount(self) -> None:
        """What is known already."""
        super().on_mount()
        self.show_limit()

    async def ask_again(self) -> None:
        """The limit alone: who uses it is summed up from the log, which takes its time."""
        await self.ask_state()

    def drawn(self) -> object:
        """The limit too."""
        return self.shown, super().drawn()

    def action_back(self) -> None:
        """To the list."""
        self.dismiss()

    def on_resource_table_opened(self, _: ResourceTable.Opened) -> None:
        """The requests behind it."""
        self.action_requests()


def use_row(use: Use, limit: Limit, most: float) -> tuple[str, ...]:
    """One that uses it: of a policy a group, which has the whole limit for itself."""
    if use.group is not None:
        group = use.group
        return (use.who, bar(group, 10), *(figure(n, limit.type) for n in (group.spent, group.left)), "", state(group))
    filled = cells(use.spent, most, 10)
    drawn = SPENT * filled + LEFT * (10 - filled)
    return (use.who, drawn, figure(use.spent, limit.type), "", f"{use.requests:,}", "")
