"""One page to be read: a heading, lines that scroll, and a key that copies them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from console.keyboard import Place
from console.keys_table import bindings
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from console.app import TollhouseApp


class PageScreen(Screen[None]):
    """What there is to say about one thing."""

    CSS_PATH = str(Path(__file__).with_name("page.tcss"))
    PLACES: ClassVar[tuple[Place, ...]] = ("page",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("page")]
    scroller = query_one(VerticalScroll)

    def __init__(self, title: str, lines: Sequence[Content]) -> None:
        super().__init__()
        self.heading = title
        self.lines = lines

    def compose(self) -> ComposeResult:
        """All of it."""
        yield StatusLine()
        yield Static(plain_line(self.heading), id="title", markup=False)
        with VerticalScroll(can_focus=False):  # or it would take the keys that scroll
            yield Static(Content("\n").join(self.lines), markup=False)
        yield KeyBar("page", "everywhere")

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.scroller.scroll_relative(y=by, animate=False)

    def action_scroll_page(self, by: int) -> None:
        """A page."""
        self.scroller.scroll_relative(y=by * max(1, self.scroller.size.height - 1), animate=False)

    def action_scroll_to_top(self) -> None:
        """The beginning."""
        self.scroller.scroll_home(animate=False)

    def action_scroll_to_end(self) -> None:
        """The end."""
        self.scroller.scroll_end(animate=False)

    def action_copy_page(self) -> None:
        """The whole text."""
        text = "\n".join(line.plain for line in self.lines)
        cast("TollhouseApp", self.app).copy(text, "page")

    def action_back(self) -> None:
        """To the list."""
        self.app.pop_screen()
