"""The last line of every screen: the keys that work there, from the table the bindings are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from console.keyboard import Key, Place
from console.keys_table import keys_of

if TYPE_CHECKING:
    from console.app import TollhouseApp

GENERAL: tuple[Place, ...] = ("lists", "everywhere")
"""Places whose other keys everybody learns once."""
MOVES = ("move", "scroll", "tab", "measure")
"""How acts begin that only move: those keys are the same everywhere."""
BETWEEN, HELP = "  ", ("help", "app.help")


class KeyBar(Widget):
    """The main keys, and of the others as many as fit; a click does the same.

    One widget: Textual's footer is ten, rebuilt whenever focus moves.
    """

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; padding: 0 1; background: $panel; color: $text; }
    """

    def __init__(self, *places: Place) -> None:
        super().__init__()
        self.all_keys = [key for place in places for key in keys_of(place) if key.in_footer or is_special(key)]

    def on_mount(self) -> None:
        """What the operator may do becomes known once the gateway answers."""
        self.watch(self.app, "access", self._follow, init=False)

    def _follow(self) -> None:
        self.refresh()

    @property
    def keys(self) -> list[Key]:
        """What is offered, under the operator's own keys."""
        app = cast("TollhouseApp", self.app)
        listing = getattr(self.screen, "listing", "")
        offered = [key for key in self.all_keys if app.access.why_not(key.place, key.action, listing) is None]
        return [key.remapped(app.keymap) for key in offered]

    def render(self) -> RenderResult:
        """The line."""
        labels = [Content.assemble((shown(key), "bold $text-accent"), f" {key.label}") for _, _, key in self.placed()]
        return Content(BETWEEN).join(labels)

    def placed(self) -> Iterator[tuple[int, int, Key]]:
        """(first cell, cell after the last, key) for each that fits; help, which lists the rest, stays in any case."""
        offered = self.keys
        keys = [key for key in offered if key.in_footer]
        while len(keys) > 1 and taken(keys) > self.content_size.width:
            keys.remove(next(key for key in reversed(keys) if key.action not in HELP))
        further = (key for key in offered if not key.in_footer)
        for key in further:
            if taken([*keys, key]) <= self.content_size.width:
                keys.append(key)
        start = 0
        for key in sorted(keys, key=offered.index):
            end = start + width_of(key)
            yield start, end, key
            start = end + len(BETWEEN)

    async def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked."""
        x = event.x - self.styles.padding.left
        for start, end, key in self.placed():
            if start <= x < end:
                self.app.simulate_key(key.keys.partition(",")[0])


def is_special(key: Key) -> bool:
    """Whether only its own screen tells of it."""
    return key.place not in GENERAL and not key.action.startswith(MOVES)


def taken(keys: Sequence[Key]) -> int:
    """Cells that these need."""
    return sum(width_of(key) + len(BETWEEN) for key in keys) - len(BETWEEN)


def width_of(key: Key) -> int:
    """Cells that one needs."""
    return cell_len(f"{shown(key)} {key.label}")


def shown(key: Key) -> str:
    """The first of a row's keys, as it stands on the keyboard."""
    return key.shown.split()[0]
