"""What one does with a list of logs beside looking: choose views, columns, how far back; copy, and see the trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from textual import work
from textual.getters import query_one

from console.client import GatewayClient
from console.logs.query import Query, parse, with_range
from console.screens.governed import GovernedScreen
from console.widgets.tail_view import TailView
from console.wire.errors import GatewayError

SPANS = {
    "last 15 min": "15m",
    "last hour": "1h",
    "last 6 hours": "6h",
    "last 24 hours": "24h",
    "last 7 days": "7d",
    "last 30 days": "30d",
    "last 90 days": "90d",
}
"""What `t` offers beside everything."""


class LogActs(GovernedScreen):
    """The acts of the Logs screen that ask something first."""

    tail = query_one("#tail", TailView)

    def __init__(self, gateway: GatewayClient, zone: tzinfo | None, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.gateway = gateway
        self.zone = zone
        self.now = now
        self.filter_text = ""

    def narrow(self, text: str, query: Query) -> None:
        """Show only what matches."""
        raise NotImplementedError

    def show_where(self) -> None:
        """Say what the list shows."""
        raise NotImplementedError

    def action_time_range(self) -> None:
        """Choose how far back the list goes."""
        from console.screens.choose import ChooseScreen

        spans = {words: f"since:{span}" for words, span in SPANS.items()} | {"everything": " "}
        now = next((words for words, span in spans.items() if span in self.filter_text.split()), "everything")
        self.app.push_screen(ChooseScreen("How far back?", spans, now), self.reach_back)

    def reach_back(self, choice: tuple[str, str] | None) -> None:
        """Only what happened since then."""
        if choice is not None:
            line = with_range(self.filter_text, choice[1].strip())
            self.narrow(line, parse(line)[0])

    @work(exclusive=True, group="choose")
    async def action_views(self) -> None:
        """Choose a saved view."""
        from console.screens.logs.views import ViewsScreen

        line = await self.app.push_screen_wait(ViewsScreen(self.gateway))
        if line is not None:
            self.narrow(line, parse(line)[0])

    @work(exclusive=True, group="choose")
    async def action_save_view(self) -> None:
        """Keep the filter under a name, for everybody of the workspace."""
        from console.screens.logs.views import save_view

        if not self.filter_text:
            self.tollhouse.say("There is no filter to save: / narrows the list first.")
        elif await self.app.push_screen_wait(save_view(self.gateway, self.filter_text, self.now)) is not None:
            self.tollhouse.say("Saved; v has it.")

    @work(exclusive=True, group="choose")
    async def action_columns(self) -> None:
        """Choose what each row shows."""
        from console.screens.logs.columns import ColumnsScreen

        if (names := await self.app.push_screen_wait(ColumnsScreen(self.tail.shown))) is not None:
            self.tail.show_columns(names)
            self.remember(columns=list(names))

    @work(exclusive=True, group="export")
    async def action_export(self) -> None:
        """What is marked, else what the filter finds, as a file; one may look at other things meanwhile."""
        from console.logs.exporting import export, place
        from console.screens.logs.views import export_form

        marked = list(self.tail.marked)
        what = f"{len(marked):,} marked" if marked else self.filter_text or "everything"
        found = parse(self.filter_text)[0].filters(self.now())
        filters = {"log_ids": ",".join(marked)} if marked else found
        values = await self.app.push_screen_wait(export_form(what, filters, self.now()))
        if values is None:
            return
        file = place(values["file"])
        try:
            count = await export(self.gateway, filters, values["format"], file)
        except GatewayError as error:
            self.tollhouse.say_failure(error)
        except OSError as error:
            self.tollhouse.say(f"Not written: {error}.")
        else:
            self.tollhouse.say(f"Exported {count:,} requests to {file}.")
            self.tail.unmark(*marked)
            self.show_where()

    def action_mark(self) -> None:
        """Mark the request under the cursor, or take its mark back."""
        self.tail.mark()
        self.show_where()

    @work(exclusive=True, group="choose")
    async def action_limit(self) -> None:
        """What refused it, to be raised there."""
        from console.screens.logs.to_limit import show_limit

        if (row := self.tail.cursor_row) is not None:
            await show_limit(self.tollhouse, row.summary)

    def action_trace(self) -> None:
        """The requests that belong to the one under the cursor."""
        from console.screens.logs.trace import TraceScreen

        if (row := self.tail.cursor_row) is not None and row.origin.trace_id:
            self.app.push_screen(TraceScreen(self.gateway, row.origin.trace_id, self.zone))

    def action_copy_id(self) -> None:
        """The log's id, which support and scripts ask for."""
        if (row := self.tail.cursor_row) is not None:
            self.tollhouse.copy(row.id, "log id")

    def action_copy(self) -> None:
        """Choose what to copy of this row."""
        from console.screens.choose import ChooseScreen, copies_of

        if (row := self.tail.cursor_row) is not None:
            self.app.push_screen(ChooseScreen("Copy", copies_of(row)), self.tollhouse.copy_choice)
