"""A text of any length: its lines are given ready wrapped, and only those on screen are drawn."""

from collections.abc import Sequence

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from console.text.wrapping import Line
from console.widgets.toned import Toned


class TextView(Toned, can_focus=False, inherit_bindings=False):
    """Shows lines; with a cursor where `cursor` is a line's place."""

    class Resized(Message):
        """The lines have to be wrapped anew."""

        def __init__(self, view: "TextView") -> None:
            super().__init__()
            self.view = view

    class Clicked(Message):
        """On a line."""

        def __init__(self, view: "TextView", place: int) -> None:
            super().__init__()
            self.view = view
            self.place = place

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.lines: Sequence[Line] = []
        self.cursor: int | None = None

    @property
    def width(self) -> int:
        """Cells that a line may take; one is kept for the bar beside them."""
        return max(2, self.size.width - (0 if self.show_vertical_scrollbar else 1))

    def show(self, lines: Sequence[Line]) -> None:
        """Other lines."""
        self.lines = lines
        self.virtual_size = Size(self.size.width, len(lines))
        self.refresh()

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is on screen."""
        return self.scroll_offset.y + self.size.height >= len(self.lines)

    def to_end(self) -> None:
        """The last line."""
        self.scroll_to(y=max(0, len(self.lines) - self.size.height), animate=False, immediate=True, force=True)

    def to_beginning(self) -> None:
        """The first line."""
        self.scroll_to(y=0, animate=False, immediate=True, force=True)

    def move(self, by: int) -> None:
        """Some lines down, or up: the cursor where there is one."""
        if self.cursor is None:
            self.scroll_relative(y=by, animate=False, immediate=True)
        elif self.lines:
            self.put_cursor(self.cursor + by)

    def move_page(self, by: int) -> None:
        """A screenful."""
        self.move(by * max(1, self.size.height - 1))

    def put_cursor(self, place: int) -> None:
        """On a line, or as near as there is one, and have it on screen."""
        self.cursor = max(0, min(place, len(self.lines) - 1))
        top, height = self.scroll_offset.y, self.size.height
        if not top <= self.cursor < top + height:
            y = self.cursor if self.cursor < top else self.cursor - height + 1
            self.scroll_to(y=y, animate=False, immediate=True, force=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        place, width = self.scroll_offset.y + y, self.size.width
        if place >= len(self.lines):
            return Strip.blank(width, self.tone("text"))
        if place == self.cursor:
            return self.one_toned("".join(text for _, text in self.lines[place]), "cursor", width)
        return self.toned(self.lines[place], width)

    def on_resize(self, _: events.Resize) -> None:
        """Another width."""
        self.post_message(self.Resized(self))

    def on_click(self, event: events.Click) -> None:
        """By mouse."""
        place = self.scroll_offset.y + event.y
        if place < len(self.lines):
            self.post_message(self.Clicked(self, place))


class GrowingView(TextView):
    """Lines that become more while one looks: who looks at the end goes on doing so."""

    def show(self, lines: Sequence[Line]) -> None:
        """Other lines, mostly the same and more."""
        was_at_end = self.is_at_end
        super().show(lines)
        if was_at_end:
            self.to_end()
