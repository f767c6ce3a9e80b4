"""Choose whom to ask: every model of the catalog and every config, narrowed while one types."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from console.client import GatewayClient
from console.text.plain import plain_line
from console.widgets.line_input import LineInput
from console.wire.chat import ConfigMenu, ModelMenu
from console.wire.errors import GatewayError

MOST = 200
"""Offered at once; more words narrow it further."""


class TargetPicker(ModalScreen[str | None]):
    """Gives `@provider/model`, or `pc-config` with what was typed behind it, or None."""

    CSS_PATH = "target_picker.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,ctrl+c", "dismiss(None)", "Cancel"),
        ("down", "point(1)", "Next"),
        ("up", "point(-1)", "Previous"),
        ("tab", "complete", "Complete"),
    ]
    line = query_one(LineInput)
    choices = query_one(OptionList)
    remark = query_one("#remark", Label)

    def __init__(self, gateway: GatewayClient, before: str) -> None:
        super().__init__()
        self.gateway = gateway
        self.before = before
        self.known: dict[str, str] = {}
        """Targets, and what people call them."""
        self.found: list[str] = []

    def compose(self) -> ComposeResult:
        """The line, and what it could mean below."""
        with Vertical(classes="dialog"):
            yield Label("Ask whom?", classes="title")
            yield LineInput(compact=True, placeholder="@provider/model, or pc-config, or a part of one")
            yield OptionList()
            yield Label("Asking the gateway for its models…", id="remark", markup=False)
            yield Label("Enter takes the marked one, Tab completes (pc-x MODEL too), Esc leaves", classes="hint")

    def on_mount(self) -> None:
        """Type at once."""
        self.choices.can_focus = False
        self.line.focus()
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """Every model that this key may use, and every config that it may see."""
        try:
            models = await self.gateway.one("/v1/models", ModelMenu, all="true")
        except GatewayError as error:
            self.remark.update(plain_line(str(error)))
            return
        self.known = {model.id: model.name for model in models.data}
        try:
            configs = await self.gateway.one("/v1/configs", ConfigMenu)
        except GatewayError:
            self.remark.update("")  # a key that may not see configs still has the models
        else:
            self.known |= {config.slug: config.name for config in configs.data if config.status == "active"}
            self.remark.update("" if self.known else "The catalog offers no models yet; Catalog (3) adds them.")
        self.offer()

    @on(Input.Changed)
    def offer(self) -> None:
        """What the line could mean; what was used before is marked while nothing is typed."""
        words = self.line.value.lower().split()
        self.found = [
            name for name in self.known if all(word in f"{name} {self.known[name]}".lower() for word in words)
        ]
        del self.found[MOST:]
        self.choices.clear_options()
        self.choices.add_options(Option(told(name, self.known[name])) for name in self.found)
        is_known = self.before in self.found and not words
        self.choices.highlighted = self.found.index(self.before) if is_known else 0 if self.found else None

    @on(Input.Submitted)
    def take(self) -> None:
        """What is marked, or what was typed where that is nothing known."""
        if self.choices.highlighted is not None:
            self.dismiss(self.found[self.choices.highlighted])
        elif (typed := self.line.value.strip()).startswith(("@", "pc-")):
            self.dismiss(typed)
        else:
            self.remark.update("No model or config is called that; a name of your own begins with @ or pc-.")

    @on(OptionList.OptionSelected)
    def take_clicked(self, event: OptionList.OptionSelected) -> None:
        """By mouse."""
        self.dismiss(self.found[event.option_index])

    def action_point(self, by: int) -> None:
        """Mark the next, or the previous."""
        if self.found:
            self.choices.highlighted = ((self.choices.highlighted or 0) + by) % len(self.found)

    def action_complete(self) -> None:
        """Write out what is marked."""
        if self.choices.highlighted is not None:
            self.line.value = self.found[self.choices.highlighted]
            self.line.cursor_position = len(self.line.value)


def told(target: str, name: str) -> Content:
    """The target, and its name where that says more."""
    says_more = name and not target.endswith(name)
    return Content.assemble((target, "bold"), (f"  {name}" if says_more else "", "$text-muted"))
