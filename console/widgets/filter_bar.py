"""One line to narrow a list with; what is wrong with it is said while it is typed."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Label

from console.logs.query_completion import completed
from console.text.plain import plain_line
from console.widgets.line_input import LineInput

USE = "Enter narrows the list, Esc leaves it as it was"


def anything(_: str) -> str | None:
    """Any text will do."""
    return None


def nothing(_: str) -> list[str]:
    """No word is completed."""
    return []


class FilterBar(Widget):
    """Hidden until asked for; Enter narrows, Esc leaves the list as it was."""

    DEFAULT_CSS = """
    FilterBar {
        height: 2; display: none; padding: 0 1;
        &.open { display: block; }
        Horizontal { height: 1; }
        #slash { width: 2; text-style: bold; }
        Input { width: 1fr; }
        #problem { height: 1; color: $text-muted; }
        #problem.problem { color: $text-error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel"), ("tab", "complete", "Complete")]
    line = query_one(LineInput)
    problem = query_one("#problem", Label)

    class Changed(Message):
        """The line says something else now, or, after Esc, what it said before."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Narrowed(Message):
        """A filter to apply."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The operator thought better of it."""

    def __init__(
        self,
        hint: str,
        check: Callable[[str], str | None] = anything,
        offers: Callable[[str], list[str]] = nothing,
    ) -> None:
        super().__init__()
        self.hint = hint
        self.find_problem = check
        self.find_offers = offers
        """What the last word of a line could become."""
        self.turn: tuple[str, list[str], int] | None = None
        """What was typed, what it could become, and which of these stands there since Tab was pressed."""
        self.before = ""

    def compose(self) -> ComposeResult:
        """A slash, the line, and what is wrong with it."""
        with Horizontal():
            yield Label("/", id="slash")
            yield LineInput(placeholder=self.hint, compact=True, id="filter")
        yield Label(id="problem", markup=False)

    def ask(self, text: str) -> None:
        """Open with the filter that is set."""
        self.before = text
        self.add_class("open")
        self.line.value = text
        self.screen.set_focus(self.line)  # at once: `focus` does it later, and keys that wait would go to the list

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Say what is wrong while it is typed."""
        event.stop()
        problem = self.find_problem(event.value)
        if self.turn is not None and event.value != completed(self.turn[0], self.turn[1][self.turn[2]]):
            self.turn = None
        found = self.find_offers(event.value) if self.turn is None else self.turn[1]
        self.problem.set_class(not found and problem is not None, "problem")
        self.problem.update(plain_line(f"Tab: {'  '.join(found)}" if found else problem or USE))
        if problem is None and self.has_class("open"):
            self.post_message(self.Changed(event.value.strip()))

    @on(Input.Submitted)
    def apply(self, event: Input.Submitted) -> None:
        """Narrow, unless the line is wrong."""
        event.stop()
        if problem := self.find_problem(event.value):
            self.problem.add_class("problem")
            self.problem.update(plain_line(problem))
        else:
            self.remove_class("open")
            self.post_message(self.Narrowed(event.value.strip()))

    def action_complete(self) -> None:
        """Write out what the last word could become; again for the next of these."""
        if self.turn is None:
            if found := self.find_offers(self.line.value):
                self.turn = (self.line.value, found, 0)
        else:
            typed, found, place = self.turn
            self.turn = (typed, found, (place + 1) % len(found))
        if self.turn is not None:
            self.line.value = completed(self.turn[0], self.turn[1][self.turn[2]])
            self.line.cursor_position = len(self.line.value)

    def action_leave(self) -> None:
        """Away, the filter as it was."""
        self.remove_class("open")
        self.post_message(self.Changed(self.before))
        self.post_message(self.Left())
