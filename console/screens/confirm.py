"""Ask before something goes for good, naming what goes."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from console.keyboard import Place
from console.text.plain import plain


class ConfirmScreen(ModalScreen[bool]):
    """True only when the operator said so; the cursor begins on Cancel."""

    PLACES: ClassVar[tuple[Place, ...]] = ("forms",)
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,ctrl+c", "dismiss(False)", "Cancel"),
        ("left,right,h,l", "app.focus_next", "Other"),
    ]

    def __init__(self, question: str, consequence: str, verb: str) -> None:
        super().__init__()
        self.question = question
        self.consequence = consequence
        self.verb = verb

    def compose(self) -> ComposeResult:
        """The question, what follows from yes, and the two answers."""
        with Vertical(classes="dialog"):
            yield Label(plain(self.question), classes="title", markup=False)
            yield Static(plain(self.consequence), markup=False)
            yield Static()
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no")
                yield Button(self.verb, id="yes", variant="error")

    def on_mount(self) -> None:
        """A stray Enter must do nothing."""
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Give it back."""
        self.dismiss(event.button.id == "yes")
