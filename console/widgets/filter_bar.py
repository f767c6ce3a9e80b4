"""One line to narrow a list with; what is wrong with it is said while it is typed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from console.query import Query, parse


class FilterBar(Widget):
    """Hidden until asked for; Enter narrows, Esc leaves."""

    DEFAULT_CSS = """
    FilterBar {
        height: 2; display: none; padding: 0 1;
        &.open { display: block; }
        Horizontal { height: 1; }
        #slash { width: 2; text-style: bold; }
        Input { height: 1; border: none; padding: 0; width: 1fr; }
        #problem { height: 1; color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel")]
    line = query_one(Input)
    problem = query_one("#problem", Label)

    class Narrowed(Message):
        """A filter to apply."""

        def __init__(self, text: str, query: Query) -> None:
            super().__init__()
            self.text = text
            self.query = query

    class Left(Message):
        """The operator thought better of it."""

    def compose(self) -> ComposeResult:
        """A slash, the line, and what is wrong with it."""
        with Horizontal():
            yield Label("/", id="slash")
            yield Input(placeholder="status:error provider:@slug model:gpt key:name words", id="filter")
        yield Label(id="problem", markup=False)

    def ask(self, text: str) -> None:
        """Open with the filter that is set."""
        self.add_class("open")
        self.line.value = text
        self.line.focus()

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Say what is wrong while it is typed."""
        self.problem.update(parse(event.value)[1] or "")

    @on(Input.Submitted)
    def apply(self, event: Input.Submitted) -> None:
        """Narrow, unless the line is wrong."""
        query, problem = parse(event.value)
        if problem is None:
            self.remove_class("open")
            self.post_message(self.Narrowed(event.value.strip(), query))

    def action_leave(self) -> None:
        """Away without a change."""
        self.remove_class("open")
        self.post_message(self.Left())
