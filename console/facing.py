"""The application as it stands before a gateway: which of several, whose key, how it is, and where one was last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.app import App
from textual.reactive import reactive
from textual.screen import Screen

from console import garbage
from console.access import Access
from console.client import GatewayClient
from console.memory import Memory
from console.preferences import NoKey, Preferences
from console.pulse import Pulse
from console.screens_table import FIRST, SCREENS
from console.text.plain import plain_line
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.own_key import OwnKey

if TYPE_CHECKING:
    import httpx
    from textual.widget import AwaitMount

    from console.jumping.names import Models

POLL_SECONDS, IDLE_POLL_SECONDS = 2.0, 5.0
"""Between two looks at the gateway's figures: while something happens, and while nothing does."""
BETWEEN = "between"
"""An empty screen, while one gateway's go and another's come."""


class FacingApp(App[None]):
    """Screens over one gateway at a time."""

    pulse: reactive[Pulse] = reactive(Pulse, repaint=False)
    """The status line follows it; without `repaint=False` the whole screen would be drawn again for every look."""
    access: reactive[Access] = reactive(Access)
    gateway: GatewayClient
    models: Models
    """Of integrations, as `:` has learnt them."""

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport | None,
        zone: tzinfo | None,
        now: Callable[[], datetime],
        preferences: Preferences,
        memory: Memory,
        *,
        only_looks: bool,
        colours: bool | None,
    ) -> None:
        super().__init__(ansi_color=colours)
        self.transport = transport
        self.zone = zone
        self.now = now
        self.preferences = preferences
        self.memory = memory
        self.only_looks = only_looks
        """Whichever gateway it stands before."""
        self.add_mode(BETWEEN, Screen)

    def face(self, url: str, key: str, name: str, *, is_read_only: bool) -> None:
        """Stand before a gateway, with screens that know nothing yet."""
        self.gateway = GatewayClient(url, key, transport=self.transport, is_read_only=is_read_only)
        for row in SCREENS:
            self.add_mode(row.name, partial(row.made, self.gateway, self.zone, self.now))
        self.set_reactive(FacingApp.pulse, Pulse(name=name, is_read_only=is_read_only))
        self.models: Models = {}
        self.set_reactive(FacingApp.access, Access(is_read_only))

    @work(exclusive=True, group="pulse")
    async def watch_gateway(self) -> None:
        """Look at the gateway's figures for ever, less often while nothing happens."""
        while True:
            before = self.pulse.stats
            await self.look()
            garbage.spare_what_stays()
            after = self.pulse.stats
            busy = after is not None and before is not None and after.requests_today != before.requests_today
            await asyncio.sleep(POLL_SECONDS if busy or self.pulse.trouble or before is None else IDLE_POLL_SECONDS)

    async def look(self) -> None:
        """Take the pulse once."""
        gateway, before = self.gateway, self.pulse
        try:
            if self.access.key is None:
                self.access = replace(self.access, key=await self.own_key())
            stats = await gateway.stats()
        except GatewayRefused as error:
            known = error.status != 401
            self.pulse = replace(before, trouble=None, stats=None, barred=error.short, is_known=known)
        except GatewayError as error:
            self.pulse = replace(before, trouble=error.short, barred=None)
            self.access = replace(self.access, key=None)  # another role, perhaps, when it is back
        else:
            now = self.now().astimezone(self.zone)
            self.pulse = replace(before, stats=stats, since=now, trouble=None, barred=None, is_known=True)

    async def own_key(self) -> OwnKey | None:
        """Whose key this is; None if the gateway does not say, and then it must refuse by itself."""
        try:
            return await self.gateway.one("/v1/api-keys/self", OwnKey)
        except GatewayRefused:
            return None

    @work(exclusive=True, group="context")
    async def action_context(self, name: str) -> None:
        """Go over to another gateway: a new connection, and nothing on the screens of what the former one said."""
        context = self.preferences.contexts[name]
        try:
            key = await asyncio.to_thread(context.key)
        except NoKey as error:
            self.say(str(error))
            return
        former = self.gateway
        self.workers.cancel_group(self, "pulse")
        self.pop_to_beginning()
        await self.switch_mode(BETWEEN)
        for row in SCREENS:
            self.forget_screens(row.name)
            await self.remove_mode(row.name)
        self.face(context.url, key, name, is_read_only=self.only_looks or context.is_read_only)
        await former.close()
        await self.switch_mode(last_screen(self.memory, context.url))
        self.watch_gateway()

    def forget_screens(self, mode: str) -> None:
        """End what the screens of a mode are at, before they go."""
        for screen in self._screen_stacks.get(mode, ()):
            self.workers.cancel_node(screen)

    def switch_mode(self, mode: str) -> AwaitMount:
        """Go to a screen, and remember it for the next time."""
        if mode != BETWEEN:
            self.memory.go(self.gateway.url, mode)
        return super().switch_mode(mode)

    def pop_to_beginning(self) -> None:
        """Close what is open on top of the screen."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def say(self, message: str) -> None:
        """A short notice."""
        self.notify(plain_line(message), markup=False)


def last_screen(memory: Memory, url: str) -> str:
    """Where one was when one last stood before that gateway."""
    last = memory.screen(url.rstrip("/"))
    return last if last in {row.name for row in SCREENS} else FIRST
