"""A line to type or paste into; what is pasted is made plain as everything from outside is."""

from textual.widgets import Input

from console.text.plain import plain_line


class LineInput(Input):
    """An Input whose value cannot steer the terminal, and whose cursor does not blink: idle costs nothing."""

    def on_mount(self) -> None:
        """Stand still."""
        self.cursor_blink = False

    def validate_value(self, value: str) -> str:
        """Whatever is typed, pasted or filled in."""
        return plain_line(value)
