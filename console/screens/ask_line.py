"""Asks for one line of text, where a form would be too much."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from console.widgets.line_input import LineInput


class AskLineScreen(ModalScreen[str | None]):
    """Gives what was typed, None if the operator thought better of it."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,ctrl+c", "dismiss(None)", "Cancel")]

    def __init__(self, title: str, hint: str, text: str) -> None:
        super().__init__()
        self.heading = title
        self.hint = hint
        self.text = text

    def compose(self) -> ComposeResult:
        """The question, the line, and what may stand there."""
        with Vertical(classes="dialog"):
            yield Label(self.heading, classes="title", markup=False)
            yield LineInput(self.text, compact=True, id="line")
            yield Label(self.hint, classes="hint", markup=False)

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value.strip())
