"""Show a new secret, once."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static

from console.keyboard import Place
from console.keys_table import bindings
from console.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from console.app import TollhouseApp

ONCE = "It is not shown again: the gateway keeps no copy of it, and neither does this console."


class SecretScreen(ModalScreen[None]):
    """The secret as text, for terminals that do not let a program reach the clipboard, and a key that copies it."""

    PLACES: ClassVar[tuple[Place, ...]] = ("secret",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("secret")]

    def __init__(self, title: str, secret: str, remark: str) -> None:
        super().__init__()
        self.heading = title
        self.secret = secret
        self.remark = remark

    def compose(self) -> ComposeResult:
        """The secret on a line of its own, so that a mouse can select it whole."""
        with Vertical(classes="dialog"):
            yield Label(self.heading, classes="title", markup=False)
            yield Static(self.secret, id="secret", markup=False)
            yield Static(f"\n{self.remark}", markup=False)
            yield Static(ONCE, classes="hint", markup=False)
            yield Label(id="copied", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Copy (c)", id="copy", variant="primary")
                yield Button("Done (Esc)", id="done")
            yield KeyBar("secret")

    def on_unmount(self) -> None:
        """Forget it, on the clipboard of this program too; the operator's own keeps what was sent there."""
        self.secret = ""
        cast("TollhouseApp", self.app).forget_copied()

    @on(Button.Pressed, "#copy")
    def action_copy(self) -> None:
        """Through the terminal (OSC 52), which reaches the operator's own machine over SSH too."""
        self.app.copy_to_clipboard(self.secret)
        self.query_one("#copied", Label).update("Sent to your terminal's clipboard. Not there? Select the line above.")

    @on(Button.Pressed, "#done")
    def action_close(self) -> None:
        """Close; it is not shown again."""
        self.dismiss()
