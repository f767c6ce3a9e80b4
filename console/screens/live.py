"""Lists that are asked for again for as long as somebody looks at them."""

from __future__ import annotations

from time import monotonic

import anyio
from textual import work

from console.screens.resource import ResourceScreen
from console.wire.errors import GatewayError

LOOK_SECONDS = 2.0
SHARE_OF_TIME = 10
"""A list that takes long to get is asked for so much less often."""


class LiveScreen(ResourceScreen):
    """What changes is drawn; where nothing does nothing is, and a screen that nobody sees asks nothing."""

    def on_screen_resume(self) -> None:
        """Look, and go on looking."""
        super().on_screen_resume()
        self.keep_looking()

    def on_screen_suspend(self) -> None:
        """Nobody sees it."""
        self.workers.cancel_group(self, "live")

    @work(exclusive=True, group="live")
    async def keep_looking(self) -> None:
        """Again and again, until another screen is in front."""
        pause = LOOK_SECONDS
        while True:
            await anyio.sleep(pause)
            if not self.is_current:
                return
            began = monotonic()
            await self.look()
            pause = max(LOOK_SECONDS, (monotonic() - began) * SHARE_OF_TIME)

    async def look(self) -> None:
        """Once; a gateway that does not answer is left to `load`, which says so and waits for it."""
        if self.error is not None:
            return
        before = self.drawn()
        try:
            await self.ask_again()
        except GatewayError:
            self.load()
        else:
            if self.drawn() != before:
                self.show()

    async def ask_again(self) -> None:
        """Get what may have changed. Raises GatewayError."""
        await self.ask()

    def drawn(self) -> object:
        """What the screen shows of what is known."""
        return [dict(self.rows(listing.name)) for listing in self.LISTINGS]
