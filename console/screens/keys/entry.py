"""One API key as a page."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from console.keyboard import Place
from console.keys_table import bindings
from console.screens.entry import EntryScreen


class KeyEntryScreen(EntryScreen):
    """What it may do, how its limits stand, what it spent, and what can be done about it."""

    PLACES: ClassVar[tuple[Place, ...]] = ("key",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("key")]

    def action_rotate(self) -> None:
        """A new secret."""
        self.dismiss("rotate")

    def action_pause_key(self) -> None:
        """Refused for a while, or no more."""
        self.dismiss("pause_key")

    def action_scopes(self) -> None:
        """What it may do."""
        self.dismiss("scopes")
