"""What every list has: a heading, a cursor that moves with the same keys, and only the lines on screen drawn."""

from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.strip import Strip

from console.keys_table import bindings
from console.widgets.columns import Column, heading
from console.widgets.toned import Toned

MARK = "●"
"""Stands before a row that is marked."""


class CursorList(Toned, inherit_bindings=False):
    """Rows under a heading and a cursor; a subclass says what the rows are."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]

    def __init__(self, *, has_marks: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, classes="-marks" if has_marks else None)
        self.columns: list[Column] = []
        self.has_marks = has_marks
        self.marked: dict[str, None] = {}
        """The ids of the rows that are marked, in the order in which they were."""

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

    def id_at(self, place: int) -> str:
        """The id of the row at `place`, which exists."""
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

    @property
    def room(self) -> int:
        """Cells for the columns: where rows can be marked, the first of each line is for that."""
        return max(0, self.size.width - self.has_marks)

    def render_line(self, y: int) -> Strip:
        """One line of the screen; the first is the heading."""
        place, width = self.scroll_offset.y + y - 1, self.room
        if y > 0 and place >= self.held():
            return Strip.blank(self.size.width, self.tone("text"))
        line = self.one_toned(heading(self.columns), "heading", width) if y == 0 else self.line(place, width)
        if not self.has_marks:
            return line
        sign = MARK if y > 0 and self.marked and self.id_at(place) in self.marked else " "
        return Strip.join([self.one_toned(sign, "marked", 1), line])

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

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark back, and go on to the next."""
        if (place := self.place()) is not None:
            row_id = self.id_at(place)
            if row_id in self.marked:
                del self.marked[row_id]
            else:
                self.marked[row_id] = None
            self.go(place + 1)

    def unmark(self, *row_ids: str) -> None:
        """Take these marks back, or all."""
        for row_id in row_ids or tuple(self.marked):
            self.marked.pop(row_id, None)
        self.refresh()

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
