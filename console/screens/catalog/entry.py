"""One integration, provider or model as a page."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from console.keyboard import Place
from console.keys_table import bindings
from console.screens.entry import EntryScreen


class CatalogEntryScreen(EntryScreen):
    """What it is, what uses it, and what can be done about it."""

    PLACES: ClassVar[tuple[Place, ...]] = ("entry",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("entry")]

    def action_test(self) -> None:
        """Does its key work?"""
        self.dismiss("test")

    def action_provision(self) -> None:
        """Who may use it."""
        self.dismiss("provision")

    def action_switch(self) -> None:
        """On or off."""
        self.dismiss("switch")
