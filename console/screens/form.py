"""A short form: what is wrong stands under the field while one types, and what the gateway refuses stands there too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input, Label, Select, Static

from console.client import GatewayError, GatewayRefused
from console.keys_table import Place, bindings
from console.plain import plain_line
from console.screens.fields import Field, Refusal, body_of, problem_with

Values = dict[str, str]
Send = Callable[[dict[str, Any]], Awaitable[Any]]


class FormScreen(ModalScreen[Any]):
    """Asks for `fields`, sends them as JSON, gives back what the gateway answered, or None."""

    CSS_PATH = "form.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("forms",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("forms")]
    preview = query_one("#preview", Static)
    general = query_one("#general", Label)

    def __init__(self, title: str, request: str, fields: list[Field], send: Send) -> None:
        super().__init__()
        self.heading = title
        self.request = request
        """Method and path, shown for those who script."""
        self.fields = fields
        self.send = send

    def compose(self) -> ComposeResult:
        """Label, input and room for a problem, for each field; then the same as a command."""
        with Vertical(classes="dialog form"):
            yield Label(self.heading, classes="title", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self.fields:
                    yield from self.compose_field(field)
            yield Label(id="general", classes="problem", markup=False)
            yield Static(id="preview", classes="hint", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Save", id="save", variant="primary")
                yield Button("Cancel", id="cancel")
            yield Footer(show_command_palette=False)

    def compose_field(self, field: Field) -> ComposeResult:
        """One field."""
        with Horizontal(classes="field"):
            yield Label(field.label, classes="label", markup=False)
            if field.choices:
                options = [(plain_line(label), value) for value, label in field.choices.items()]
                chosen = field.value if field.value in field.choices else options[0][1]
                yield Select(options, value=chosen, allow_blank=False, compact=True, id=field.name)
            else:
                yield Input(field.value, placeholder=field.hint, password=field.secret, compact=True, id=field.name)
        yield Label(id=f"{field.name}-problem", classes="problem field-problem", markup=False)

    def on_mount(self) -> None:
        """Into the first field."""
        self.query("Input, Select").first().focus()
        self.show_preview()

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
            self.say_problem(field.name, problem_with(field, values))
        self.general.update("")
        self.show_preview()

    def show_preview(self) -> None:
        """The request this form stands for, secrets left out."""
        values = self.values()
        hidden = {field.name: "•••" for field in self.fields if field.secret and values[field.name]}
        try:
            body = body_of(self.fields, values | hidden)
        except Refusal:
            return
        self.preview.update(f"{self.request} {msgspec.json.encode(body).decode()}")

    def say_problem(self, name: str, problem: str | None) -> None:
        """Under the field."""
        label = self.query_one(f"#{name}-problem", Label)
        label.update(plain_line(problem or ""))
        label.set_class(bool(problem), "shown")

    @on(Button.Pressed, "#save")
    @on(Input.Submitted)
    def action_send(self) -> None:
        """Check everything, then send; the first wrong field gets the cursor."""
        values = self.values()
        problems = {field.name: problem_with(field, values) for field in self.fields}
        for name, problem in problems.items():
            self.say_problem(name, problem)
        wrong = next((name for name, problem in problems.items() if problem), None)
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()
        else:
            self.submit(body_of(self.fields, values))

    @work(exclusive=True)
    async def submit(self, body: dict[str, Any]) -> None:
        """Ask the gateway; a refusal goes under the field it names, and the form stays as it is."""
        self.general.update("Saving…")
        try:
            answer = await self.send(body)
        except GatewayError as error:
            self.refused(error)
        else:
            self.dismiss(answer)

    def refused(self, error: GatewayError) -> None:
        """Where the gateway's objection belongs."""
        self.general.update("")
        param = error.param if isinstance(error, GatewayRefused) else None
        field = next((field for field in self.fields if param and field.answers_to(param)), None)
        if field is None:
            self.general.update(plain_line(str(error)))
        else:
            self.say_problem(field.name, str(error))
            self.query_one(f"#{field.name}").focus()

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Leave it."""
        self.dismiss(None)
