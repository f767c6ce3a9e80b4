"""Connect: the exact settings for each kind of application, with a key made on the spot."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.widgets import Static, Tab, Tabs

from console.api_keys.scopes import TEMPLATES
from console.client import GatewayClient
from console.keyboard import Place
from console.keys_table import bindings
from console.playground.chat import trouble
from console.playground.connect import CLIENTS, NO_KEY, Client, hints, knock, root_of, roots_of
from console.screens.governed import GovernedScreen
from console.text.figures import short_duration
from console.text.plain import plain_line
from console.text.wrapping import wrapped
from console.widgets.key_bar import KeyBar
from console.widgets.page_tabs import PageTabs
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.connect import Setting
from console.wire.errors import GatewayError
from console.wire.keys import NewSecret

if TYPE_CHECKING:
    from console.app import TollhouseApp

NO_MODEL = "@provider/model"


class ConnectScreen(GovernedScreen):
    """A tab for each kind of application; a key that was made is in the snippets until one leaves."""

    CSS_PATH = "connect.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("connect",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("connect")]
    tabs = query_one(PageTabs)
    view = query_one(TextView)
    with_what = query_one("#with", Static)
    remarks = query_one("#remarks", Static)
    result = query_one("#result", Static)

    def __init__(self, gateway: GatewayClient, _zone: tzinfo | None, _now: Callable[[], datetime]) -> None:
        super().__init__()
        self.gateway = gateway
        self.settings: list[Setting] = []
        self.root = gateway.url
        self.model = NO_MODEL
        self.secret = ""
        """A new key in the clear, for as long as this screen is looked at."""

    def compose(self) -> ComposeResult:
        """Which application, its settings, what goes wrong with them, and what a test of them said."""
        yield StatusLine()
        yield PageTabs(*(Tab(client.title, id=client.name) for client in CLIENTS))
        yield Static(id="with", markup=False)
        yield TextView()
        yield Static(id="remarks", markup=False)
        yield Static(id="result", markup=False)
        yield KeyBar("connect", "everywhere")

    def on_mount(self) -> None:
        """Show what is known, then ask where the gateway listens."""
        self.ask_where()

    def look_again(self) -> None:
        """Where it listens may be another place now."""
        self.ask_where()

    @work(exclusive=True, group="where")
    async def ask_where(self) -> None:
        """A key that may not read the settings has the address that the console itself uses."""
        try:
            self.settings = await self.gateway.every("/v1/settings", Setting)
        except GatewayError:
            self.settings = []
        self.root = root_of(self.gateway.url, self.settings)
        self.show()

    @property
    def client(self) -> Client:
        """The application whose tab is open."""
        return next((client for client in CLIENTS if client.name == self.tabs.active), CLIENTS[0])

    def text(self) -> str:
        """The settings as they are copied."""
        return self.client.snippet(self.root, self.secret or NO_KEY, self.model)

    @on(Tabs.TabActivated)
    def turn(self) -> None:
        """Another application."""
        self.result.update("")
        self.view.to_beginning()
        self.show()

    @on(TextView.Resized)
    def show(self) -> None:
        """Everything as it is now."""
        self.view.show([[("text", line)] for line in wrapped(self.text(), self.view.width)])
        key = "the new key, shown until you leave" if self.secret else "no key yet (n makes one)"
        self.with_what.update(plain_line(f"{self.root}/v1 (o)  {self.model} (m)  {key}"))
        self.remarks.update("\n".join(plain_line(f"· {hint}") for hint in hints(self.root, self.settings)))

    def on_screen_suspend(self) -> None:
        """Left for another screen, and not just below a dialog: the secret goes, here and from our own clipboard."""
        if self.secret and self not in self.app.screen_stack:
            self.secret = ""
            self.tollhouse.forget_copied()
            self.show()

    def action_tab(self, by: int) -> None:
        """The application beside this one."""
        names = [client.name for client in CLIENTS]
        self.tabs.active = names[(names.index(self.client.name) + by) % len(names)]

    def action_address(self) -> None:
        """The gateway's next name: from here, from a container, from elsewhere."""
        roots = roots_of(root_of(self.gateway.url, self.settings), socket.gethostname())
        self.root = roots[(roots.index(self.root) + 1) % len(roots)]
        self.show()

    @work(exclusive=True, group="ask")
    async def action_model(self) -> None:
        """Choose the model that the settings name."""
        from console.screens.playground.target_picker import TargetPicker

        if chosen := await self.app.push_screen_wait(TargetPicker(self.gateway, self.model)):
            self.model = chosen
            self.show()

    @work(exclusive=True, group="ask")
    async def action_new(self) -> None:
        """A key for this application, put into its settings."""
        from console.screens.keys.forms import new_application_key

        name = self.client.name.replace("_", "-")
        scopes = TEMPLATES["application"][1]
        made: NewSecret | None = await self.app.push_screen_wait(new_application_key(self.gateway, name, scopes))
        if made is not None:
            self.secret = made.key
            self.result.update("The key is in the settings above, on every tab: y copies them. It is not shown again.")
            self.show()

    @work(exclusive=True, group="test")
    async def action_test(self) -> None:
        """Ask once as the application would."""
        client, began = self.client, time.perf_counter()
        if self.model == NO_MODEL:
            self.result.update("Choose a model first: m.")
            return
        self.result.update(f"Asking {self.model} as {client.title} does…")
        try:
            text = await knock(self.gateway, client, self.secret or None, self.model)
        except GatewayError as error:
            self.result.update(plain_line(f"✖ {trouble(error)}"))
        else:
            who = "" if self.secret else ", with this console's key"
            took = short_duration((time.perf_counter() - began) * 1000)
            self.result.update(plain_line(f"● Answered in {took}, asked as {client.title} does{who}: “{text[:200]}”"))

    def action_copy_settings(self) -> None:
        """As they stand, secret included."""
        self.tollhouse.copy(self.text(), f"settings for {self.client.title}")

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.view.move(by)

    @property
    def tollhouse(self) -> TollhouseApp:
        """The application, typed."""
        return cast("TollhouseApp", self.app)
