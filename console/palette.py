"""The command palette's view of the commands."""

from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.commands import COMMANDS, Command

if TYPE_CHECKING:
    from console.app import TollhouseApp


class CommandsProvider(Provider):
    """Every command with its key beside it."""

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for command in COMMANDS:
            yield DiscoveryHit(labelled(command), partial(self.obey, command), text=command.name, help=command.does)

    async def search(self, query: str) -> Hits:
        """Those that fit."""
        matcher = self.matcher(query)
        for command in COMMANDS:
            if (score := matcher.match(command.name)) > 0:
                yield Hit(score, labelled(command), partial(self.obey, command), text=command.name, help=command.does)

    async def obey(self, command: Command) -> None:
        """Do it."""
        await cast("TollhouseApp", self.app).obey(command)


def labelled(command: Command) -> str:
    """`new key   n`."""
    return f"{command.name:<20}{command.key}"
