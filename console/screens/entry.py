"""One thing of a list as a page: what it is, what uses it, and what can be done about it as keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from console.screens.governed import GovernedScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.status_line import StatusLine


class EntryScreen(GovernedScreen):
    """Gives the act that is wanted, None to go back; whoever shows it does that, and comes back to it."""

    CSS_PATH = str(Path(__file__).with_name("page.tcss"))
    scroller = query_one(VerticalScroll)

    def __init__(self, title: str, lines: Sequence[Content], listing: str = "") -> None:
        super().__init__()
        self.heading = title
        self.lines = lines
        self._listing = listing

    @property
    def listing(self) -> str:
        """The list it is from."""
        return self._listing

    def compose(self) -> ComposeResult:
        """All of it."""
        yield StatusLine()
        yield Static(plain_line(self.heading), id="title", markup=False)
        with VerticalScroll(can_focus=False):  # or it would take the keys that scroll
            yield Static(Content("\n").join(self.lines), markup=False)
        yield KeyBar(self.PLACES[0], "everywhere")

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.scroller.scroll_relative(y=by, animate=False)

    def action_copy_page(self) -> None:
        """The whole text."""
        self.tollhouse.copy("\n".join(line.plain for line in self.lines), "page")

    def action_edit(self) -> None:
        """Its form."""
        self.dismiss("edit")

    def action_delete(self) -> None:
        """It goes, after asking."""
        self.dismiss("delete")

    def action_requests(self) -> None:
        """What went by it."""
        self.dismiss("requests")

    def action_limit(self) -> None:
        """A budget or a rate."""
        self.dismiss("limit")

    def action_back(self) -> None:
        """To the list."""
        self.dismiss(None)
