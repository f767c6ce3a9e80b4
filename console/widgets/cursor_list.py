"""What every list has: a heading, a cursor that moves with the same keys, and only the lines on screen drawn."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.strip import Strip

from console.keys_table import bindings
from console.widgets.columns import Column, heading
from console.widgets.toned import Toned


class CursorList(Toned, inherit_bindings=False):
    """Rows under a heading and a cursor; a subclass says what the rows are."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: list[Column] = []

    def held(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def place(self) -> int | None:
        """Where the cursor is."""
        raise NotImplementedError

    def put_cursor(self, place: int) -> None:
        """Have the cursor on the row at `place`, which exists."""
        raise NotImplementedError

    def cells_at(self, place: int) -> list[tuple[str, str]]:
        """(tone, text) for each column, padded to its width."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Open the row under the cursor."""
        raise NotImplementedError

    @property
    def is_pointed(self) -> bool:
        """Whether the cursor is drawn."""
        return True

    @property
    def page(self) -> int:
        """Rows that are on screen at once."""
        return max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """One line of the screen; the first is the heading."""
        width, place = self.size.width, self.scroll_offset.y + y - 1
        if y == 0:
            return self.one_toned(heading(self.columns), "heading", width)
        return self.line(place, width) if place < self.held() else Strip.blank(width, self.tone("text"))

    def line(self, place: int, width: int) -> Strip:
        """The row at `place` as a line."""
        cells = self.cells_at(place)
        if place == self.place() and self.is_pointed:
            return self.one_toned("".join(f"{text} " for _, text in cells), "cursor", width)
        return self.toned([part for tone, text in cells for part in ((tone, text), ("text", " "))], width)

    def go(self, place: int) -> None:
        """Move the cursor there, or as near as there are rows, and have it on screen."""
        if self.held():
            self.put_cursor(max(0, min(place, self.held() - 1)))
            self.show_cursor()
            self.refresh()

    def show_cursor(self) -> None:
        """Scroll no further than it takes to see the cursor."""
        place, top = self.place(), self.scroll_offset.y
        if place is not None and not top <= place < top + self.page:
            y = place if place < top else place - self.page + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)

    def action_move(self, by: int) -> None:
        """Some rows down, or up."""
        if (place := self.place()) is not None:
            self.go(place + by)

    def action_move_page(self, pages: int) -> None:
        """A screenful."""
        self.action_move(pages * max(1, self.page - 1))

    def action_move_to_first(self) -> None:
        """The first row."""
        self.go(0)

    def action_move_to_last(self) -> None:
        """The last row."""
        self.go(self.held() - 1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor, a second one opens."""
        place = self.scroll_offset.y + event.y - 1
        if event.y == 0 or place >= self.held():
            return
        if place == self.place():
            self.action_open()
        else:
            self.go(place)
