"""Choose what a key may do: every scope that the operator's own key may give, grouped, with what it allows."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from console.api_keys.scopes import EVERYTHING, allows, grouped
from console.screens.leaving import LeavingScreen
from console.text.plain import plain_line
from console.widgets.line_input import LineInput


class ScopePicker(LeavingScreen[list[str]]):
    """Gives the scopes that are marked, None to leave it; those that cannot be given stay as they are."""

    CSS_PATH = "scope_picker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,ctrl+c", "cancel", "Cancel"),
        ("ctrl+s", "take", "Take"),
        ("slash", "search", "Filter"),
        ("space", "mark", "Mark"),
        ("j", "app.simulate_key('down')", "Down"),
        ("k", "app.simulate_key('up')", "Up"),
    ]
    choices = query_one(OptionList)
    line = query_one(LineInput)
    count = query_one("#count", Label)

    def __init__(self, title: str, before: Collection[str], own: Collection[str] | None) -> None:
        super().__init__()
        self.heading = title
        self.before = set(before)
        self.marked = set(before)
        self.offered = grouped(EVERYTHING if own is None else own)

    @property
    def is_touched(self) -> bool:
        """Whether others are marked than before."""
        return self.marked != self.before

    def compose(self) -> ComposeResult:
        """The scopes, and what narrows them."""
        with Vertical(classes="dialog"):
            yield Label(plain_line(self.heading), classes="title", markup=False)
            yield LineInput(compact=True, placeholder="/ narrows: keys, create logs …")
            yield OptionList()
            yield Label(id="count", markup=False)
            yield Label("Space marks, Ctrl+S takes, Esc leaves", classes="hint")

    def on_mount(self) -> None:
        """Mark at once."""
        self.offer()
        self.choices.focus()

    @on(Input.Changed)
    def offer(self) -> None:
        """What contains the words, marked as it was left."""
        words = self.line.value.lower().split()
        found = [scope for scope in self.offered if all(word in f"{scope} {allows(scope)}" for word in words)]
        self.choices.clear_options()
        self.choices.add_options([Option(self.told(scope), id=scope) for scope in found])
        self.choices.highlighted = 0 if found else None
        self.say()

    def action_mark(self) -> None:
        """One more, or one less."""
        if (place := self.choices.highlighted) is not None and self.choices.has_focus:
            scope = self.choices.get_option_at_index(place).id or ""
            self.marked ^= {scope}
            self.choices.replace_option_prompt_at_index(place, self.told(scope))
            self.say()

    @on(OptionList.OptionSelected)
    def mark_opened(self) -> None:
        """By Enter and by the mouse."""
        self.action_mark()

    def say(self) -> None:
        """How many there are, and how many of those are out of reach."""
        beyond = len(self.marked - set(self.offered))
        more = f", {beyond} of them not yours to take away" if beyond else ""
        self.count.update(f"{len(self.marked)} of {len(self.offered)} marked{more}")

    @on(Input.Submitted)
    def back(self) -> None:
        """From the words to what they found."""
        self.choices.focus()

    def action_search(self) -> None:
        """Into the line."""
        self.line.focus()

    def action_take(self) -> None:
        """Those that are marked."""
        self.dismiss(grouped(self.marked))

    def told(self, scope: str) -> Content:
        """Whether it is marked, a scope, and what it allows; the sign is no colour alone."""
        sign = "x" if scope in self.marked else " "
        return Content.assemble(f"[{sign}] ", (f"{scope:<38} ", "bold"), (allows(scope), "$text-muted"))
