"""Help for a screen: the keys that work there, from the table the bindings are made of."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from console.keyboard import PLACES, Key, Place
from console.keys_table import keys_of
from console.text.plain import plain_line


class HelpScreen(ModalScreen[None]):
    """What each key does here and everywhere."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,ctrl+c", "dismiss", "Back"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
    ]
    scroller = query_one(VerticalScroll)

    def __init__(
        self, places: tuple[Place, ...], keymap: Mapping[str, str], why_not: Callable[[Place, str], str | None]
    ) -> None:
        super().__init__()
        self.places: tuple[Place, ...] = (*places, "everywhere")
        self.keymap = keymap
        self.why_not = why_not

    def compose(self) -> ComposeResult:
        """A heading and a line per key; arrows scroll."""
        with Vertical(classes="dialog"):
            yield Label("Help  (j k and arrows scroll, Esc closes)", classes="title")
            with VerticalScroll():
                yield Static(Content("\n").join(self.lines()))

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.scroller.scroll_relative(y=by, animate=False)

    def lines(self) -> list[Content]:
        """All of it."""
        lines: list[Content] = []
        for place in self.places:
            lines += [Content.styled(PLACES[place], "bold")]
            lines += [self.line(key.remapped(self.keymap)) for key in keys_of(place)]
            lines += [Content("")]
        return lines

    def line(self, key: Key) -> Content:
        """A key and what it does; or why it is not offered."""
        if (reason := self.why_not(key.place, key.action)) is not None:
            return Content.styled(f"  {key.shown:<13}{key.does}\n{'':<15}not here: {plain_line(reason)}", "$text-muted")
        return Content.assemble((f"  {key.shown:<13}", "$text-primary"), key.does)
