"""The live list of logs: only the lines on screen are drawn, so ten thousand rows cost what forty do."""

from datetime import tzinfo
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.backlog import Backlog, Row
from console.keys_table import bindings
from console.widgets.log_line import Column, cells, fitting, heading

TONES = ("text", "dim", "key", "ok", "refused", "failed", "pending")


class TailView(ScrollView, can_focus=True):
    """The rows of a backlog under a cursor; following means the cursor stays on the newest."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tail--{tone}" for tone in (*TONES, "heading", "cursor")}
    DEFAULT_CSS = """
    TailView {
        & > .tail--dim { text-style: dim; }
        & > .tail--key { color: $secondary; }
        & > .tail--ok { color: $success; }
        & > .tail--refused { color: $warning; }
        & > .tail--failed { color: $error; text-style: bold; }
        & > .tail--pending { color: $primary; text-style: italic; }
        & > .tail--heading { text-style: bold; }
        & > .tail--cursor { text-style: reverse; }
    }
    """
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
        super().__init__(id=id)
        self.backlog = backlog
        self.zone = zone
        self.cursor_id: str | None = None
        self._columns: list[Column] = []
        self._styles: dict[str, Style] = {}

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
        if not self.following and self._place() is None:
            self.cursor_id = rows[0].id
        self._top_id = self._id_at(self.scroll_offset.y)
        self.refresh()
        self.post_message(self.Moved())

    _top_id: str | None = None

    def render_line(self, y: int) -> Strip:
        """One line of the screen; the first is the heading."""
        width = self.size.width
        if y == 0:
            return Strip([Segment(heading(self._columns), self._style("heading"))]).adjust_cell_length(width)
        place = self.scroll_offset.y + y - 1
        if place >= len(self.backlog.rows):
            return Strip.blank(width, self._style("text"))
        row = self.backlog.rows[place]
        drawn = (width, row.id == self.cursor_id)
        if (strip := row.drawn.get(drawn)) is None:
            strip = row.drawn[drawn] = self._draw(row, width, under_cursor=drawn[1])
        assert isinstance(strip, Strip)
        return strip

    def _draw(self, row: Row, width: int, *, under_cursor: bool) -> Strip:
        over = self._style("cursor") if under_cursor else Style.null()
        segments: list[Segment] = []
        for tone, text in cells(row, self._columns, self.zone):
            segments += [Segment(text, self._style(tone) + over), Segment(" ", self._style("text") + over)]
        return Strip(segments).adjust_cell_length(width, self._style("text") + over)

    def on_resize(self, event: events.Resize) -> None:
        """Choose columns for the new width."""
        self._columns = fitting(event.size.width)
        self._forget_drawn()
        self.paint()

    def notify_style_update(self) -> None:
        """Another theme: every line drawn so far is of the wrong colour."""
        super().notify_style_update()
        self._styles = {}
        self._forget_drawn()

    def _style(self, name: str) -> Style:
        """The theme's style for a tone, looked up when first drawn: before that the theme is not applied yet."""
        if name not in self._styles:
            self._styles[name] = self.get_component_rich_style(f"tail--{name}", partial=True)
        return self._styles[name]

    def _forget_drawn(self) -> None:
        for row in self.backlog.rows:
            row.drawn.clear()

    def action_move(self, by: int) -> None:
        """Move the cursor; up leaves following."""
        place = self._place()
        if place is None:
            return
        if place + by < 0:
            self.post_message(self.OlderWanted())
        self._go(place + by)

    def action_move_page(self, pages: int) -> None:
        """A screenful."""
        self.action_move(pages * max(1, self.size.height - 2))

    def action_move_to_first(self) -> None:
        """The oldest row held."""
        self._go(0)

    def action_move_to_last(self) -> None:
        """The newest row, and follow it from there."""
        self.following = True
        self.paint()

    def action_open(self) -> None:
        """Open what the cursor is on."""
        if (row := self.cursor_row) is not None:
            self.post_message(self.Opened(row))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor, a second one opens."""
        place = self.scroll_offset.y + event.y - 1
        if event.y == 0 or place >= len(self.backlog.rows):
            return
        if self.backlog.rows[place].id == self.cursor_id:
            self.action_open()
        self._go(place)

    def on_mouse_scroll_up(self) -> None:
        """Looking at older rows is not following."""
        self.following = False
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remember what is at the top, so that rows that come and go do not move the view."""
        super().watch_scroll_y(old_value, new_value)
        self._top_id = self._id_at(round(new_value))

    def _go(self, place: int) -> None:
        if not self.backlog.rows:
            return
        place = max(0, min(place, len(self.backlog.rows) - 1))
        self.following = False
        self.cursor_id = self.backlog.rows[place].id
        region = Region(0, place, 1, 1)
        top, height = self.scroll_offset.y, max(1, self.size.height - 1)
        if region.y < top or region.y >= top + height:
            y = region.y if region.y < top else region.y - height + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def _place(self) -> int | None:
        return self.backlog.find(self.cursor_id) if self.cursor_id else None

    def _id_at(self, place: int) -> str | None:
        rows = self.backlog.rows
        return rows[place].id if 0 <= place < len(rows) else None
