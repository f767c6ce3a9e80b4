"""The list of what may stand at the cursor, beside the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from console.configs.help import Offer
from console.text.plain import plain_line

ROWS, WIDTH = 8, 66


class Completions(OptionList, can_focus=False):
    """Offers, one of them marked; the text keeps the focus."""

    DEFAULT_CSS = """
    Completions {
        layer: above; position: absolute; display: none; width: 66; height: auto; max-height: 8; padding: 0;
        border: none; background: $panel; scrollbar-size-vertical: 1;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.offers: Sequence[Offer] = ()

    def offer(self, offers: Sequence[Offer], cursor: Offset) -> None:
        """Show them below the cursor, or above it where there is no room; nothing for none."""
        self.offers = offers
        self.display = bool(offers)
        if not offers:
            return
        self.clear_options()
        self.add_options(Option(line(one)) for one in offers)  # one row each, whatever they say
        self.highlighted = 0
        screen, rows = self.screen.size, min(ROWS, len(offers))
        below = cursor.y + 1
        self.styles.offset = (
            max(0, min(cursor.x, screen.width - WIDTH)),
            below if below + rows < screen.height else max(0, cursor.y - rows),
        )

    def point(self, by: int) -> None:
        """Mark another."""
        if self.offers:
            self.highlighted = ((self.highlighted or 0) + by) % len(self.offers)

    @property
    def chosen(self) -> Offer | None:
        """The marked one."""
        return self.offers[self.highlighted or 0] if self.display and self.offers else None


def line(offer: Offer) -> Content:
    """The name, and what it is."""
    name = plain_line(offer.name)
    words = plain_line(offer.words)[: max(0, WIDTH - 5 - len(name))]
    return Content.assemble((name, "bold"), (f"  {words}", "$text-muted"))
