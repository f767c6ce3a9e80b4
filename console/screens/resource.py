"""What Catalog and Keys have in common: lists that are loaded, narrowed, and kept while the gateway is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anyio
from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static, Tab, Tabs

from console.client import GatewayClient
from console.screens.governed import GovernedScreen
from console.text.figures import clock_time
from console.text.plain import plain_line
from console.widgets.columns import Column
from console.widgets.detail_pane import DetailPane
from console.widgets.filter_bar import FilterBar
from console.widgets.key_bar import KeyBar
from console.widgets.page_tabs import PageTabs
from console.widgets.resource_table import ResourceTable, Rows
from console.widgets.status_line import StatusLine
from console.wire.errors import GatewayError, GatewayUnreachable

if TYPE_CHECKING:
    from console.screens.form import FormScreen


RETRY_SECONDS = 1.0
"""Between two questions while the gateway is away."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of a screen: what it is called, its columns, and what to say when it is empty."""

    name: str
    title: str
    columns: Sequence[Column]
    empty: str
    has_marks: bool = False
    """Whether some of its rows can be marked, for an act on all of those."""


class ResourceScreen(GovernedScreen):
    """Lists of what the gateway holds, a tab each; a subclass asks for it and says what the rows are."""

    CSS_PATH = str(Path(__file__).with_name("resource.tcss"))
    LISTINGS: ClassVar[tuple[Listing, ...]]
    narrows_while_typed: ClassVar[bool] = True
    """False where the gateway must be asked for what a filter finds."""
    tells: ClassVar[bool] = False
    """Whether there is something to say about the row under the cursor: `about`."""
    note = query_one("#note", Static)
    bar = query_one(FilterBar)

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.gateway = gateway
        self.zone = zone
        self.now = now
        self.current = self.LISTINGS[0].name
        self.error: GatewayError | None = None
        self.asking = True
        self.answered_at: datetime | None = None
        self._said = ""
        """What the line about the list says; the same again is not drawn again."""
        self._sought: str | None = None
        """The row that is opened as soon as the list has it."""

    async def ask(self) -> None:
        """Get from the gateway what the current list shows. Raises GatewayError."""
        raise NotImplementedError

    def rows(self, name: str) -> Rows:
        """What a list shows of what is known."""
        raise NotImplementedError

    def about(self, row_id: str) -> Sequence[Content]:
        """What is known of a row of the current list, without asking anybody."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """A title, or tabs where there are several lists, the lists, and a line about them."""
        if (left_at := self.recall().get("tab")) in [listing.name for listing in self.LISTINGS]:
            self.current = left_at
        yield StatusLine()
        if len(self.LISTINGS) > 1:
            yield PageTabs(*(Tab(each.title, id=each.name) for each in self.LISTINGS), active=self.current)
        else:
            yield Static(self.LISTINGS[0].title, id="title")
        with Container(classes="-beside"):
            for listing in self.LISTINGS:
                yield ResourceTable(listing.columns, has_marks=listing.has_marks, id=f"{listing.name}-table")
            if self.tells:
                yield DetailPane()
        yield Static(id="note", markup=False)
        yield self.filter_bar()
        yield KeyBar("lists", *self.PLACES[:1], "everywhere")

    def on_mount(self) -> None:
        """Begin with the list, and the words, that one left."""
        noted = self.recall()
        for listing in self.LISTINGS:
            if isinstance(words := noted.get(f"words {listing.name}"), str):
                self.table(listing.name).narrow(words)
        self.turn_to(self.current)

    @property
    def listing(self) -> str:
        """The list that is shown."""
        return self.current

    def on_screen_resume(self) -> None:
        """Somebody looks again, perhaps after a change: see what there is now."""
        self.load()

    def look_again(self) -> None:
        """Say how old the list is while nobody answers, and be current once somebody does."""
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Ask, leaving what is shown where it is; while nobody answers, ask again for as long as somebody looks."""
        self.asking = True
        for pause in repeat(RETRY_SECONDS):
            if not (self.is_current and await self.ask_once()):
                break
            await anyio.sleep(pause)

    async def ask_once(self) -> bool:
        """Ask and show what came; true if nobody answered."""
        self.show_note()
        try:
            await self.ask()
        except GatewayError as error:
            self.error = error
        else:
            self.error, self.answered_at = None, self.now()
        self.asking = False
        self.show()
        self.arrive()
        return isinstance(self.error, GatewayUnreachable)

    def show(self) -> None:
        """Every list as it is known now."""
        for listing in self.LISTINGS:
            self.table(listing.name).show(self.rows(listing.name))
        for tab in self.query(Tab):
            label = self.counted(next(one for one in self.LISTINGS if one.name == tab.id))
            if tab.label_text != label.plain:
                tab.label = label
        for title in self.query("#title").results(Static):
            title.update(self.counted(self.LISTINGS[0]))
        self.show_note()

    def counted(self, listing: Listing) -> Content:
        """`Keys 5`."""
        count = len(self.table(listing.name).rows)
        return Content(f"{listing.title} {count:,}" if count else listing.title)

    def show_note(self) -> None:
        """What there is to say about the list, if anything."""
        said = plain_line(" ─ ".join(self.remarks()))
        if said != self._said:
            self._said = said
            self.note.update(said)
        self.note.set_class(self.error is not None, "problem")
        self.tell()

    @on(ResourceTable.Moved)
    def tell(self) -> None:
        """Say beside the list what the row under the cursor is."""
        row_id = self.chosen
        for pane in self.query(DetailPane):
            if pane.display:
                pane.tell(self.about(row_id) if row_id is not None else ())

    def on_resize(self, _: events.Resize) -> None:
        """More fits, or less."""
        self.call_after_refresh(self.tell)

    def remarks(self) -> Iterator[str]:
        """Why the list looks as it does."""
        table = self.table(self.current)
        listing = next(one for one in self.LISTINGS if one.name == self.current)
        if self.error is not None:
            yield str(self.error)
            if self.answered_at is not None:
                yield f"what you see is of {clock_time(self.answered_at, self.zone)[:8]}"
        elif self.asking and not table.rows:
            yield "Asking the gateway…"
        elif not table.rows:
            yield listing.empty
        yield from marks_said(table)
        if table.words:
            yield f"{table.held():,} of {len(table.rows):,} contain `{' '.join(table.words)}` (Esc shows all)"

    def table(self, name: str) -> ResourceTable:
        """The list of that name."""
        return self.query_one(f"#{name}-table", ResourceTable)

    @property
    def chosen(self) -> str | None:
        """The id of the row under the cursor."""
        return self.table(self.current).chosen

    def turn_to(self, name: str) -> None:
        """Show that list."""
        self.current = name
        self.remember(tab=name)
        for listing in self.LISTINGS:
            self.table(listing.name).display = listing.name == name
        self.table(name).focus()
        for tabs in self.query(Tabs):
            tabs.active = name
        for keys in self.query(KeyBar):
            keys.refresh()
        self.show_note()

    def reach(self, name: str, row_id: str) -> None:
        """Open a row of a list, at once if it is known, else when the gateway has been asked for it."""
        self._sought = row_id
        self.turn_to(name)
        if row_id in self.table(name).rows:
            self.arrive()
        else:
            self.load()

    def arrive(self) -> None:
        """Open the row that is sought; whoever has gone elsewhere meanwhile is left in peace."""
        row_id, self._sought = self._sought, None
        if row_id is None or not self.is_current:
            return
        table = self.table(self.current)
        if table.words and row_id not in table.shown:
            self.narrow("")
        table.choose(row_id)
        if table.chosen == row_id:
            table.action_open()
        elif self.error is None:
            self.tollhouse.say("It is not there any more.")

    @on(Tabs.TabActivated)
    def clicked_tab(self, event: Tabs.TabActivated) -> None:
        """By mouse or by key; of a tab that was left meanwhile, the news is old."""
        if event.tab.id is not None and event.tab.id == event.tabs.active != self.current:
            self.turn_to(event.tab.id)
            self.load()

    def action_reload(self) -> None:
        """Ask again."""
        self.load()

    def action_filter(self) -> None:
        """Open the filter bar."""
        self.bar.ask(" ".join(self.table(self.current).words))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark back."""
        self.table(self.current).mark()
        self.show_note()

    def action_clear_filter(self) -> None:
        """The marks back; where there are none, everything again."""
        if self.table(self.current).marked:
            self.table(self.current).unmark()
            self.show_note()
        else:
            self.narrow("")

    def filter_bar(self) -> FilterBar:
        """What narrows the list."""
        return FilterBar("words that a row contains")

    @on(FilterBar.Changed)
    def narrow_meanwhile(self, message: FilterBar.Changed) -> None:
        """While it is typed, where that costs nothing."""
        if self.narrows_while_typed:
            self.narrow(message.text)

    @on(FilterBar.Narrowed)
    def apply_filter(self, message: FilterBar.Narrowed) -> None:
        """Once it is written."""
        self.narrow(message.text)

    @on(FilterBar.Narrowed)
    @on(FilterBar.Left)
    def leave_filter(self) -> None:
        """Back to the list."""
        self.table(self.current).focus()

    def narrow(self, words: str) -> None:
        """Show only the rows that contain these words."""
        self.table(self.current).narrow(words)
        self.remember(**{f"words {self.current}": words})
        self.show_note()

    @work(exclusive=True, group="act")
    async def act(self, steps: Callable[[], Awaitable[None]]) -> None:
        """Do something in several steps; what the gateway refuses on the way is said."""
        try:
            await steps()
        except GatewayError as error:
            self.tollhouse.say_failure(error)

    async def fill_in(self, form: FormScreen) -> Any:
        """What a form gives; the list is read again when it closes, as always when one comes back to it."""
        return await self.app.push_screen_wait(form)

    async def agreed(self, question: str, consequence: str, verb: str) -> bool:
        """Whether the operator wants that, knowing what follows."""
        from console.screens.confirm import ConfirmScreen

        return await self.app.push_screen_wait(ConfirmScreen(question, consequence, verb))

    async def discard(self, question: str, consequence: str, path: str, verb: str = "Delete") -> None:
        """Ask, then delete what `path` names."""
        if await self.agreed(question, consequence, verb):
            await self.gateway.delete(path)
            self.load()

    def open_form(self) -> None:
        """Enter on a row: its form, for those who may change it."""
        if self.may("edit"):
            self.call_later(self.run_action, "edit")


def marks_said(table: ResourceTable) -> Iterator[str]:
    """How many rows are marked, also of those that the filter hides."""
    if table.marked:
        hidden = len(set(table.marked).difference(table.shown)) if table.words else 0
        unseen = f", {hidden:,} of them hidden by the filter" if hidden else ""
        yield f"{len(table.marked):,} marked{unseen} (Esc takes the marks back)"
