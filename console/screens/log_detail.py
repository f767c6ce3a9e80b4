"""One log: what happened in a sentence, then everything behind it."""

from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Footer, Static, Tab, Tabs

from console.backlog import Row
from console.client import GatewayClient, GatewayError, GatewayRefused
from console.keys_table import Place, bindings
from console.plain import plain
from console.record_text import PAGES
from console.story import sentence
from console.widgets.status_line import StatusLine
from console.wire import LogDetail

if TYPE_CHECKING:
    from console.app import TollhouseApp

LONGEST_PAGE = 60_000
"""Characters drawn; laying out more than that would make the keys lag. Copying takes all."""


class LogDetailScreen(Screen[None]):
    """A request, still under way or answered."""

    CSS_PATH = "log_detail.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("log",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("log")]
    sentence = query_one("#sentence", Static)
    tabs = query_one(Tabs)
    page = query_one("#page", Static)
    scroller = query_one(VerticalScroll)

    def __init__(self, gateway: GatewayClient, row: Row, zone: tzinfo | None) -> None:
        super().__init__()
        self.gateway = gateway
        self.row = row
        self.zone = zone
        self.log_detail: LogDetail | None = None

    def compose(self) -> ComposeResult:
        """The sentence, the tabs, the page."""
        yield StatusLine()
        yield Static(id="sentence", markup=False)
        yield Tabs(*(Tab(name, id=name.lower()) for name in PAGES))
        with VerticalScroll(can_focus=False):
            yield Static(id="page", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Say what is known already, then ask for the rest."""
        self.tabs.can_focus = False
        self.load()

    def load(self) -> None:
        """Show the row, and fetch its bodies once there are any."""
        if self.row.summary is None:
            self.sentence.update("Under way: the answer is still being made. This page fills in when it is there.")
        else:
            self.sentence.update(plain(sentence(self.row.summary)))
            self.page.update("…")
            self.fetch()

    @work(exclusive=True)
    async def fetch(self) -> None:
        """The whole record; one that was answered just now may not be written yet."""
        try:
            self.log_detail = await self.gateway.log(self.row.id)
        except GatewayError as error:
            unwritten = isinstance(error, GatewayRefused) and error.status == 404
            hint = " It may not be written yet: Esc, and Enter again." if unwritten else ""
            self.page.update(plain(f"{error}.{hint}"))
        else:
            self.show_page()

    @on(Tabs.TabActivated)
    def show_page(self) -> None:
        """Draw the page of the tab."""
        text = self.page_text()
        cut = f"\n\n… {len(text) - LONGEST_PAGE:,} more characters; `y` copies all" if len(text) > LONGEST_PAGE else ""
        self.page.update(Content(text[:LONGEST_PAGE] + cut))
        self.scroller.scroll_home(animate=False)

    def page_text(self) -> str:
        """What the tab shows, whole."""
        if self.log_detail is None:
            return ""
        names = {name.lower(): name for name in PAGES}
        return plain(PAGES[names[self.tabs.active or "story"]](self.log_detail, self.zone))

    def action_tab(self, by: int) -> None:
        """The tab beside this one."""
        names = [name.lower() for name in PAGES]
        self.tabs.active = names[(names.index(self.tabs.active) + by) % len(names)]

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.scroller.scroll_relative(y=by, animate=False)

    def action_scroll_page(self, by: int) -> None:
        """A screenful."""
        self.scroller.scroll_relative(y=by * max(1, self.scroller.size.height - 1), animate=False)

    def action_copy_tab(self) -> None:
        """What this tab shows, whole."""
        self.tollhouse.copy(self.page_text(), self.tabs.active)

    def action_copy(self) -> None:
        """Choose what to copy."""
        from console.screens.choose import ChooseScreen, copies_of

        choices = copies_of(self.row)
        if self.log_detail is not None:
            choices |= {name: page(self.log_detail, self.zone) for name, page in PAGES.items()}
        self.app.push_screen(ChooseScreen("Copy", choices), self.tollhouse.copy_choice)

    def action_back(self) -> None:
        """To the list."""
        self.dismiss()

    @property
    def tollhouse(self) -> "TollhouseApp":
        """The application, typed."""
        return cast("TollhouseApp", self.app)
