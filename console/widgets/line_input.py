"""A line to type or paste into; what is pasted is made plain as everything from outside is."""

from textual.screen import Screen
from textual.widgets import Input

from console.text.plain import plain_line


class LineInput(Input):
    """An Input whose value cannot steer the terminal, and whose cursor does not blink: idle costs nothing."""

    def on_mount(self) -> None:
        """Stand still, and know when the lines around have moved."""
        self.cursor_blink = False
        self.screen.screen_layout_refresh_signal.subscribe(self, self.place_cursor)

    def place_cursor(self, _: Screen[object]) -> None:
        """Have the terminal's own cursor where the text is, for input methods and screen readers: Textual looks where
        a line is when it gets the cursor, and what grows above it moves it afterwards."""
        if self.has_focus and self.app.cursor_position != self.cursor_screen_offset:
            self.app.cursor_position = self.cursor_screen_offset
            self.refresh()

    def validate_value(self, value: str) -> str:
        """Whatever is typed, pasted or filled in."""
        return plain_line(value)
