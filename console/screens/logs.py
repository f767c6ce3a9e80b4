"""Logs: every request as it happens, and the older ones on the way up."""

import time
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Footer, Static

from console.backlog import Backlog
from console.client import GatewayClient, GatewayError, TailEvent
from console.figures import short_count
from console.follow import Broken, Connected, follow
from console.inbox import Inbox
from console.keys_table import Place, bindings
from console.plain import plain_line
from console.query import Query, parse, problem_of
from console.story import sentence
from console.widgets.filter_bar import FilterBar
from console.widgets.status_line import StatusLine
from console.widgets.tail_view import TailView
from console.wire import Dropped, Started

if TYPE_CHECKING:
    from console.app import TollhouseApp
    from console.screens.log_detail import LogDetailScreen

CAPACITY = 5_000
"""Rows held, and events that wait while paused."""
PAGE = 200
SECONDS_BETWEEN_PAINTS = 1 / 15


class LogsScreen(Screen[None]):
    """The live tail: paused, followed, narrowed, and each request opened."""

    CSS_PATH = "logs.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("logs", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("logs")]
    tail = query_one("#tail", TailView)
    bar = query_one(FilterBar)
    where = query_one("#where", Static)
    story = query_one("#story", Static)

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None) -> None:
        super().__init__()
        self.gateway = gateway
        self.zone = zone
        self.backlog = Backlog(CAPACITY)
        self.inbox = Inbox(CAPACITY)
        self.paused = False
        self.missed = 0
        self.line = "connecting"
        self.filter_text = ""
        self.detail: LogDetailScreen | None = None
        self._painted_at = 0.0
        self._next_paint: Timer | None = None

    def compose(self) -> ComposeResult:
        """Where one is, the tail, and the story of the row under the cursor."""
        yield StatusLine()
        yield Static(id="where", markup=False)
        yield TailView(self.backlog, self.zone, id="tail")
        yield Static(id="story", markup=False)
        yield FilterBar("status:error provider:@slug model:gpt key:name words", problem_of)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Draw first, then connect."""
        self.tail.focus()
        self.show_where()
        self.call_after_refresh(self.listen)

    @work(exclusive=True, group="tail")
    async def listen(self) -> None:
        """Keep the live tail open for as long as the console runs."""
        await follow(self.gateway, self.take, anyio.sleep)

    def take(self, event: TailEvent | Connected | Broken) -> None:
        """One thing from the tail: news of the connection at once, requests with the next painting."""
        match event:
            case Connected():
                self.line = "live"
                self.load_newest()
            case Broken():
                self.line = f"not live: {event.reason}; again in {event.retry_seconds:g} s"
                self.backlog.lose_track()
                self.tail.paint()
            case Dropped():
                self.missed += event.missed
                self.backlog.lose_track()
            case _:
                self.inbox.put(event)
        self.paint_soon()

    def paint_soon(self) -> None:
        """Paint now, or when the last painting is a fifteenth of a second ago; no timer runs while nothing happens."""
        if self._next_paint is not None:
            return
        wait = self._painted_at + SECONDS_BETWEEN_PAINTS - time.monotonic()
        if wait <= 0:
            self.paint()
        else:
            self._next_paint = self.set_timer(wait, self.paint)

    def paint(self) -> None:
        """Take what waits into the list, and draw it if anybody is looking."""
        self._next_paint, self._painted_at = None, time.monotonic()
        if not self.paused:
            self.absorb()
            if self.is_current:
                self.tail.paint()
        if self.is_current:
            self.show_where()

    def absorb(self) -> None:
        """Empty the inbox into the backlog."""
        self.missed += self.inbox.dropped
        self.inbox.dropped = 0
        for event in self.inbox.take():
            if isinstance(event, Started):
                self.backlog.begin(event)
            elif not isinstance(event, Dropped):
                self.backlog.settle(event)
                if self.detail is not None and self.detail.row.id == event.id:
                    self.detail.load()

    @work(exclusive=True, group="load")
    async def load_newest(self) -> None:
        """The newest logs from the gateway's own list, merged with the live ones."""
        try:
            page = await self.gateway.logs(self.backlog.query.filters(), limit=PAGE)
        except GatewayError as error:
            self.line = str(error)
        else:
            self.backlog.add_page(page.data)
            self.backlog.cursor = page.next_cursor
        self.tail.paint()
        self.show_where()

    @on(TailView.OlderWanted)
    def load_older(self) -> None:
        """Go on where the list ends, if it does not end for good."""
        if self.backlog.cursor is None:
            self.say("These are the oldest logs there are.")
        elif self.backlog.is_full:
            self.say(f"{CAPACITY:,} rows is all the console holds; narrow the list with / to see further back.")
        else:
            self.load_page(self.backlog.cursor)

    @work(exclusive=True, group="older")
    async def load_page(self, cursor: str) -> None:
        """Older logs; pages that the filter empties are skipped, a few at a time."""
        for _ in range(5):
            try:
                page = await self.gateway.logs(self.backlog.query.filters(), limit=PAGE, cursor=cursor)
            except GatewayError as error:
                return self.say(str(error))
            before = len(self.backlog)
            self.backlog.add_page(page.data)
            self.backlog.cursor = page.next_cursor
            if len(self.backlog) > before or page.next_cursor is None:
                break
            cursor = page.next_cursor
        return self.tail.paint()

    def action_pause(self) -> None:
        """Stop painting, count what waits; again to go on."""
        self.paused = not self.paused
        self.paint()

    def action_follow(self) -> None:
        """Stay on the newest row, or stay where one is."""
        self.tail.following = not self.tail.following
        self.paused = False
        self.paint()

    def action_reload(self) -> None:
        """Ask again."""
        self.load_newest()

    def action_filter(self) -> None:
        """Open the filter bar."""
        self.bar.ask(self.filter_text)

    def action_clear_filter(self) -> None:
        """Everything again."""
        if self.filter_text:
            self.narrow("", Query())

    @on(FilterBar.Narrowed)
    def apply_filter(self, message: FilterBar.Narrowed) -> None:
        """Narrow what is here at once, and ask the gateway for more of the kind."""
        self.tail.focus()
        self.narrow(message.text, parse(message.text)[0])

    @on(FilterBar.Left)
    def leave_filter(self) -> None:
        """Back to the list, nothing changed."""
        self.tail.focus()

    def narrow(self, text: str, query: Query) -> None:
        """Show only what matches."""
        self.filter_text = text
        self.backlog.narrow(query)
        self.tail.following = True
        self.tail.paint()
        self.load_newest()

    @on(TailView.Opened)
    def open_detail(self, message: TailView.Opened) -> None:
        """One request whole."""
        from console.screens.log_detail import LogDetailScreen

        self.detail = LogDetailScreen(self.gateway, message.row, self.zone)
        self.app.push_screen(self.detail, self.closed_detail)

    def closed_detail(self, _: None) -> None:
        """Nobody looks at it any more."""
        self.detail = None

    def on_screen_resume(self) -> None:
        """Draw what came while another screen was in front."""
        self.paint()

    @on(TailView.Moved)
    def show_where(self) -> None:
        """What the list shows, whether it is live, and the story of the row under the cursor."""
        row = self.tail.cursor_row
        if row is not None and row.summary is not None:
            self.story.update(sentence(row.summary))
        else:
            self.story.update("Under way: the answer is still being made." if row else "No requests yet.")
        self.where.update(f"Logs  {plain_line(self.filter_text) or 'everything'}  ─ {self.mood()}")

    def mood(self) -> str:
        """How the tail is doing, in words."""
        words = [self.line] if self.line != "live" else []
        if self.paused:
            words.append(f"paused, {short_count(len(self.inbox))} waiting (Space goes on)")
        else:
            words.append("following" if self.tail.following else "staying (f follows)")
        if self.missed + self.inbox.dropped:
            words.append(f"{short_count(self.missed + self.inbox.dropped)} not shown, too many at once (r reloads)")
        return " ─ ".join([*words, f"{short_count(len(self.backlog))} rows"])

    def action_copy_id(self) -> None:
        """The log's id, which support and scripts ask for."""
        if (row := self.tail.cursor_row) is not None:
            self.tollhouse.copy(row.id, "log id")

    def action_copy(self) -> None:
        """Choose what to copy of this row."""
        from console.screens.choose import ChooseScreen, copies_of

        if (row := self.tail.cursor_row) is not None:
            self.app.push_screen(ChooseScreen("Copy", copies_of(row)), self.tollhouse.copy_choice)

    def say(self, message: str) -> None:
        """A short notice."""
        self.tollhouse.say(message)

    @property
    def tollhouse(self) -> "TollhouseApp":
        """The application, typed."""
        return cast("TollhouseApp", self.app)
