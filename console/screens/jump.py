"""One line that goes anywhere: the names of screens and commands, completed as one types."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from console.commands import Command, matching
from console.widgets.line_input import LineInput


class JumpScreen(ModalScreen[Command | None]):
    """Gives the command that was meant, None if it was left."""

    CSS_PATH = str(Path(__file__).with_name("jump.tcss"))
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,ctrl+c", "dismiss(None)", "Cancel"),
        ("down", "point(1)", "Next"),
        ("up", "point(-1)", "Previous"),
        ("tab", "complete", "Complete"),
    ]
    line = query_one(LineInput)
    choices = query_one(OptionList)

    def __init__(self, commands: Sequence[Command], keymap: Mapping[str, str]) -> None:
        super().__init__()
        self.commands = commands
        self.keymap = keymap
        self.found: list[Command] = []

    def compose(self) -> ComposeResult:
        """The line, and what it could mean below."""
        with Vertical(classes="dialog"):
            with Horizontal(id="line"):
                yield Label(":")
                yield LineInput(compact=True, placeholder="logs, keys, new key, theme ansi, quit …")
            yield OptionList()
            yield Label("Enter runs the marked one, Tab completes, Esc leaves", classes="hint")

    def on_mount(self) -> None:
        """Type at once; the list is only looked at."""
        self.choices.can_focus = False
        self.offer()
        self.line.focus()

    def on_key(self, event: events.Key) -> None:
        """What was typed before the line had the cursor belongs into it."""
        if self.focused is None and event.is_printable and event.character:
            self.line.insert_text_at_cursor(event.character)

    @on(Input.Changed)
    def offer(self) -> None:
        """What the line could mean, the likeliest marked."""
        self.found = matching(self.line.value, self.commands)
        self.choices.clear_options()
        self.choices.add_options(Option(told(command, self.keymap)) for command in self.found)
        self.choices.highlighted = 0 if self.found else None

    @on(Input.Submitted)
    def run_marked(self) -> None:
        """What is marked; a line that means nothing stays, to be mended."""
        if self.choices.highlighted is not None:
            self.dismiss(self.found[self.choices.highlighted])

    @on(OptionList.OptionSelected)
    def run_clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        self.dismiss(self.found[event.option_index])

    def action_point(self, by: int) -> None:
        """Mark the next, or the previous."""
        if self.found:
            self.choices.highlighted = ((self.choices.highlighted or 0) + by) % len(self.found)

    def action_complete(self) -> None:
        """Write out what is marked."""
        if self.choices.highlighted is not None:
            self.line.value = self.found[self.choices.highlighted].name
            self.line.cursor_position = len(self.line.value)


def told(command: Command, keymap: Mapping[str, str]) -> Content:
    """Name, what it does, and its key."""
    return Content.assemble(
        (f"{command.name:<17}", "bold"), f"{command.does:<42.42}", (f" {command.key(keymap)}", "$text-muted")
    )
