"""What there is to say about the row under the cursor, beside or below its list where a terminal has room for that."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

WIDE = "-wide"
ROOM_BESIDE = [(0, "-narrow"), (150, WIDE)]
ROOM_BELOW = [(0, "-low"), (32, "-high")]
"""From how many columns and rows on a screen has which class; `app.tcss` says what that means for the pane."""


class DetailPane(Static):
    """Lines that are known already: nothing is asked for them, so they are there as fast as the cursor moves."""

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.lines: Sequence[Content] = ()

    def tell(self, lines: Sequence[Content]) -> None:
        """These; the same again are not drawn again."""
        if lines != self.lines:
            self.lines = lines
            self.update(Content("\n").join(lines), layout=False)
