"""One line that goes anywhere: screens, commands, and whatever has a name, completed as one types."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from console.commands import Command
from console.jumping.kinds import LOG, Thing
from console.jumping.names import Names
from console.jumping.ranking import meant, search, together
from console.widgets.columns import Column, fit
from console.widgets.line_input import LineInput

NAME, KIND, ALSO = Column("name", "", 33), Column("kind", "", 11), Column("also", "", 23)
HINT = "Enter runs the marked one, Tab completes, Esc leaves"
IS_ID = re.compile(r"(?=.*\d)[\w-]{12,}")
"""What is offered as the id of a request where it is no name."""


class JumpScreen(ModalScreen[Command | Thing | None]):
    """Gives what was meant, None if it was left; `ask` completes `names`, and calls back whenever some came."""

    CSS_PATH = str(Path(__file__).with_name("jump.tcss"))
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,ctrl+c", "dismiss(None)", "Cancel"),
        ("down", "point(1)", "Next"),
        ("up", "point(-1)", "Previous"),
        ("tab", "complete", "Complete"),
    ]
    line = query_one(LineInput)
    choices = query_one(OptionList)

    def __init__(
        self,
        commands: Sequence[Command],
        keymap: Mapping[str, str],
        names: Names,
        ask: Callable[[Callable[[], None]], Awaitable[None]],
    ) -> None:
        super().__init__()
        self.commands = commands
        self.keymap = keymap
        self.names = names
        self.ask = ask
        self.things: list[Thing] = []
        self.found: list[Command | Thing] = []
        self.asking = True
        self.searching = False
        self.entered = False
        """Enter came before what was meant was there."""
        self.pointed = False
        """The operator has marked one: it stays marked when others come."""

    def compose(self) -> ComposeResult:
        """The line, and what it could mean below."""
        with Vertical(classes="dialog"):
            with Horizontal(id="line"):
                yield Label(":")
                yield LineInput(compact=True, placeholder="logs, new key, key web-app, gpt-4o, log ID, quit …")
            yield OptionList()
            yield Label(HINT, classes="hint", markup=False)

    def on_mount(self) -> None:
        """Type at once; the list is only looked at, and names come meanwhile."""
        self.choices.can_focus = False
        self.offer()
        self.line.focus()
        self.learn()

    def on_key(self, event: events.Key) -> None:
        """What was typed before the line had the cursor belongs into it."""
        if self.focused is None and event.is_printable and event.character:
            self.line.insert_text_at_cursor(event.character)

    @work(exclusive=True, group="learn")
    async def learn(self) -> None:
        """Ask for names, offering those that came as they come."""
        await self.ask(self.look_again)
        self.asking = False
        self.look()

    def look_again(self) -> None:
        """Some names came."""
        self.look()

    @on(Input.Changed)
    def offer(self) -> None:
        """What the line could mean, the likeliest marked: commands at once, things as they are found."""
        self.entered = self.pointed = False
        self.searching = True
        self.show()
        self.look()

    @work(exclusive=True, group="look")
    async def look(self) -> None:
        """Look through the names for what the line says."""
        line = meant(self.line.value)
        self.things = [] if line.is_empty else await search(self.names.things(line.kind), line.words)
        self.searching = False
        self.show()
        if self.entered and (self.found or not self.asking):
            self.run_marked()

    def show(self) -> None:
        """Commands, and those of the things found so far that the line could mean."""
        found, marked = self.meanings(), self.marked
        if found != self.found:
            self.found = found
            self.choices.clear_options()
            self.choices.add_options(Option(told(each, self.keymap)) for each in found)
        stays = self.pointed and marked is not None and marked in found
        self.choices.highlighted = found.index(marked) if stays and marked else 0 if found else None
        self.query_one(".hint", Label).update(self.hint())

    def meanings(self) -> list[Command | Thing]:
        """What the line could mean, the likeliest first; a word like an id is a request where it is nothing else."""
        line, typed = meant(self.line.value), self.line.value.strip()
        sees_logs = self.names.access.sees(LOG)
        if line.log_id:
            return [request(line.log_id)] if sees_logs else []
        found = together(line, self.commands, self.things)
        return found or ([request(typed)] if sees_logs and IS_ID.fullmatch(typed) else [])

    def hint(self) -> str:
        """What Enter does, and why there may be more than is shown."""
        if self.names.failure is not None:
            return f"{HINT} ─ names missing"
        return f"{HINT} ─ reading names…" if self.asking else HINT

    @property
    def marked(self) -> Command | Thing | None:
        """What Enter would run."""
        place = self.choices.highlighted
        return self.found[place] if place is not None and place < len(self.found) else None

    @on(Input.Submitted)
    def run_marked(self) -> None:
        """What is marked, once it is found; a line that means nothing stays, to be mended."""
        self.entered = self.searching or (self.asking and not self.found)
        if self.marked is not None and not self.entered:
            self.dismiss(self.marked)

    @on(OptionList.OptionSelected)
    def run_clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        self.dismiss(self.found[event.option_index])

    def action_point(self, by: int) -> None:
        """Mark the next, or the previous."""
        if self.found:
            self.pointed = True
            self.choices.highlighted = ((self.choices.highlighted or 0) + by) % len(self.found)

    def action_complete(self) -> None:
        """Write out what is marked."""
        if (marked := self.marked) is not None:
            name = f"{marked.kind} {marked.name}" if isinstance(marked, Thing) else marked.name
            self.line.value = name
            self.line.cursor_position = len(name)


def request(log_id: str) -> Thing:
    """What was asked once, or everything of one trace."""
    return Thing(LOG, log_id, log_id, "a request, or a trace")


def told(each: Command | Thing, keymap: Mapping[str, str]) -> Content:
    """Name, what it does, and its key; of a thing its kind, and what else it is called."""
    if isinstance(each, Command):
        name, does = f"{each.name:<17}", f"{each.does:<42.42}"
        return Content.assemble((name, "bold"), does, (f" {each.key(keymap)}", "$text-muted"))
    return Content.assemble(
        (f"{fit(each.name, NAME)} ", "bold"), fit(each.kind, KIND), (f" {fit(each.also, ALSO)}", "$text-muted")
    )
