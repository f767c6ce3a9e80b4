"""Logs: every request as it happens, and the older ones on the way up."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import anyio
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from console.client import GatewayClient, TailEvent
from console.keyboard import Place
from console.keys_table import bindings
from console.logs.feed import Feed
from console.logs.follow import Broken, Connected, follow
from console.logs.query import Query, parse, problem_of
from console.logs.query_completion import known_in, offers
from console.logs.query_words import HINT
from console.logs.record_text import story_lines
from console.logs.story import begun, sentence
from console.pace import Pace
from console.screens.logs.acts import LogActs
from console.text.plain import plain_line
from console.widgets.detail_pane import WIDE, DetailPane
from console.widgets.filter_bar import FilterBar
from console.widgets.key_bar import KeyBar
from console.widgets.log_line import COLUMNS
from console.widgets.status_line import StatusLine
from console.widgets.tail_view import TailView
from console.wire.errors import GatewayError
from console.wire.logs import LogSummary

if TYPE_CHECKING:
    from console.screens.logs.detail import LogDetailScreen

CAPACITY = 5_000
"""Rows held, and events that wait while paused."""
PAGE = 200
STORIES_APART = 0.5
"""Seconds between two stories beside the list while it follows: nobody reads faster, and over SSH each costs."""


class LogsScreen(LogActs):
    """The live tail: paused, followed, narrowed, and each request opened."""

    CSS_PATH = "screen.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("logs", "lists")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("logs")]
    bar = query_one(FilterBar)
    where = query_one("#where", Static)
    story = query_one("#story", Static)

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__(gateway, zone, now)
        self.feed = Feed(CAPACITY)
        self.known: dict[str, list[str]] = {}
        """Values that the filter bar offers, by word."""
        self.detail: LogDetailScreen | None = None
        self.pace = Pace(self, self.paint)
        self.tell_pace = Pace(self, self.tell, STORIES_APART)

    def compose(self) -> ComposeResult:
        """Where one is, the tail, and the story of the row under the cursor."""
        yield StatusLine()
        yield Static(id="where", markup=False)
        with Container(classes="-beside"):
            yield TailView(self.feed.backlog, self.zone, id="tail")
            yield DetailPane()
        yield Static(id="story", markup=False)
        yield FilterBar(HINT, problem_of, self.offered)
        yield KeyBar("lists", "logs", "everywhere")

    def on_mount(self) -> None:
        """Narrowed, and with the columns, as it was left; draw first, then connect."""
        text, columns = self.recall().get("filter"), self.recall().get("columns")
        if isinstance(columns, list) and (shown := tuple(column.name for column in COLUMNS if column.name in columns)):
            self.tail.shown = shown
        if isinstance(text, str) and problem_of(text) is None:
            self.filter_text = text
            self.feed.narrow(parse(text)[0])
        self.tail.focus()
        self.show_where()
        self.call_after_refresh(self.listen)

    @work(exclusive=True, group="tail")
    async def listen(self) -> None:
        """Keep the live tail open for as long as the console runs."""
        await follow(partial(self.gateway.tail, self.feed.backlog.query.unseen()), self.take, anyio.sleep)

    def take(self, event: TailEvent | Connected | Broken) -> None:
        """One thing from the tail: it is drawn with the next painting, if it is news."""
        before = self.feed.live
        self.feed.take(event)
        if isinstance(event, Broken) and self.feed.live == before:
            return
        if isinstance(event, Connected):
            self.load_newest()
        elif isinstance(event, LogSummary) and self.detail is not None:
            self.detail.settled(event)
        if self.feed.live != before:
            self.tollhouse.watch_gateway()  # it went away or came back: the status line should know at once
        self.pace.soon()

    def paint(self) -> None:
        """Take what waits into the list, and draw it if anybody is looking."""
        if not self.feed.paused:
            self.feed.absorb()
        if self.is_current:
            if not self.feed.paused:
                self.tail.paint()
            self.show_where()

    @work(exclusive=True, group="load")
    async def load_newest(self) -> None:
        """The newest logs from the gateway's own list, merged with the live ones."""
        try:
            page = await self.gateway.logs(self.feed.backlog.query.filters(self.now()), limit=PAGE)
        except GatewayError as error:
            self.feed.problem = error.short
        else:
            was_narrowed = self.feed.is_sieved
            self.feed.merge(page)
            if not self.feed.paused or was_narrowed:  # who narrows a paused list wants to see what is found
                self.tail.paint()
        self.show_where()

    @on(TailView.OlderWanted)
    def load_older(self) -> None:
        """Go on where the list ends, if it does not end for good."""
        backlog = self.feed.backlog
        if backlog.cursor is None:
            self.tollhouse.say("These are the oldest logs there are.")
        elif backlog.is_full:
            self.tollhouse.say(
                f"{CAPACITY:,} rows is all the console holds; narrow the list with / to see further back."
            )
        else:
            self.load_page(backlog.cursor)

    @work(exclusive=True, group="older")
    async def load_page(self, cursor: str) -> None:
        """Older logs; pages that the filter empties are skipped, a few at a time."""
        backlog = self.feed.backlog
        for _ in range(5):
            try:
                page = await self.gateway.logs(backlog.query.filters(self.now()), limit=PAGE, cursor=cursor)
            except GatewayError as error:
                return self.tollhouse.say_failure(error)
            before = len(backlog)
            backlog.add_page(page.data)
            backlog.cursor = page.next_cursor
            if len(backlog) > before or page.next_cursor is None:
                break
            cursor = page.next_cursor
        return self.tail.paint()

    def action_pause(self) -> None:
        """Stop painting, count what waits; again to go on."""
        self.feed.paused = not self.feed.paused
        self.pace.now()

    def action_follow(self) -> None:
        """Stay on the newest row, or stay where one is."""
        self.tail.following = not self.tail.following
        self.feed.paused = False
        self.pace.now()

    def action_reload(self) -> None:
        """Ask again, and show it, paused or not."""
        self.feed.paused = False
        self.load_newest()

    def action_filter(self) -> None:
        """Open the filter bar."""
        self.known = known_in(self.feed.backlog.rows)
        self.learn()
        self.bar.ask(self.filter_text)

    def offered(self, line: str) -> list[str]:
        """What the word that is typed could become."""
        return offers(line, self.known)

    @work(exclusive=True, group="learn")
    async def learn(self) -> None:
        """Providers and keys that made no request lately are offered too, as far as this key may see them."""
        try:
            providers, keys = await self.gateway.providers(), await self.gateway.keys()
        except GatewayError:
            return
        self.known["provider"] = [*self.known["provider"], *(f"@{one.slug}" for one in providers)]
        self.known["key"] = [*self.known["key"], *(key.name for key in keys)]

    def action_clear_filter(self) -> None:
        """The marks back; where there are none, everything again."""
        if self.tail.marked:
            self.tail.unmark()
            self.show_where()
        elif self.filter_text:
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
        was_narrowed = self.feed.backlog.query.unseen()
        self.filter_text = text
        self.remember(filter=text)
        self.feed.narrow(query)
        if query.unseen() != was_narrowed:
            self.listen()
        self.tail.following = True
        self.tail.paint()
        self.load_newest()

    @on(TailView.Opened)
    def open_detail(self, message: TailView.Opened) -> None:
        """One request whole."""
        from console.screens.logs.detail import LogDetailScreen

        self.detail = LogDetailScreen(self.gateway, message.row, self.zone)
        self.app.push_screen(self.detail, self.closed_detail)

    def closed_detail(self, _: None) -> None:
        """Nobody looks at it any more."""
        self.detail = None

    def on_screen_resume(self) -> None:
        """Draw what came while another screen was in front."""
        self.pace.now()

    @on(TailView.Moved)
    def show_where(self) -> None:
        """What the list shows, whether it is live, and the story of the row under the cursor; both of fixed height."""
        marked = f"{len(self.tail.marked):,} marked (X exports them) ─ " if self.tail.marked else ""
        mood = marked + self.feed.mood(following=self.tail.following)
        for line, said in (
            (self.story, self.told()),
            (self.where, f"Logs  {self.filter_text or 'everything'}  ─ {mood}"),
        ):
            if line.content != (said := plain_line(said)):  # drawn again only where it says something else
                line.update(said, layout=False)
        if self.has_class(WIDE):
            self.tell_pace.soon()

    def tell(self) -> None:
        """The whole story of the row under the cursor beside the list, where there is room."""
        row = self.tail.cursor_row
        if row is None or row.summary is None:
            lines = [Content(plain_line(begun(row.started))) if row and row.started else Content("")]
        else:
            lines = [Content(plain_line(line)) for line in story_lines(row.summary, self.zone)]
        self.query_one(DetailPane).tell(lines)

    def on_resize(self, _: events.Resize) -> None:
        """More fits, or less."""
        self.call_after_refresh(self.show_where)

    def told(self) -> str:
        """The story of the row under the cursor, or why there is none."""
        row = self.tail.cursor_row
        if row is not None:
            return sentence(row.summary) if row.summary else "Under way: the answer is still being made."
        if not self.feed.asked:
            return "Nothing to show until the gateway answers." if self.feed.problem else "Asking the gateway…"
        if self.filter_text:
            return "No request matches this filter; Esc shows all."
        return f"No requests yet. Applications send theirs to {self.gateway.url}/v1 with a key from Keys (4)."
