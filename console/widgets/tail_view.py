"""The live list of logs: only the lines on screen are drawn, so ten thousand rows cost what forty do.

At two thousand requests a second each painting is of lines that nobody has seen yet. Textual's way from a line to the
terminal makes six copies of it (borders, padding, filters, cuts); this list goes past that, with one.
"""

from datetime import tzinfo

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from console.logs.backlog import Backlog, Row
from console.widgets.cursor_list import CursorList
from console.widgets.log_line import USUAL, cells, fitting

Look = tuple[object, ...]


class TailView(CursorList):
    """The rows of a backlog under a cursor; following means the cursor stays on the newest."""

    following: reactive[bool] = reactive(True)

    class Opened(Message):
        """Enter, or a second click, on a row."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    class Moved(Message):
        """The cursor is somewhere else, or following was switched."""

    class OlderWanted(Message):
        """The cursor ran into the oldest row."""

    def __init__(self, backlog: Backlog, zone: tzinfo | None, *, id: str | None = None) -> None:
        super().__init__(has_marks=True, id=id)
        self.backlog = backlog
        self.zone = zone
        self.shown: tuple[str, ...] = USUAL
        """The columns that are wanted, as far as they fit."""
        self.cursor_id: str | None = None
        self._top_id: str | None = None
        """The row at the top of the screen."""
        self._drawn: dict[Look, Strip] = {}
        """The lines on screen, by what they show."""

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor."""
        return self.backlog.row(self.cursor_id) if self.cursor_id else None

    def paint(self) -> None:
        """Show the backlog as it is now, the view staying where the operator left it."""
        rows, height = self.backlog.rows, self.size.height - 1
        top = self._top_id
        self.virtual_size = Size(self.size.width, len(rows) + 1)
        if self.following or not rows:
            self.cursor_id = rows[-1].id if rows else None
            self.scroll_to(y=max(0, len(rows) - height), animate=False, immediate=True, force=True)
        elif top is not None and (place := self.backlog.find(top)) is not None:
            self.scroll_to(y=place, animate=False, immediate=True, force=True)
        if rows and self.place() is None:
            self.cursor_id = rows[0].id
        self._top_id = self._id_at(self.scroll_offset.y)
        self.refresh()
        self.post_message(self.Moved())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its lines as they are sent; those that stood there before are not drawn again, wherever they stand now."""
        width, top = self.size.width, self.scroll_offset.y - 1
        looks = [self.look(y, top + y, width) for y in crop.line_range]
        before = self._drawn
        self._drawn = {look: before.get(look) or self.padded(y) for y, look in zip(crop.line_range, looks, strict=True)}
        return [self._drawn[look].crop(*crop.column_span) for look in looks]

    def look(self, y: int, place: int, width: int) -> Look:
        """All that a line of the screen is drawn from, but for theme and columns."""
        if y == 0 or place >= self.held():
            return y == 0, width
        row = self.backlog.rows[place]
        signs = row.id == self.cursor_id, row.id in self.marked
        return row.id, row.summary is None, row.lost, signs, width

    def padded(self, y: int) -> Strip:
        """A line between the blanks at its sides."""
        padding = self.styles.padding
        left, right = (Segment(" " * blanks, self.tone("padding")) for blanks in (padding.left, padding.right))
        line = self.render_line(y)
        return Strip([left, *line, right], line.cell_length + padding.width)

    def style_of(self, name: str) -> Style:
        """As Textual's filters leave it, for its lines do not come to them."""
        style = super().style_of("text" if name == "padding" else name)
        line = Strip([Segment(" ", Style(bgcolor=style.bgcolor) if name == "padding" else style)])
        for line_filter in self.get_line_filters():
            line = line.apply_filter(line_filter, self.background_colors[1])
        return next(iter(line)).style or style

    def cells_at(self, place: int) -> list[tuple[str, str]]:
        """One log."""
        return cells(self.backlog.rows[place], self.columns, self.zone)

    def on_resize(self, _: events.Resize) -> None:
        """Choose columns for the new width."""
        self.show_columns(self.shown)

    def show_columns(self, names: tuple[str, ...]) -> None:
        """These, as far as they fit."""
        self.shown = names
        self.columns = fitting(self.room, names)
        self._forget_drawn()
        self.paint()

    def notify_style_update(self) -> None:
        """Another theme: every line drawn so far is of the wrong colour."""
        super().notify_style_update()
        self._forget_drawn()

    def _forget_drawn(self) -> None:
        self._drawn.clear()

    def held(self) -> int:
        """How many rows there are."""
        return len(self.backlog.rows)

    def place(self) -> int | None:
        """Where the cursor is."""
        return self.backlog.find(self.cursor_id) if self.cursor_id else None

    def put_cursor(self, place: int) -> None:
        """On a row of one's own choice, which is not following."""
        self.following = False
        self.cursor_id = self.backlog.rows[place].id
        self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Move the cursor; up leaves following, and past the oldest row asks for older ones."""
        if (place := self.place()) is not None and place + by < 0:
            self.post_message(self.OlderWanted())
        super().action_move(by)

    def action_move_to_last(self) -> None:
        """The newest row, and follow it from there."""
        self.following = True
        self.paint()

    def action_open(self) -> None:
        """Open what the cursor is on."""
        if (row := self.cursor_row) is not None:
            self.post_message(self.Opened(row))

    def on_mouse_scroll_up(self) -> None:
        """Looking at older rows is not following."""
        self.following = False
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remember what is at the top, so that rows that come and go do not move the view."""
        super().watch_scroll_y(old_value, new_value)
        self._top_id = self._id_at(round(new_value))

    def id_at(self, place: int) -> str:
        """The log's id."""
        return self.backlog.rows[place].id

    def _id_at(self, place: int) -> str | None:
        rows = self.backlog.rows
        return rows[place].id if 0 <= place < len(rows) else None
