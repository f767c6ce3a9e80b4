"""One act on several rows: asked about once, done for one after the other, and what was refused is told at the end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping

from console.screens.resource import ResourceScreen
from console.wire.errors import GatewayRefused

MOST_NAMED = 5
"""Of the rows that an act is about; how many more there are is said."""


class SeveralScreen(ResourceScreen):
    """A screen with rows that can be marked."""

    @property
    def marked(self) -> list[str]:
        """The ids of the marked rows, in the order in which they were marked."""
        return list(self.table(self.current).marked)

    async def each(self, names: Mapping[str, str], step: Callable[[str], Awaitable[object]], done: str) -> None:
        """Take the step for each of these ids; marks stay on those that were refused. Raises GatewayError.

        `done` says in a word what has happened to the others, such as `revoked`.
        """
        table, refusals = self.table(self.current), list[str]()
        for row_id, name in names.items():
            try:
                await step(row_id)
            except GatewayRefused as error:
                refusals.append(f"`{name}`: {error}")
            else:
                table.unmark(row_id)
        self.load()
        if refusals:
            raise GatewayRefused(0, f"{len(refusals):,} of {len(names):,} not {done}, still marked: {refusals[0]}")
        self.tollhouse.say(f"{len(names):,} {done}.")


def named(names: Collection[str]) -> str:
    """The first of them, and how many more."""
    first = ", ".join(f"`{name}`" for name in list(names)[:MOST_NAMED])
    return f"{first} and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else first
