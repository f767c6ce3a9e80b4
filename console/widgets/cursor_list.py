"""What every list has: a heading, a cursor that moves with the same keys, and only the lines on screen drawn."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle

from console.keys_table import bindings
from console.widgets.columns import Column, heading

TONES = {
    "text": "",
    "dim": "dim",
    "key": "$text-secondary",
    "ok": "$text-success",
    "refused": "$text-warning",
    "failed": "bold $text-error",
    "pending": "italic $text-primary",
    "heading": "bold",
    "cursor": "bold $block-cursor-foreground on $block-cursor-background",
}
"""How a cell may look, in the theme's colours. No component classes: Textual works each of those out like a widget."""


class CursorList(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a heading and a cursor; a subclass says what the rows are."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("lists")]
    DEFAULT_CSS = """
    CursorList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.columns: list[Column] = []
        self._styles: dict[str, Style] = {}

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
        if place == self.place():
            return self.one_toned("".join(f"{text} " for _, text in cells), "cursor", width)
        segments: list[Segment] = []
        for tone, text in cells:
            segments += [Segment(text, self.tone(tone)), Segment(" ", self.tone("text"))]
        return Strip(segments).adjust_cell_length(width, self.tone("text"))

    def one_toned(self, text: str, tone: str, width: int) -> Strip:
        """A line that looks the same from end to end."""
        return Strip([Segment(text, self.tone(tone))]).adjust_cell_length(width, self.tone(tone))

    def tone(self, name: str) -> Style:
        """The theme's style for a tone, looked up when first drawn: before that the theme is not applied yet."""
        if name not in self._styles:
            words = "reverse" if name == "cursor" and self.app.no_color else TONES[name]
            self._styles[name] = (self.visual_style + VisualStyle.parse(words, self.app.theme_variables)).rich_style
        return self._styles[name]

    def notify_style_update(self) -> None:
        """Another theme: the colours looked up so far are the wrong ones."""
        super().notify_style_update()
        self._styles = {}

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
