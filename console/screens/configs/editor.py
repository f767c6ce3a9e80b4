"""The editor of a config: checked, explained and drawn as a tree while one writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any, ClassVar

from textual import events, on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static, TextArea

from console.client import GatewayClient
from console.configs.drafts import Drafts
from console.configs.editing import Edited, Problem, checked, kept, read, save
from console.configs.outside import NoEditor, edited_outside, editor_of
from console.configs.words import fitted, tree
from console.keyboard import Place
from console.keys_table import bindings
from console.places import state_folder
from console.screens.completing import CompletingScreen
from console.screens.confirm import ConfirmScreen
from console.text.plain import plain, plain_line
from console.widgets.completions import Completions
from console.widgets.json_area import JsonArea
from console.widgets.key_bar import KeyBar
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.errors import GatewayError, GatewayRefused

Json = dict[str, Any]
QUIET_SECONDS = 0.3
"""How long nothing is typed before the gateway is asked."""
WIDE = 100
"""Columns from which on the tree stands beside the text."""
TOLD = 3
"""Problems that are told at once."""


class ConfigEditorScreen(CompletingScreen):
    """Text on the left, what it does on the right, what is wrong with it below."""

    CSS_PATH = "editor.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("config",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("config")]
    drawing = query_one("#tree", TextView)

    def __init__(
        self,
        gateway: GatewayClient,
        edited: Edited,
        zone: tzinfo | None,
        now: Callable[[], datetime],
        text: str | None = None,
    ) -> None:
        super().__init__(gateway)
        self.edited = edited
        self.zone = zone
        self.now = now
        self.first_text = edited.text if text is None else text
        self.config: Json = {}
        """As it was when it was JSON the last time."""
        self.problems: list[Problem] = []
        self.drafts = Drafts(state_folder(), gateway.url)
        self.quiet: Timer | None = None

    def compose(self) -> ComposeResult:
        """Title, text and tree, problems, help for the field at the cursor."""
        yield StatusLine()
        yield Static(id="title", markup=False)
        with Horizontal(id="panes"):
            yield JsonArea(self.first_text, id="text")
            yield TextView(id="tree")
        yield Static(id="problems", markup=False)
        yield Static(id="field", markup=False)
        yield KeyBar("config")
        yield Completions()

    def on_mount(self) -> None:
        """Look at it at once, and learn what may be offered."""
        self.area.focus()
        self.learn()
        self.check()

    def look_again(self) -> None:
        """What could not be checked while nobody answered is checked."""
        self.check()

    def on_resize(self, event: events.Resize) -> None:
        """One pane or two."""
        self.set_class(event.size.width < WIDE, "narrow")

    @property
    def is_changed(self) -> bool:
        """Whether leaving would lose something."""
        return self.area.text != self.edited.text

    @on(TextArea.Changed)
    def typed(self) -> None:
        """Wait for a pause before the gateway is asked; a list of completions follows what is typed."""
        if self.quiet is not None:
            self.quiet.stop()
        self.quiet = self.set_timer(QUIET_SECONDS, self.check)
        if self.popup.display:
            self.action_complete()

    @work(exclusive=True, group="check")
    async def check(self) -> None:
        """What is wrong with what stands there now, and what it does."""
        text = self.area.text
        found = read(text)
        if isinstance(found, Problem):
            self.show_checked([found])
        else:
            self.config = found
            self.draw()
            try:
                self.show_checked(await checked(self.gateway, self.edited, found, self.area.pieces))
            except GatewayError as error:
                self.show_checked([Problem(f"not checked: {error}", is_odd=True)])
        if text != self.edited.text:
            self.drafts.keep(self.edited.draft(text))

    def show_checked(self, problems: list[Problem]) -> None:
        """Under the text, in the text, and in the tree."""
        self.problems = problems
        wrong = [one for one in problems if not one.is_odd]
        self.area.mark([one.index for one in wrong])
        lines = [f"{'!' if one.is_odd else '✖'} {plain_line(one.message)}" for one in problems[:TOLD]]
        label = self.query_one("#problems", Static)
        label.update("\n".join(lines) or "✔ can be saved")
        label.set_class(bool(wrong), "problem")
        self.draw()
        self.show_title()

    def draw(self) -> None:
        """The routing, as far as it could be read; what is wrong with it is marked there too."""
        faults = {one.path: one.message.partition(": ")[2] or one.message for one in self.problems if one.path}
        faults |= {one.path: one.message for one in self.problems if one.path == ()}
        lines = tree(self.config, faults)
        if any(one.path is None and not one.is_odd for one in self.problems):
            lines = [[("failed", "No JSON at the moment; before:"), ("text", "")], *lines]
        self.drawing.show(fitted(lines, self.drawing.width))

    @on(TextView.Resized)
    def draw_again(self) -> None:
        """Another width."""
        self.draw()

    def show_title(self) -> None:
        """Which config, and whether it is saved."""
        state = "new, not saved yet" if self.edited.is_new else "changed" if self.is_changed else "saved"
        wrong = sum(not one.is_odd for one in self.problems)
        faults = f"  ✖ {wrong} wrong" if wrong else ""
        title = f"{self.edited.name}  {self.edited.slug}  {state}{faults}"
        self.query_one("#title", Static).update(plain_line(title))

    def action_next_problem(self) -> None:
        """The cursor to the next thing that is wrong, or from the last to the first."""
        places = sorted({one.index for one in self.problems})
        if places:
            here = self.area.cursor_index
            self.remove_class("drawn")
            self.area.go_to(next((place for place in places if place > here), places[0]))

    def action_tree(self) -> None:
        """Where there is one pane, the other one."""
        self.toggle_class("drawn")
        if not self.has_class("drawn"):
            self.area.focus()

    @work(exclusive=True, group="act")
    async def action_save(self) -> None:
        """Save, unless it is no JSON; whoever else saved meanwhile is not overwritten unasked."""
        found = read(self.area.text)
        if isinstance(found, Problem):
            self.show_checked([found])
            self.area.go_to(found.index)
        else:
            await self.save_over(found, self.edited.version_id)

    async def save_over(self, config: Json, over: str | None) -> None:
        """Save in the place of that version."""
        text = self.area.text
        try:
            saved = await save(self.gateway, self.edited, config, over=over)
        except GatewayError as error:
            await self.refused(error, config, over)
            return
        self.drafts.forget(self.edited.key)
        self.edited = kept(self.edited, text, saved)
        if self.area.text == text != self.edited.text:
            self.area.load_text(self.edited.text)
        self.show_title()
        self.tollhouse.say(f"Saved {self.edited.slug}; it holds from the next request on.")

    async def refused(self, error: GatewayError, config: Json, over: str | None) -> None:
        """Say why it was not saved; nothing is lost."""
        if isinstance(error, GatewayRefused) and error.status == 409 and error.param == "version_id" and over:
            question = f"`{self.edited.slug}` was changed by somebody else meanwhile"
            consequence = "Your text stays here either way; F4 shows what they changed. Saving puts yours on top."
            if await self.app.push_screen_wait(ConfirmScreen(question, consequence, "Save mine")):
                await self.save_over(config, None)
        elif isinstance(error, GatewayRefused) and error.status == 400:
            self.check()
            self.tollhouse.say_failure(error)
        else:
            self.tollhouse.say_failure(error)

    @work(exclusive=True, group="act")
    async def action_leave(self) -> None:
        """Back to the list; what is not saved is asked about."""
        if self.is_changed and not await self.app.push_screen_wait(
            ConfirmScreen(f"Leave {self.edited.name} without saving?", "What you changed is lost.", "Discard")
        ):
            return
        self.drafts.forget(self.edited.key)
        self.dismiss()

    def action_outside(self) -> None:
        """In the operator's own editor."""
        try:
            command = editor_of()
            with self.app.suspend():
                text = edited_outside(self.area.text, self.edited.slug, command)
        except NoEditor as error:
            self.tollhouse.say(str(error))
        except SuspendNotSupported:
            self.tollhouse.say("This terminal cannot be handed to another program.")
        else:
            self.area.replace(plain(text), (0, 0), self.area.document.end)
            self.check()

    def action_explain(self) -> None:
        """What it would make of a request."""
        from console.screens.configs.explain import ConfigExplainScreen

        if isinstance(found := read(self.area.text), Problem):
            self.tollhouse.say(f"First it must be JSON: {found.message}")
        else:
            self.app.push_screen(ConfigExplainScreen(self.gateway, self.edited.name, found))

    @work(exclusive=True, group="act")
    async def action_versions(self) -> None:
        """What it said before."""
        from console.screens.configs.versions import ConfigVersionsScreen

        if self.edited.is_new:
            self.tollhouse.say("It has no versions yet: Ctrl+S saves the first.")
        else:
            screen = ConfigVersionsScreen(self.gateway, self.edited.slug, self.zone, self.now, self.area.text)
            await self.app.push_screen_wait(screen)
            if screen.rolled_back is not None:
                self.drafts.forget(self.edited.key)
                self.edited = screen.rolled_back
                self.area.load_text(self.edited.text)
