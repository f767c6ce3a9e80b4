"""What goes with every question of the playground: the system prompt and the parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Label

from console.keyboard import Place
from console.keys_table import bindings
from console.screens.leaving import LeavingScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.line_input import LineInput
from console.widgets.prompt_area import PromptArea

Json = dict[str, Any]
NOT_HERE = ("model", "messages", "stream_options")
"""What the playground itself puts into the body."""


@dataclass(frozen=True, slots=True)
class Settings:
    """As the dialog gives them back."""

    system: str
    parameters: Json


class Wrong(ValueError):
    """What was typed cannot be sent; the message says why."""


class PlaygroundSettings(LeavingScreen[Settings]):
    """A system prompt of several lines, the two parameters everybody changes, and any other as JSON."""

    CSS_PATH = "settings.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("forms",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("forms")]

    heading = "Playground: what goes with every question"

    def __init__(self, now: Settings) -> None:
        super().__init__()
        self.before = now
        self.first_texts: list[str] = []

    def compose(self) -> ComposeResult:
        """The fields, and room to say what is wrong."""
        extras = dict(self.before.parameters)
        temperature, most = extras.pop("temperature", None), extras.pop("max_tokens", None)
        with Vertical(classes="dialog form"):
            yield Label(self.heading, classes="title")
            yield Label("System prompt")
            yield PromptArea(self.before.system, id="system")
            for name, label, value in (("temperature", "Temperature", temperature), ("max_tokens", "Max tokens", most)):
                with Horizontal(classes="field"):
                    yield Label(label, classes="label")
                    yield LineInput("" if value is None else str(value), compact=True, placeholder="not sent", id=name)
            with Horizontal(classes="field"):
                yield Label("More, as JSON", classes="label")
                hint = '{"top_p": 0.9, "reasoning_effort": "low"}'
                yield LineInput(json_of(extras), compact=True, placeholder=hint, id="extras")
            yield Label(id="general", classes="problem", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary")
                yield Button("Cancel", id="cancel")
            yield KeyBar("forms")

    def on_mount(self) -> None:
        """Into the system prompt."""
        self.query_one("#system").focus()
        self.first_texts = self.texts()

    def texts(self) -> list[str]:
        """What stands in every field."""
        return [self.query_one("#system", PromptArea).text, *(field.value for field in self.query(Input))]

    @property
    def is_touched(self) -> bool:
        """Whether something was filled in."""
        return self.texts() != self.first_texts

    @on(Input.Submitted)
    @on(Button.Pressed, "#save")
    def action_send(self) -> None:
        """Give it back, unless something is wrong."""
        texts = {field.id or "": field.value.strip() for field in self.query(Input)}
        try:
            parameters = parameters_of(texts["temperature"], texts["max_tokens"], texts["extras"])
        except Wrong as wrong:
            self.query_one("#general", Label).update(plain_line(str(wrong)))
        else:
            self.dismiss(Settings(self.query_one("#system", PromptArea).text.strip(), parameters))

    def key_enter(self) -> None:
        """In the system prompt Enter begins a line, for there is no single thing to send."""
        if isinstance(self.focused, PromptArea):
            self.focused.insert("\n")

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """By the mouse, or by Enter."""
        self.action_cancel()


def parameters_of(temperature: str, max_tokens: str, extras: str) -> Json:
    """The request's parameters. Raises Wrong."""
    parameters: Json = {}
    if temperature:
        parameters["temperature"] = number(temperature, float, "Temperature")
    if max_tokens:
        parameters["max_tokens"] = number(max_tokens, int, "Max tokens")
    return parameters | extras_of(extras)


def number(text: str, kind: type[float] | type[int], name: str) -> float:
    """A number from 0. Raises Wrong."""
    try:
        value = kind(text)
    except ValueError:
        value = -1
    if not 0 <= value < 1e9:
        raise Wrong(f"{name} must be {'a whole number' if kind is int else 'a number'} from 0, not `{text}`.")
    return value


def extras_of(text: str) -> Json:
    """Further fields of the body. Raises Wrong."""
    try:
        extras = msgspec.json.decode(text or "{}", type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise Wrong(f'More must be a JSON object such as {{"top_p": 0.9}}: {error}.') from error
    if taken := [name for name in NOT_HERE if name in extras]:
        raise Wrong(f"`{taken[0]}` is set by the playground itself.")
    return extras


def json_of(extras: Json) -> str:
    """On one line; nothing for none."""
    return msgspec.json.encode(extras).decode() if extras else ""
