"""Help while a config is typed: what the field at the cursor is for, and what may stand there."""

from __future__ import annotations

from textual import on, work
from textual.getters import query_one
from textual.widgets import OptionList, Static, TextArea

from console.client import GatewayClient
from console.configs.editing import help_from
from console.configs.help import ConfigHelp
from console.configs.json_text import place_at
from console.screens.governed import GovernedScreen
from console.text.plain import plain_line
from console.widgets.completions import Completions
from console.widgets.json_area import JsonArea
from console.wire.errors import GatewayError


class CompletingScreen(GovernedScreen):
    """A screen with a text, a line for help, and a list of completions."""

    area = query_one("#text", JsonArea)
    popup = query_one(Completions)

    def __init__(self, gateway: GatewayClient) -> None:
        super().__init__()
        self.gateway = gateway
        self.help = ConfigHelp()

    @work(exclusive=True, group="learn")
    async def learn(self) -> None:
        """The schema and the names of the catalog; without them the editor only helps less."""
        try:
            self.help = await help_from(self.gateway)
        except GatewayError:
            return
        self.show_help()

    @on(TextArea.SelectionChanged)
    def show_help(self) -> None:
        """What the field at the cursor is for."""
        place = place_at(self.area.pieces, self.area.cursor_index)
        self.query_one("#field", Static).update(plain_line(self.help.line(place)))

    def action_complete(self) -> None:
        """List what may stand at the cursor."""
        place = place_at(self.area.pieces, self.area.cursor_index)
        offers = self.help.offers(place, self.area.pieces, self.area.text)
        self.popup.offer(offers, self.area.cursor_screen_offset)
        self.area.is_choosing = bool(offers)

    @on(JsonArea.Chose)
    def choose(self, message: JsonArea.Chose) -> None:
        """A key for the list."""
        steps = {"up": -1, "down": 1, "pageup": -7, "pagedown": 7}
        if message.key in steps:
            self.popup.point(steps[message.key])
        elif message.key == "escape":
            self.close_popup()
        else:
            self.take()

    @on(OptionList.OptionSelected)
    def take(self) -> None:
        """Write the marked one."""
        offer, area = self.popup.chosen, self.area
        self.close_popup()
        if offer is not None:
            place = place_at(area.pieces, area.cursor_index)
            area.replace(offer.text, area.location_of(place.start), area.location_of(place.end))
            area.move_cursor(area.location_of(place.start + len(offer.text) - offer.back))
            self.close_popup()

    def close_popup(self) -> None:
        """No list any more."""
        self.popup.display = False
        self.area.is_choosing = False
