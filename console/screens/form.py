"""A short form: what is wrong stands under the field while one types, and what the gateway refuses stands there too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import DescendantFocus
from textual.getters import query_one
from textual.widgets import Button, Input, Label, Select, Static

from console.keyboard import Place
from console.keys_table import bindings
from console.screens.fields import BodyOf, Field, Refusal, Values, body_of, filled, problem_with
from console.screens.leaving import LeavingScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.line_input import LineInput
from console.wire.errors import GatewayError, GatewayRefused

Json = dict[str, Any]
Send = Callable[[Json, Values], Awaitable[Any]]
"""Asks the gateway, given the body and what the form says; what comes back is what the form gives."""


class FormScreen(LeavingScreen[Any]):
    """Asks for `fields`, sends them as JSON, gives back what the gateway answered, or None.

    `request` gives the method and path, shown for those who script; `body` makes the JSON, and `fixed` is a part of it
    that nobody is asked for; `effect` says in a line what saving will do, `verb` what it is called.
    """

    CSS_PATH = str(Path(__file__).with_name("form.tcss"))
    PLACES: ClassVar[tuple[Place, ...]] = ("forms",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("forms")]
    preview = query_one("#preview", Static)
    general = query_one("#general", Label)

    def __init__(
        self,
        title: str,
        request: Callable[[Values], str],
        fields: list[Field],
        send: Send,
        *,
        body: BodyOf = body_of,
        fixed: Json | None = None,
        effect: Callable[[Values], str] | None = None,
        verb: str = "Save",
    ) -> None:
        super().__init__()
        self.heading = title
        self.request = request
        self.fields = fields
        self.send = send
        self.make_body = body
        self.fixed = fixed or {}
        self.effect = effect
        self.verb = verb
        self.sending = False
        self.first_values: Values = {}
        """What the form said before anybody touched it."""

    def compose(self) -> ComposeResult:
        """Label, input and room for a problem, for each field; then what it will do, and the same as a command."""
        with Vertical(classes="dialog form"):
            yield Label(plain_line(self.heading), classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self.fields:
                    yield from self.compose_field(field)
            yield Label(id="general", classes="problem", markup=False)
            yield Static(id="effect", markup=False)
            yield Static(id="preview", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self.verb, id="save", variant="primary")
                yield Button("Cancel", id="cancel")
            yield KeyBar("forms")

    def compose_field(self, field: Field) -> ComposeResult:
        """One field."""
        with Horizontal(classes="field", id=f"{field.name}-field"):
            yield Label(field.label, classes="label", markup=False)
            if field.choices:
                options = [(plain_line(label), value) for value, label in field.choices.items()]
                chosen = field.value if field.value in field.choices else options[0][1]
                yield Select(options, value=chosen, allow_blank=False, compact=True, id=field.name)
            else:
                yield LineInput(plain_line(field.value), password=field.secret, compact=True, id=field.name)
        yield Label(id=f"{field.name}-problem", classes="problem field-problem", markup=False)

    def on_mount(self) -> None:
        """Into the first field."""
        self.query("Input, Select").first().focus()
        self.first_values = self.values()
        self.show_effect()

    @property
    def is_touched(self) -> bool:
        """Whether something was filled in that is not on its way to the gateway."""
        return not self.sending and self.values() != self.first_values

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Mark the field that has the cursor, in a way that needs no colour."""
        for row in self.query(".field"):
            row.set_class(event.widget in row.query("*"), "current")

    def values(self) -> Values:
        """What the form says now."""
        values: Values = {}
        for field in self.fields:
            widget = self.query_one(f"#{field.name}")
            values[field.name] = str(widget.value) if isinstance(widget, (Input, Select)) else ""
        return values

    @on(Input.Changed)
    @on(Select.Changed)
    def check(self, event: Input.Changed | Select.Changed) -> None:
        """Say what is wrong with a field while it is filled in."""
        widget = event.input if isinstance(event, Input.Changed) else event.select
        field = next(field for field in self.fields if field.name == widget.id)
        values = self.values()
        if values[field.name] != field.value:
            self.say_problem(field.name, problem_with(field, filled(self.fields, values)))
        self.general.update("")
        self.show_effect()

    def show_effect(self) -> None:
        """What empty fields mean, what saving does, and the request this form stands for, secrets left out."""
        values = filled(self.fields, self.values())
        for field in self.fields:
            self.query_one(f"#{field.name}-field").display = field.shown(values)
            if not field.choices:
                self.query_one(f"#{field.name}", Input).placeholder = plain_line(field.placeholder(values))
        self.query_one("#effect", Static).update(plain_line(self.effect(values)) if self.effect else "")
        hidden = {field.name: "•••" for field in self.fields if field.secret and values[field.name]}
        try:
            body = self.make_body(self.fields, values | hidden) | self.fixed
        except Refusal:
            return
        self.preview.update(f"{self.request(values)} {msgspec.json.encode(body).decode()}")

    def say_problem(self, name: str, problem: str | None) -> None:
        """Under the field."""
        label = self.query_one(f"#{name}-problem", Label)
        label.update(plain_line(problem or ""))
        label.set_class(bool(problem), "shown")

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def action_send(self) -> None:
        """Check everything, then send, once; the first wrong field gets the cursor."""
        if self.sending:
            return
        values = filled(self.fields, self.values())
        problems = {field.name: problem_with(field, values) for field in self.fields}
        for name, problem in problems.items():
            self.say_problem(name, problem)
        wrong = next((name for name, problem in problems.items() if problem), None)
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()
        elif body := self.make_body(self.fields, values):
            self.submit(body | self.fixed, values)
        else:
            self.dismiss(None)

    @work(exclusive=True)
    async def submit(self, body: Json, values: Values) -> None:
        """Ask the gateway; a refusal goes under the field it names, and the form stays as it is."""
        self.sending = True
        self.general.update("Saving…")
        try:
            answer = await self.send(body, values)
        except GatewayError as error:
            self.refused(error)
        else:
            self.dismiss(answer)

    def refused(self, error: GatewayError) -> None:
        """Where the gateway's objection belongs."""
        self.sending = False
        self.general.update("")
        param = error.param if isinstance(error, GatewayRefused) else None
        field = next((field for field in self.fields if param and field.answers_to(param)), None)
        if field is None:
            self.general.update(plain_line(str(error)))
        else:
            self.say_problem(field.name, str(error))
            self.query_one(f"#{field.name}").focus()

    @on(Button.Pressed, "#cancel")
    def cancel(self) -> None:
        """By the mouse, or by Enter."""
        self.action_cancel()
