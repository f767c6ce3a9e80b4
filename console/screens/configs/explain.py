"""Explain: what a config makes of a request, told before anybody is asked; a sample, or a request of the log."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Input, Label, Static

from console.client import GatewayClient
from console.configs.explaining import BadSample, Sample, last_message, lines, sample_with
from console.keyboard import Place
from console.keys_table import bindings
from console.screens.governed import GovernedScreen
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.line_input import LineInput
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.chat import ModelMenu
from console.wire.configs import Explanation
from console.wire.errors import GatewayError

Json = dict[str, Any]
QUIET_SECONDS = 0.3
SAMPLE = Sample({"model": "", "messages": [{"role": "user", "content": "Hello"}]})


class SampleInput(LineInput, inherit_bindings=False):
    """A line of the sample; up and down are left to the screen."""

    BINDINGS: ClassVar[list[BindingType]] = Input.BINDINGS


class ConfigExplainScreen(GovernedScreen):
    """The request above, what becomes of it below; told anew whenever the request is changed."""

    CSS_PATH = "explain.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("explain",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("explain")]
    told = query_one("#told", TextView)
    problem = query_one("#problem", Label)

    def __init__(self, gateway: GatewayClient, name: str, config: Json | str | None, sample: Sample = SAMPLE) -> None:
        super().__init__()
        self.gateway = gateway
        self.heading = name
        self.config = config
        self.sample = sample
        self.explanation: Explanation | None = None
        self.quiet: Timer | None = None

    def compose(self) -> ComposeResult:
        """The request as a short form, then what becomes of it."""
        body = self.sample.body
        yield StatusLine()
        yield Static(plain_line(f"Explain {self.heading}"), id="title", markup=False)
        with Vertical(id="sample"):
            for name, label, value, hint in (
                ("model", "Model", body.get("model"), "as a request names it: @provider/model"),
                ("message", "Message", last_message(body), "the last message"),
                ("stream", "Stream", "yes" if body.get("stream") else "no", "yes or no"),
                ("metadata", "Metadata", self.sample.metadata, "plan=pro user=ann"),
            ):
                with Horizontal(classes="field"):
                    yield Label(label, classes="label", markup=False)
                    yield SampleInput(plain_line(str(value or "")), compact=True, placeholder=hint, id=name)
        yield Label(id="problem", markup=False)
        yield TextView(id="told")
        yield KeyBar("explain", "everywhere")

    def on_mount(self) -> None:
        """Ask at once."""
        self.query_one("#model").focus()
        self.ask()

    @on(TextView.Resized)
    def lay_out_again(self) -> None:
        """Another width."""
        self.show()

    @on(Input.Changed)
    def changed(self) -> None:
        """Wait for a pause in the typing."""
        if self.quiet is not None:
            self.quiet.stop()
        self.quiet = self.set_timer(QUIET_SECONDS, self.ask)

    @on(Input.Submitted)
    def action_explain(self) -> None:
        """Ask now."""
        self.ask()

    @work(exclusive=True)
    async def ask(self) -> None:
        """What the gateway says; what it said before stays until it does."""
        try:
            if not self.value("model"):
                await self.propose_model()
            question = self.asked().question(self.config)
            self.explanation = await self.gateway.send("POST", "/v1/configs/explain", question, Explanation)
        except (BadSample, GatewayError) as error:
            self.problem.update(plain_line(str(error)))
        else:
            self.problem.update("")
            self.show()

    async def propose_model(self) -> None:
        """A model of the catalog, for those who only want to see the way."""
        menu = await self.gateway.one("/v1/models", ModelMenu, all="true")
        if menu.data and not self.value("model"):
            with self.prevent(Input.Changed):
                self.query_one("#model", Input).value = menu.data[0].id

    def asked(self) -> Sample:
        """The request as the form says it. Raises BadSample."""
        stream = self.value("stream").lower()
        if stream not in ("yes", "no", ""):
            raise BadSample("Stream is yes or no.")
        body = sample_with(self.sample.body, self.value("model"), stream, self.query_one("#message", Input).value)
        return Sample(body, self.sample.path, self.value("metadata"), self.sample.headers)

    def value(self, name: str) -> str:
        """What a field says."""
        return self.query_one(f"#{name}", Input).value.strip()

    def show(self) -> None:
        """As wide as there is room."""
        if self.explanation is not None:
            self.told.show(lines(self.explanation, self.told.width))
            self.told.to_beginning()

    def action_scroll(self, by: int) -> None:
        """A line."""
        self.told.move(by)

    def action_scroll_page(self, by: int) -> None:
        """A screenful."""
        self.told.move_page(by)

    def action_back(self) -> None:
        """Where one came from."""
        self.dismiss()
