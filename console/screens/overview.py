"""Overview: is all well, what does it cost, who uses it, what is going wrong; each row leads to what explains it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

import anyio
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static, Tab

from console.keyboard import Place
from console.keys_table import bindings
from console.overview.numbers import MEASURES, TABLE, numbers, plot, table
from console.overview.outlook import Outlook, Teams, look
from console.overview.ranges import QUIET_SECONDS, RANGES, USUAL, named
from console.overview.rows import COLUMNS, Way, rows_of, way_from
from console.screens.resource import RETRY_SECONDS, Listing, ResourceScreen
from console.text.plain import plain_line
from console.widgets.filter_bar import FilterBar
from console.widgets.key_bar import KeyBar
from console.widgets.numbers import Numbers
from console.widgets.page_tabs import PageTabs
from console.widgets.plot_view import PlotView
from console.widgets.resource_table import ResourceTable, Rows
from console.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from console.client import GatewayClient

TITLES = {
    "models": ("Models", "No requests in this time."),
    "keys": ("Keys", "No requests in this time."),
    "teams": ("Teams", "Nothing here in this time; b chooses what a team is: a workspace, a user, a metadata key."),
    "errors": ("Errors", "Nothing failed in this time."),
    "vendors": ("Vendors", "No vendor was asked in this time."),
    "budgets": ("Budgets", "No budgets yet: they are set on keys, workspaces, providers and by policies."),
    "alerts": ("Alerts", "Nothing needs care."),
}
SMALL, WIDE = (100, 30), (150, 48)
"""Columns and rows: below the first there is no room for plots, from the second on there is room for everything."""
GLANCE_SECONDS = 1.0
"""Between two looks at whether it is time to ask again; they cost nothing."""


class OverviewScreen(ResourceScreen):
    """Numbers, plots and lists of a stretch of time, asked for while somebody looks and something happens."""

    CSS_PATH = "overview.tcss"
    LISTINGS = tuple(Listing(name, title, COLUMNS[name], empty) for name, (title, empty) in TITLES.items())
    PLACES: ClassVar[tuple[Place, ...]] = ("overview", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("overview")]
    figures = query_one("#numbers", Numbers)
    over_time = query_one("#over-time-table", ResourceTable)

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.outlook = Outlook()
        self.range = USUAL
        self.teams = Teams()
        self.measure = 0
        """Which one is plotted where there is room for one plot."""
        self.view = "lists"
        """`lists`, `plots` or `table`: what a small terminal shows; a larger one shows plots with the lists."""
        self._texts: dict[str, Content] = {}
        self._asked_at = -QUIET_SECONDS
        self._asked_after = -1
        """How many requests there had been today when the gateway was asked last."""

    def compose(self) -> ComposeResult:
        """Where one is, the numbers, the plots, the lists, and a line about them."""
        noted = self.recall()
        self.range, self.teams = named(str(noted.get("range"))), Teams(str(noted.get("teams") or "workspace"))
        self.current = str(noted["tab"]) if noted.get("tab") in TITLES else self.current
        yield StatusLine()
        yield Static(id="where", markup=False)
        yield Numbers(id="numbers")
        yield Static(id="beginning", markup=False)
        with Container(id="plots"):
            for measure in MEASURES:
                yield PlotView(id=f"plot-{measure.name.replace(' ', '-')}")
        yield ResourceTable(TABLE, id="over-time-table")
        yield PageTabs(*(Tab(each.title, id=each.name) for each in self.LISTINGS), active=self.current)
        with Container(id="lists"):
            for listing in self.LISTINGS:
                yield OneOfMany(listing.columns, id=f"{listing.name}-table")
        yield Static(id="note", markup=False)
        yield FilterBar("words that a row contains")
        yield KeyBar("overview", "lists", "everywhere")

    def on_mount(self) -> None:
        """The numbers, still without values, then the first list."""
        self.lay_out()
        super().on_mount()
        self.show()

    def on_resize(self, _: events.Resize) -> None:
        """More fits, or less."""
        self.lay_out()
        self.turn_to(self.current)

    def lay_out(self) -> None:
        """Choose what is shown by how much room there is."""
        width, height = self.size
        is_wide = width >= WIDE[0] and height >= WIDE[1]
        is_small = not is_wide and (width < SMALL[0] or height < SMALL[1])
        for name, is_so in (("wide", is_wide), ("small", is_small), ("medium", not is_wide and not is_small)):
            self.set_class(is_so, name)
        for name in ("plots", "table"):
            self.set_class(self.view == name, name)
        for place, view in enumerate(self.query(PlotView)):
            view.display = is_wide or place == self.measure

    def turn_to(self, name: str) -> None:
        """Have the cursor in that list, which is the only one where there is little room."""
        super().turn_to(name)
        if self.has_class("wide"):
            for listing in self.LISTINGS:
                self.table(listing.name).display = True

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask now, then whenever there is news, for as long as somebody looks."""
        is_away, self._asked_at = True, -QUIET_SECONDS
        while self.is_current:
            if is_away or self.is_time():
                self._asked_at, self._asked_after = time.monotonic(), self.requests_so_far
                self.asking = True
                is_away = await self.ask_once()
            await anyio.sleep(RETRY_SECONDS if is_away else GLANCE_SECONDS)

    def is_time(self) -> bool:
        """Whether asking again would show something else: soon after a request, otherwise as old ones leave."""
        waited = time.monotonic() - self._asked_at
        has_news = self.requests_so_far != self._asked_after
        return waited >= QUIET_SECONDS or (has_news and waited >= self.range.pace_seconds)

    @property
    def requests_so_far(self) -> int:
        """Of today, by the status line."""
        stats = self.tollhouse.pulse.stats
        return stats.requests_today if stats else -1

    def on_screen_suspend(self) -> None:
        """Nobody looks: nothing is asked."""
        self.workers.cancel_group(self, "load")

    async def ask(self) -> None:
        """Everything about the stretch of time."""
        self.outlook = await look(self.gateway, self.range, self.teams, self.now())

    def rows(self, name: str) -> Rows:
        """What a list shows."""
        return rows_of(name, self.outlook, self.zone, self.now())

    def show(self) -> None:
        """Numbers, plots and lists as they are known now; each draws itself only where it has changed."""
        was_new = self.has_class("new")
        self.set_class(self.outlook.beginning is not None, "new")
        if was_new and self.outlook.beginning is None:
            self.call_after_refresh(self.turn_to, self.current)  # a list that was hidden has lost the cursor
        if self.outlook.beginning is not None:
            from console.screens.beginning import steps

            self.put("beginning", steps(self.outlook.beginning, self.gateway.url))
        self.figures.show(numbers(self.outlook))
        for measure, view in zip(MEASURES, self.query(PlotView), strict=True):
            view.show(plot(measure, self.outlook))
        self.over_time.show(table(self.outlook, self.zone))
        super().show()
        for listing in self.LISTINGS:
            self.frame(listing)
        self.show_where()

    def frame(self, listing: Listing) -> None:
        """What stands on the border of a list, where it has one."""
        shown = self.table(listing.name)
        is_empty = self.answered_at is not None and not shown.rows
        title, subtitle = self.counted(listing), listing.empty.partition(".")[0] if is_empty else ""
        if (str(shown.border_title or ""), shown.border_subtitle or "") != (title.plain, subtitle):
            shown.border_title, shown.border_subtitle = title, subtitle

    def put(self, place: str, text: Content) -> None:
        """A text where it belongs; the same again is not drawn again."""
        if self._texts.get(place) != text:
            self._texts[place] = text
            self.query_one(f"#{place}", Static).update(text)

    def show_where(self) -> None:
        """Which stretch of time, and what a team is."""
        self.put("where", Content(f"Overview  last {self.range.name}  ─ teams by {plain_line(self.teams.by)}"))

    def remarks(self) -> Iterator[str]:
        """Why a list is empty may be that this key may not see it."""
        refused = self.outlook.refused.get(self.current)
        yield from super().remarks() if refused is None or self.error is not None else [refused]

    @on(events.DescendantFocus)
    def turn_to_focused(self, event: events.DescendantFocus) -> None:
        """The list with the cursor is the current one, also after a click."""
        name = (event.widget.id or "").removesuffix("-table")
        if name in TITLES:
            self.current = name

    def action_tab(self, by: int) -> None:
        """The list beside this one."""
        names = list(TITLES)
        self.turn_to(names[(names.index(self.current) + by) % len(names)])

    def action_list(self, name: str) -> None:
        """A certain list."""
        self.view = "lists"
        self.lay_out()
        self.turn_to(name)

    def action_measure(self, by: int) -> None:
        """Plot another number; where plots are not shown, show them."""
        if self.has_class("small") and self.view != "plots":
            self.view = "plots"
        else:
            self.measure = (self.measure + by) % len(MEASURES)
        self.lay_out()

    def action_view(self) -> None:
        """Plots or the same as a table; on a small terminal lists, plots, table in turn."""
        order = ["lists", "plots", "table"] if self.has_class("small") else ["lists", "table"]
        place = order.index(self.view) if self.view in order else 0
        self.view = order[(place + 1) % len(order)]
        self.lay_out()
        (self.over_time if self.view == "table" else self.table(self.current)).focus()

    def action_range(self) -> None:
        """Choose the stretch of time."""
        from console.screens.choose import ChooseScreen

        choices = {each.name: f"the last {each.name}" for each in RANGES}
        self.app.push_screen(ChooseScreen("Time range", choices, self.range.name), self.choose_range)

    def choose_range(self, choice: tuple[str, str] | None) -> None:
        """Ask about that one; coming back from the dialog does it."""
        if choice is not None:
            self.range = named(choice[0])
            self.remember(range=self.range.name)
            self.show_where()

    def action_teams(self) -> None:
        """Say what a team is."""
        from console.screens.ask_line import AskLineScreen

        hint = "workspace, user, or a metadata key such as team"
        self.app.push_screen(AskLineScreen("A team is told by", hint, self.teams.by), self.choose_teams)

    def choose_teams(self, by: str | None) -> None:
        """Group by that; coming back from the dialog asks."""
        if by is not None:
            self.teams = Teams(by or "workspace")
            self.remember(teams=self.teams.by)
            self.turn_to("teams")

    @on(ResourceTable.Opened)
    async def follow_row(self) -> None:
        """To what explains the row."""
        if self.over_time.has_focus or (row_id := self.chosen) is None:
            return
        way = way_from(self.current, row_id, self.outlook, self.teams.by)
        if way is not None:
            await self.follow(way)

    async def follow(self, way: Way) -> None:
        """Go there, and have what was meant in sight."""
        if way.screen == "logs":
            return await self.tollhouse.show_logs(way.filter)
        await self.app.switch_mode(way.screen)
        self.tollhouse.pop_to_beginning()
        there = self.app.screen
        if isinstance(there, ResourceScreen):
            if way.screen == "catalog":
                there.turn_to("providers")
                there.load()
            there.table(there.current).choose(way.row)
        return None


class OneOfMany(ResourceTable):
    """A list among others: only that with the focus has a cursor."""

    @property
    def is_pointed(self) -> bool:
        """Whether the keys go here."""
        return self.has_focus

    def watch_has_focus(self, value: bool) -> None:
        """Draw the cursor, or take it away."""
        super().watch_has_focus(value)
        self.refresh()
