"""The console: three screens over one gateway, one status line, and keys that are the same everywhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import Screen

from console.client import GatewayClient, GatewayError
from console.keys_table import bindings
from console.plain import plain_line
from console.pulse import Pulse

if TYPE_CHECKING:
    import httpx

POLL_SECONDS, IDLE_POLL_SECONDS = 2.0, 5.0
"""Between two looks at the gateway's figures: while something happens, and while nothing does."""


class TollhouseApp(App[None]):
    """Watches and configures the gateway at `gateway` with an API key; `transport` replaces the network in tests."""

    TITLE = "Tollhouse"
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "logs"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("everywhere")]
    pulse: reactive[Pulse] = reactive(Pulse)

    def __init__(
        self,
        gateway: str,
        key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        zone: tzinfo | None = None,
        theme: str | None = None,
    ) -> None:
        super().__init__()
        self.gateway = GatewayClient(gateway, key, transport=transport)
        self.zone = zone
        self.first_theme = theme
        screens: dict[str, Callable[[], Screen[None]]] = {
            "logs": self._logs,
            "catalog": self._catalog,
            "keys": self._keys,
        }
        for name, screen in screens.items():
            self.add_mode(name, screen)

    def _logs(self) -> Screen[None]:
        from console.screens.logs import LogsScreen

        return LogsScreen(self.gateway, self.zone)

    def _catalog(self) -> Screen[None]:
        from console.screens.catalog import CatalogScreen

        return CatalogScreen(self.gateway)

    def _keys(self) -> Screen[None]:
        from console.screens.keys import KeysScreen

        return KeysScreen(self.gateway, self.zone)

    def on_mount(self) -> None:
        """Draw first, then ask."""
        if self.first_theme is not None:
            self.theme = self.first_theme
        self.call_after_refresh(self.watch_gateway)

    @work(exclusive=True, group="pulse")
    async def watch_gateway(self) -> None:
        """Look at the gateway's figures for ever, less often while nothing happens."""
        while True:
            before = self.pulse.stats
            await self.look()
            after = self.pulse.stats
            busy = after is not None and before is not None and after.requests_today != before.requests_today
            await asyncio.sleep(POLL_SECONDS if busy or self.pulse.trouble or before is None else IDLE_POLL_SECONDS)

    async def look(self) -> None:
        """Take the pulse once."""
        try:
            stats = await self.gateway.stats()
        except GatewayError as error:
            self.pulse = Pulse(stats=self.pulse.stats, trouble=str(error), since=self.pulse.since)
        else:
            self.pulse = Pulse(stats=stats, since=datetime.now(self.zone).astimezone(self.zone))

    async def action_show(self, name: str) -> None:
        """Go to a screen, from wherever one is."""
        while len(self.screen_stack) > 1:
            self.pop_screen()
        await self.switch_mode(name)

    def action_leave(self) -> None:
        """Back, and at the top quit."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        else:
            self.exit()

    def action_help(self) -> None:
        """The keys that work here."""
        from console.screens.help import HelpScreen

        places = getattr(self.screen, "PLACES", ("lists",))
        self.push_screen(HelpScreen(places))

    def copy(self, text: str, what: str) -> None:
        """Put text on the operator's clipboard, which may be at the other end of an SSH connection."""
        self.copy_to_clipboard(text)
        self.say(f"Copied {what}: {text[:60]}{'…' if len(text) > 60 else ''}")

    def copy_choice(self, choice: tuple[str, str] | None) -> None:
        """Copy what was chosen."""
        if choice is not None:
            self.copy(choice[1], choice[0])

    def say(self, message: str, *, title: str = "") -> None:
        """A short notice."""
        self.notify(plain_line(message), title=title, markup=False)

    async def on_unmount(self) -> None:
        """Leave no connection open."""
        await self.gateway.close()
