"""The console: screens over one gateway, one status line, and keys that are the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.await_complete import AwaitComplete
from textual.binding import BindingType

from console.commands import ANSI, COMMANDS, Command, context_commands
from console.facing import FacingApp, last_screen
from console.keys_table import bindings
from console.memory import Memory
from console.preferences import Preferences
from console.screens.governed import takes_text
from console.screens_table import FIRST
from console.text.plain import plain_line
from console.themes import HIGH_CONTRAST
from console.widgets.detail_pane import ROOM_BELOW, ROOM_BESIDE
from console.wire.errors import GatewayError

if TYPE_CHECKING:
    import httpx
    from rich.console import RenderableType
    from textual.command import Provider

    from console.jumping.kinds import Thing
    from console.playground.sides import Playground
    from console.screens.logs.screen import LogsScreen


def commands_provider() -> type[Provider]:
    """Imported when the palette is first opened."""
    from console.palette import CommandsProvider

    return CommandsProvider


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class TollhouseApp(FacingApp):
    """Watches and configures the gateway at `gateway` with an API key.

    `transport` replaces the network and `now` the clock in tests; `zone` is the operator's own time zone unless given.
    """

    TITLE = "Tollhouse"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = FIRST
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {commands_provider}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere")]

    def __init__(
        self,
        gateway: str,
        key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        zone: tzinfo | None = None,
        theme: str | None = None,
        now: Callable[[], datetime] = utc_now,
        context: str = "",
        is_read_only: bool = False,
        preferences: Preferences | None = None,
        memory: Memory | None = None,
    ) -> None:
        colourless, memory = "NO_COLOR" in os.environ, memory or Memory()
        self.DEFAULT_MODE = last_screen(memory, gateway)  # type: ignore[misc]  # Textual reads it once, while it is made
        super().__init__(
            transport,
            zone,
            now,
            preferences or Preferences(),
            memory,
            only_looks=is_read_only,
            colours=True if colourless else None,
        )
        self.crash: str | None = None
        """What to say on the terminal after a fault of our own."""
        self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS = ROOM_BESIDE, ROOM_BELOW
        self.animation_level = "none"  # over SSH each step of an animation is a delay
        self.register_theme(HIGH_CONTRAST)
        self.first_theme = theme or (ANSI if colourless else self.usual_theme())
        self.set_keymap(dict(self.keymap))
        self.face(gateway, key, context, is_read_only=is_read_only)

    def usual_theme(self) -> str:
        """What the operator's file says, else what the terminal can show, else what was chosen last."""
        if self.preferences.theme is not None:
            return self.preferences.theme
        if self.console.color_system in (None, "standard", "windows"):
            return ANSI
        return self.memory.theme if self.memory.theme in self.available_themes else self.theme

    def on_load(self) -> None:
        """The theme that fits the terminal, before anything is drawn in another one."""
        self.theme = self.first_theme

    def on_mount(self) -> None:
        """Draw first, then ask."""
        self.call_after_refresh(self.watch_gateway)

    @property
    def keymap(self) -> Mapping[str, str]:
        """The operator's own keys, by the id of a binding."""
        return self.preferences.keymap

    @property
    def commands(self) -> list[Command]:
        """What `:` and the palette offer this operator."""
        offered = [each for each in COMMANDS if self.access.why_not(each.place, each.action) is None]
        return [*offered, *context_commands(self.preferences.contexts.values())]

    async def obey(self, command: Command | Thing | None) -> None:
        """Run a command, on the screen it belongs to; to a thing one is led."""
        if command is None:
            return
        if not isinstance(command, Command):
            self.reach(command)
            return
        if command.screen is not None:
            await self.switch_mode(command.screen)
            self.pop_to_beginning()
        await self.run_action(command.action, self if command.screen is None else self.screen)

    async def action_show(self, name: str) -> None:
        """Go to a screen as it was left, with what was open on it; where one is already, back to its beginning."""
        if name == self.current_mode:
            self.pop_to_beginning()
        else:
            await self.switch_mode(name)

    async def show_logs(self, filter_text: str) -> None:
        """Go to Logs, narrowed to what a filter finds."""
        from console.logs.query import parse

        await self.switch_mode("logs")
        self.pop_to_beginning()
        cast("LogsScreen", self.screen).narrow(filter_text, parse(filter_text)[0])

    def pop_screen(self) -> AwaitComplete:
        """Close what is on top, its workers first: one that woke meanwhile would find its widgets gone."""
        self.workers.cancel_node(self.screen)
        return super().pop_screen()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Leave, ending what is under way first."""
        self.workers.cancel_all()
        super().exit(result, return_code, message)

    def action_command_palette(self) -> None:
        """Everything by name, but not on top of a dialog: what it does would leave the dialog unanswered."""
        if not self.screen.is_modal:
            super().action_command_palette()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`:` is a character where a text is typed, and a dialog is answered first."""
        if action == "jump" and (self.screen.is_modal or takes_text(self.focused)):
            return False
        return super().check_action(action, parameters)

    def action_jump(self) -> None:
        """Go anywhere by name."""
        from console.screens.jump import JumpScreen
        from console.screens.reaching import names_of

        names = names_of(self)
        self.push_screen(JumpScreen(self.commands, self.keymap, names, partial(names.ask, self.gateway)), self.obey)

    @work(exclusive=True, group="reach")
    async def reach(self, thing: Thing) -> None:
        """Open what `:` was given."""
        from console.screens.reaching import go_to

        await go_to(self, thing)

    @work(exclusive=True, group="replay")
    async def replay(self, ground: Playground, prompt: str) -> None:
        """Stand in the playground where a logged request stood."""
        from console.screens.playground.screen import PlaygroundScreen

        await self.switch_mode("playground")
        self.pop_to_beginning()
        if isinstance(self.screen, PlaygroundScreen):
            self.screen.replay(ground, prompt)

    def action_theme(self, name: str) -> None:
        """Other colours."""
        self.theme = self.memory.theme = name

    def action_leave(self) -> None:
        """Back, and at the top quit."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.exit()

    def action_interrupt(self) -> None:
        """What Ctrl+C does where nothing is selected that it could copy."""
        self.exit()

    def action_help(self) -> None:
        """The keys that work here."""
        from console.screens.help import HelpScreen

        listing = getattr(self.screen, "listing", "")
        why_not = partial(self.access.why_not, listing=listing)
        self.push_screen(HelpScreen(getattr(self.screen, "PLACES", ("lists",)), self.keymap, why_not))

    def copy(self, text: str, what: str) -> None:
        """Put text on the operator's clipboard, which may be at the other end of an SSH connection.

        The notice does not repeat the text: it may be a secret, and it stays on screen for others to see.
        """
        self.copy_to_clipboard(text)
        self.say(f"Copied the {what}, {len(text):,} characters.")

    def forget_copied(self) -> None:
        """Keep no copy in this program of what was copied; Textual keeps one for pasting into its own fields."""
        self._clipboard = ""

    def copy_choice(self, choice: tuple[str, str] | None) -> None:
        """Copy what was chosen."""
        if choice is not None:
            self.copy(choice[1], choice[0])

    def say_failure(self, error: GatewayError) -> None:
        """A short notice of what did not work."""
        self.notify(plain_line(str(error)), title="Not done", severity="error", markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """End by a fault of our own, of which a report is left."""
        if self.crash is None:
            from textual.worker import WorkerFailed

            from console.crash import last_words
            from console.places import state_folder

            fault = error.error if isinstance(error, WorkerFailed) else error
            screens = [type(screen).__name__ for screen in self._screen_stack]
            self.crash = last_words(fault, screens, state_folder(), datetime.now(UTC), self.gateway.hide)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's own traceback, which has every local variable in it, and keys in those."""
        self._close_messages_no_wait()

    async def on_unmount(self) -> None:
        """Leave no connection open."""
        await self.gateway.close()
