"""Saved views of the log: choose one, or let it go."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.logs.exporting import FORMATS, file_problem
from console.logs.exporting import PATH as EXPORTS
from console.logs.saved_views import PATH, body_of, line_of
from console.screens.fields import Field, Values, always
from console.screens.form import FormScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.wire.answers import Done
from console.wire.errors import GatewayError
from console.wire.saved_filters import SavedFilter, SavedFilters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from console.app import TollhouseApp


class ViewsScreen(ModalScreen[str | None]):
    """Gives the line of the view that was chosen, None if nothing."""

    PLACES: ClassVar[tuple[Place, ...]] = ("views",)
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("views"),
        ("j", "app.simulate_key('down')", "Down"),
        ("k", "app.simulate_key('up')", "Up"),
    ]
    choices = query_one(OptionList)
    remark = query_one("#remark", Label)

    def __init__(self, gateway: GatewayClient) -> None:
        super().__init__()
        self.gateway = gateway
        self.views: dict[str, SavedFilter] = {}

    def compose(self) -> ComposeResult:
        """One line each."""
        with Vertical(classes="dialog"):
            yield Label("Saved views", classes="title")
            yield OptionList()
            yield Label("Asking the gateway…", id="remark", markup=False)
            yield KeyBar("views")

    def on_mount(self) -> None:
        """See what there is."""
        self.choices.focus()
        self.load()

    @work(exclusive=True, group="load")
    async def load(self) -> None:
        """Every view of this workspace."""
        try:
            found = await self.gateway.one(PATH, SavedFilters)
        except GatewayError as error:
            self.remark.update(plain_line(str(error)))
            return
        self.views = {view.id: view for view in found.data}
        self.choices.clear_options()
        self.choices.add_options(Option(told(view), id=view.id) for view in found.data)
        self.choices.highlighted = 0 if self.views else None
        self.remark.update("" if self.views else "No views yet: narrow the list with /, then s saves it.")

    @property
    def chosen(self) -> SavedFilter | None:
        """The view that is marked."""
        option = self.choices.highlighted_option
        return self.views.get(option.id or "") if option is not None else None

    @on(OptionList.OptionSelected)
    def action_select(self) -> None:
        """Give it back."""
        if (view := self.chosen) is None:
            return
        if (line := line_of(view)) is None:
            self.remark.update("This view asks for something that the filter bar has no word for.")
        else:
            self.dismiss(line)

    @work(exclusive=True, group="act")
    async def action_delete(self) -> None:
        """Let it go, after asking."""
        from console.screens.confirm import ConfirmScreen

        if (view := self.chosen) is None:
            return
        app = cast("TollhouseApp", self.app)
        if (reason := app.access.why_not("views", "delete")) is not None:
            return app.say(f"Not offered: {reason}.")
        question = ConfirmScreen(f"Delete view `{view.name}`?", "Nobody of this workspace has it any more.", "Delete")
        if await self.app.push_screen_wait(question):
            try:
                await self.gateway.delete(f"{PATH}/{segment(view.id)}")
            except GatewayError as error:
                app.say_failure(error)
            self.load()
        return None

    def action_close(self) -> None:
        """The list as it was."""
        self.dismiss(None)


def told(view: SavedFilter) -> Content:
    """Its name, and what it finds."""
    return Content.assemble(
        (f"{plain_line(view.name):<20} ", "bold"), (plain_line(line_of(view) or "…"), "$text-muted")
    )


def save_view(gateway: GatewayClient, line: str, now: Callable[[], datetime]) -> FormScreen:
    """Keep a filter under a name."""
    fields = [Field(name="name", label="Name", needed=always, hint="errors of today")]
    return FormScreen(
        f"Save the view `{line}`",
        lambda _: f"POST {PATH}",
        fields,
        lambda body, _: gateway.send("POST", PATH, body, Done),
        body=lambda _, values: body_of(values["name"], line, now()),
    )


def export_form(what: str, filters: Mapping[str, str], now: datetime) -> FormScreen:
    """Where the file goes, and what it is; `filters` find what is exported."""
    fields = [
        Field(name="format", label="Format", choices=FORMATS),
        Field(
            name="file",
            label="File",
            default=lambda values: f"~/tollhouse-logs-{now:%Y%m%d-%H%M%S}.{values['format']}",
            check=file_problem,
            needed=always,
        ),
    ]

    async def given(_: dict[str, object], values: Values) -> Values:
        return values

    return FormScreen(
        f"Export the logs: {what}",
        lambda _: f"POST {EXPORTS}",
        fields,
        given,
        body=lambda _, values: {"filters": dict(filters), "format": values["format"]},
        verb="Export",
    )
