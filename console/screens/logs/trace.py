"""One trace: the requests that belong together, as a tree with their times."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from console.client import GatewayClient, segment
from console.keyboard import Place
from console.keys_table import bindings
from console.logs.backlog import Row
from console.logs.span_lines import Span, span_line, spans, told
from console.text.plain import plain_line
from console.widgets.key_bar import KeyBar
from console.widgets.status_line import StatusLine
from console.widgets.text_view import TextView
from console.wire.errors import GatewayError
from console.wire.traces import Trace

if TYPE_CHECKING:
    from console.app import TollhouseApp


class TraceScreen(Screen[None]):
    """A tree under a cursor; Enter opens the request."""

    CSS_PATH = "trace.tcss"
    PLACES: ClassVar[tuple[Place, ...]] = ("trace",)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("trace")]
    view = query_one(TextView)
    sentence = query_one("#sentence", Static)

    def __init__(self, gateway: GatewayClient, trace_id: str, zone: tzinfo | None) -> None:
        super().__init__()
        self.gateway = gateway
        self.trace_id = trace_id
        self.zone = zone
        self.trace: Trace | None = None
        self.spans: list[Span] = []

    def compose(self) -> ComposeResult:
        """The sentence, the tree."""
        yield StatusLine()
        yield Static(id="sentence", markup=False)
        yield TextView()
        yield KeyBar("trace", "everywhere")

    def on_mount(self) -> None:
        """Ask."""
        self.load()

    @work(exclusive=True)
    async def load(self) -> None:
        """The trace as it is now; more of it may come."""
        try:
            self.trace = await self.gateway.one(f"/v1/traces/{segment(self.trace_id)}", Trace)
        except GatewayError as error:
            self.sentence.update(plain_line(str(error)))
            return
        self.spans = list(spans(self.trace))
        self.sentence.update(plain_line(told(self.trace)))
        self.view.cursor = self.view.cursor or 0
        self.draw()

    @on(TextView.Resized)
    def draw(self) -> None:
        """The tree for this width."""
        if self.trace is not None:
            whole = self.trace.duration_ms
            self.view.show([span_line(span, whole, self.view.width) for span in self.spans])

    @on(TextView.Clicked)
    def clicked(self, event: TextView.Clicked) -> None:
        """By mouse: the cursor first, then open."""
        if self.view.cursor == event.place:
            self.action_open()
        else:
            self.view.put_cursor(event.place)

    def action_open(self) -> None:
        """The request under the cursor, or that of the try under it."""
        from console.screens.logs.detail import LogDetailScreen

        if self.spans and self.view.cursor is not None and (log := self.spans[self.view.cursor].log) is not None:
            self.app.push_screen(LogDetailScreen(self.gateway, Row(log.id, summary=log), self.zone))

    def action_move(self, by: int) -> None:
        """Some lines down, or up."""
        self.view.move(by)

    def action_reload(self) -> None:
        """Ask again."""
        self.load()

    def action_copy_id(self) -> None:
        """What applications and scripts call it."""
        cast("TollhouseApp", self.app).copy(self.trace_id, "trace id")

    def action_back(self) -> None:
        """To where one came from."""
        self.dismiss()
