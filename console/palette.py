"""The command palette's view of the commands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.commands import Command

if TYPE_CHECKING:
    from console.app import TollhouseApp


class CommandsProvider(Provider):
    """Every command with its key beside it."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in self.tollhouse.commands:
            yield DiscoveryHit(
                self.labelled(command), partial(self.obey, command), text=command.name, help=command.does
            )

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        matcher = self.matcher(query)
        for command in self.tollhouse.commands:
            if (score := matcher.match(command.name)) > 0:
                yield Hit(
                    score, self.labelled(command), partial(self.obey, command), text=command.name, help=command.does
                )

    async def obey(self, command: Command) -> None:
        """Do it."""
        await self.tollhouse.obey(command)

    def labelled(self, command: Command) -> str:
        """`new key   n`."""
        return f"{command.name:<20}{command.key(self.tollhouse.keymap)}"

    @property
    def tollhouse(self) -> TollhouseApp:
        """The application, typed."""
        return cast("TollhouseApp", self.app)
