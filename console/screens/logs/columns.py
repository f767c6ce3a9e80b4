"""Choose the columns of the log."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from console.keyboard import Place
from console.keys_table import bindings
from console.widgets.key_bar import KeyBar
from console.widgets.log_line import COLUMNS, USUAL


class ColumnsScreen(ModalScreen[tuple[str, ...] | None]):
    """Gives the names of the columns that are to be shown, None if they stay as they are."""

    PLACES: ClassVar[tuple[Place, ...]] = ("columns",)
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("columns"),
        ("j", "app.simulate_key('down')", "Down"),
        ("k", "app.simulate_key('up')", "Up"),
    ]
    choices = query_one(OptionList)

    def __init__(self, shown: tuple[str, ...]) -> None:
        super().__init__()
        self.shown = set(shown)

    def compose(self) -> ComposeResult:
        """A line each."""
        with Vertical(classes="dialog"):
            yield Label("Columns; a narrow terminal leaves some out", classes="title")
            yield OptionList(*(Option(self.line(column.name), id=column.name) for column in COLUMNS))
            yield KeyBar("columns")

    def on_mount(self) -> None:
        """Into the list."""
        self.choices.focus()
        self.choices.highlighted = 0

    def line(self, name: str) -> Content:
        """Whether it is shown, what it is called, what it says."""
        column = next(column for column in COLUMNS if column.name == name)
        return Content(f"{'[x]' if name in self.shown else '[ ]'} {name:<10} {column.title}")

    def action_show_or_hide(self) -> None:
        """Show the marked one, or hide it."""
        if (option := self.choices.highlighted_option) is not None and option.id is not None:
            self.shown ^= {option.id}
            self.choices.replace_option_prompt(option.id, self.line(option.id))

    def action_usual(self) -> None:
        """The usual ones."""
        self.shown = set(USUAL)
        for column in COLUMNS:
            self.choices.replace_option_prompt(column.name, self.line(column.name))

    @on(OptionList.OptionSelected)
    def action_select(self) -> None:
        """These; of none at all the usual ones."""
        self.dismiss(tuple(column.name for column in COLUMNS if column.name in self.shown) or USUAL)

    def action_close(self) -> None:
        """As they were."""
        self.dismiss(None)
