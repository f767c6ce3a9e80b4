"""One log: what happened in a sentence, then everything behind it."""

from datetime import tzinfo
from itertools import chain, repeat
from typing import TYPE_CHECKING, ClassVar, cast

import anyio
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static, Tab, Tabs

from console.client import GatewayClient
from console.keyboard import Place
from console.keys_table import bindings
from console.logs.backlog import Row
from console.logs.curl import curl_of_log
from console.logs.json_tree import JsonTree
from console.logs.record_lines import page_lines, tree_of
from console.logs.record_text import PAGES
from console.logs.story import begun, next_key, sentence
from console.text.plain import plain
from console.text.wrapping import wrapped
from console.widgets.key_bar import KeyBar
from console.widgets.page_tabs import PageTabs
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.logs import LogDetail, LogSummary

if TYPE_CHECKING:
    from console.app import TollhouseApp

PAUSES_SECONDS = (0.1, 0.3, 0.6, 1.0, 2.0, 4.0)
"""Between two looks for a record that is not there yet; the last one stays."""


class LogDetailScreen(Screen[None]):
    """A request, still under way or answered."""

    CSS_PATH = "detail.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("log",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("log")]
    sentence = query_one("#sentence", Static)
    tabs = query_one(PageTabs)
    page = query_one(TextView)

    def __init__(self, gateway: GatewayClient, row: Row, zone: tzinfo | None) -> None:
        super().__init__()
        self.gateway = gateway
        self.row = row
        self.zone = zone
        self.log_detail: LogDetail | None = None
        self.trees: dict[str, JsonTree | None] = {}
        """By tab; what was folded stays so."""

    @property
    def summary(self) -> LogSummary | None:
        """How the request ended, as soon as anybody said so."""
        return self.row.summary or (self.log_detail.metrics if self.log_detail is not None else None)

    def compose(self) -> ComposeResult:
        """The sentence, the tabs, the page."""
        yield StatusLine()
        yield Static(id="sentence", markup=False)
        yield PageTabs(*(Tab(name, id=name.lower()) for name in PAGES))
        yield TextView()
        yield KeyBar("log", "everywhere")

    def on_mount(self) -> None:
        """Say what is known already, then ask for the rest."""
        self.fetch()

    def settled(self, summary: LogSummary) -> None:
        """The tail says that a request was answered; if it is this one, its record is there in a moment."""
        if summary.id == self.row.id and self.is_running:
            self.row.summary = summary
            self.fetch()

    def show_sentence(self) -> None:
        """What happened, or that it is happening."""
        if self.summary is not None:
            self.sentence.update(plain(f"{sentence(self.summary)}{next_key(self.summary)}"))
        elif self.row.started is not None:
            self.sentence.update(plain(begun(self.row.started)))

    @work(exclusive=True)
    async def fetch(self) -> None:
        """Ask for the record until it is there: it is written a moment after the answer, which takes its time."""
        self.show_sentence()
        for tries, pause in enumerate(chain(PAUSES_SECONDS, repeat(PAUSES_SECONDS[-1]))):
            try:
                self.log_detail = await self.gateway.log(self.row.id)
            except GatewayError as error:
                self.page.show([[("dim", line)] for line in wrapped(plain(self.reason(error)), self.page.width)])
                if self.is_final(error, tries):
                    return
            else:
                self.trees = {name: tree_of(name, self.log_detail) for name in PAGES}
                self.show_sentence()
                return self.turn_page()
            await anyio.sleep(pause)

    def is_final(self, error: GatewayError, tries: int) -> bool:
        """Whether asking again is of no use: the gateway says no, or an answered request stays unwritten."""
        if not isinstance(error, GatewayRefused):
            return False
        return error.status != 404 or (self.summary is not None and tries > len(PAUSES_SECONDS))

    def reason(self, error: GatewayError) -> str:
        """Why there is no page yet."""
        if isinstance(error, GatewayRefused) and error.status == 404:
            return "" if self.summary is None else "The record is not written yet; this page fills in when it is."
        return str(error) if isinstance(error, GatewayRefused) else f"{error}. Trying again."

    @on(Tabs.TabActivated)
    def turn_page(self) -> None:
        """Another tab, from its beginning."""
        self.page.to_beginning()
        self.page.cursor = None if self.json is None else 0
        self.draw()

    @on(TextView.Resized)
    def draw(self) -> None:
        """The page as it is folded now; only the lines on screen are drawn, whatever its length."""
        if self.log_detail is None:
            return
        if self.json is not None:
            self.page.show(self.json.lines(self.page.width))
        else:
            self.page.show(page_lines(self.tab, self.log_detail, self.zone, self.page.width))

    @property
    def tab(self) -> str:
        """The page that is open."""
        return next((name for name in PAGES if name.lower() == self.tabs.active), "Story")

    @property
    def json(self) -> JsonTree | None:
        """The page's JSON, if it is any."""
        return self.trees.get(self.tab)

    def page_text(self) -> str:
        """What the tab shows, whole and unfolded."""
        return "" if self.log_detail is None else plain(PAGES[self.tab](self.log_detail, self.zone))

    @on(TextView.Clicked)
    def fold_clicked(self, event: TextView.Clicked) -> None:
        """By mouse."""
        if self.json is not None:
            self.page.put_cursor(event.place)
            self.action_fold()

    def action_fold(self) -> None:
        """Fold or unfold what the cursor is on."""
        if self.json is not None and self.page.cursor is not None:
            self.json.toggle(self.page.cursor)
            self.draw()
            self.page.put_cursor(self.page.cursor)

    def action_fold_all(self) -> None:
        """Fold everything below the top, or unfold everything."""
        if self.json is not None:
            self.json.toggle_all()
            self.draw()
            self.page.put_cursor(0)

    def action_trace(self) -> None:
        """The requests that belong to this one."""
        if trace := self.row.origin.trace_id if self.summary is not None else None:
            from console.screens.logs.trace import TraceScreen

            self.app.push_screen(TraceScreen(self.gateway, trace, self.zone))

    def action_replay(self) -> None:
        """Into the playground with the same messages, model and parameters."""
        from console.playground.sides import replayed

        if self.log_detail is None:
            self.tollhouse.say("There is nothing to replay yet.")
        elif (found := replayed(self.log_detail)) is None:
            self.tollhouse.say("This request is no chat; copy it as curl (c) to send it again.")
        else:
            self.tollhouse.replay(*found)

    def action_explain(self) -> None:
        """What the config that ruled it, or whichever rules this key, makes of the same request now."""
        from console.configs.explaining import sample_of
        from console.screens.configs.explain import ConfigExplainScreen

        if self.log_detail is None or (found := sample_of(self.log_detail)) is None:
            self.tollhouse.say("Its body is not there to be explained.")
        else:
            config, sample = found
            name = f"{config or 'what rules your key'} for log {self.row.id}"
            self.app.push_screen(ConfigExplainScreen(self.gateway, name, config, sample))

    def action_tab(self, by: int) -> None:
        """The tab beside this one."""
        names = [name.lower() for name in PAGES]
        self.tabs.active = names[(names.index(self.tabs.active) + by) % len(names)]

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.page.move(by)

    def action_scroll_page(self, by: int) -> None:
        """A screenful."""
        self.page.move_page(by)

    def action_scroll_to_top(self) -> None:
        """The beginning."""
        self.page.move(-len(self.page.lines))

    def action_scroll_to_end(self) -> None:
        """The end."""
        self.page.move(len(self.page.lines))

    def action_copy_tab(self) -> None:
        """What this tab shows, whole."""
        if self.log_detail is None:
            self.tollhouse.say("There is nothing to copy yet.")
        else:
            self.tollhouse.copy(self.page_text(), f"{self.tabs.active} page")

    @work(exclusive=True, group="limit")
    async def action_limit(self) -> None:
        """What refused it, to be raised there."""
        from console.screens.logs.to_limit import show_limit

        await show_limit(cast("TollhouseApp", self.app), self.summary)

    def action_copy(self) -> None:
        """Choose what to copy."""
        from console.screens.choose import ChooseScreen, copies_of

        choices = copies_of(self.row)
        if self.log_detail is not None:
            choices["curl"] = curl_of_log(self.log_detail, self.gateway.url)
            choices |= {name: page(self.log_detail, self.zone) for name, page in PAGES.items()}
        self.app.push_screen(ChooseScreen("Copy", choices), self.tollhouse.copy_choice)

    def action_back(self) -> None:
        """To the list."""
        self.dismiss()

    @property
    def tollhouse(self) -> "TollhouseApp":
        """The application, typed."""
        return cast("TollhouseApp", self.app)
