"""A text area for JSON: coloured, indented as one types, what is wrong underlined, completions beside the cursor."""

from __future__ import annotations

from collections import defaultdict

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.style import Style as VisualStyle
from textual.widgets import TextArea

from console.configs.json_text import Piece, pieces, spans
from console.text.plain import plain

COLOURS = {
    "key": "$text-secondary",
    "string": "$text-success",
    "number": "$text-warning",
    "word": "bold $text-accent",
    "mark": "dim",
    "wrong": "bold underline $text-error",
}
"""By the tones of `json_text`."""
CHOOSING = ("up", "down", "enter", "tab", "escape", "pageup", "pagedown")
"""Keys that belong to the list of completions while it is there."""
LONGEST_COLOURED = 200_000
"""Characters; reading more than that with every key would be felt."""


class JsonArea(TextArea):
    """The text that is edited; every sign in it is harmless to the terminal."""

    DEFAULT_CSS = """
    JsonArea { border: none; padding: 0; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }
    JsonArea:focus { border: none; }
    """

    class Chose(Message):
        """A key for the list of completions."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self, text: str = "", *, numbered: bool = True, id: str | None = None) -> None:
        super().__init__(
            plain(text),
            soft_wrap=False,
            compact=True,
            show_line_numbers=numbered,
            tab_behavior="indent",
            highlight_cursor_line=False,
            id=id,
        )
        self.cursor_blink = False
        self.indent_width = 2
        self.is_choosing = False
        self.wrong: dict[int, list[tuple[int, int]]] = {}
        """(first column, column after the last) of what is wrong, by line."""
        self._read: tuple[str, list[Piece]] | None = None
        self._coloured: tuple[str, dict[int, list[tuple[int, int, str]]]] | None = None
        self._tones: dict[str, Style] = {}

    @property
    def pieces(self) -> list[Piece]:
        """The signs of the text, read once for each text."""
        text = self.text
        if self._read is None or self._read[0] != text:
            self._read = text, pieces(text)
        return self._read[1]

    @property
    def cursor_index(self) -> int:
        """Where the cursor is, counted from the beginning of the text."""
        line, column = self.cursor_location
        return sum(len(text) + 1 for text in self.document.lines[:line]) + column

    def location_of(self, index: int) -> tuple[int, int]:
        """The same the other way round."""
        before = self.text[:index]
        line = before.count("\n")
        return line, len(before) - (before.rfind("\n") + 1)

    def go_to(self, index: int) -> None:
        """Put the cursor there."""
        self.move_cursor(self.location_of(index), center=True)
        self.focus()

    def mark(self, indices: list[int]) -> None:
        """Underline the signs that stand at these places."""
        ends = {one.start: one.end for one in self.pieces}
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for index in indices:
            line, column = self.location_of(index)
            found[line].append((column, column + ends.get(index, index + 1) - index))
        if dict(found) != self.wrong:
            self.wrong = dict(found)
            self._line_cache.clear()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """A line in colours."""
        line = super().get_line(line_index)
        for start, end, tone in self._spans().get(line_index, ()):
            line.stylize(self._tone(tone), start, end)
        for start, end in self.wrong.get(line_index, ()):
            line.stylize(self._tone("wrong"), start, end)
        return line

    def _spans(self) -> dict[int, list[tuple[int, int, str]]]:
        """The signs of each line."""
        text = self.text
        if self._coloured is None or self._coloured[0] != text:
            found: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
            for line, start, end, tone in spans(text, self.pieces) if len(text) <= LONGEST_COLOURED else ():
                found[line].append((start, end, tone))
            self._coloured = text, found
        return self._coloured[1]

    def _tone(self, name: str) -> Style:
        """The theme's style; the background stays what it is."""
        if name not in self._tones:
            style = VisualStyle.parse(COLOURS[name], self.app.theme_variables)
            whole = (self.visual_style + style).rich_style
            self._tones[name] = Style(color=whole.color, bold=whole.bold, dim=whole.dim, underline=whole.underline)
        return self._tones[name]

    def notify_style_update(self) -> None:
        """Another theme, other colours."""
        super().notify_style_update()
        self._tones = {}

    async def _on_key(self, event: events.Key) -> None:
        """Completions first; Enter keeps the indentation; what is left is for the text or the screen."""
        if self.is_choosing and event.key in CHOOSING:
            event.stop()
            event.prevent_default()
            self.post_message(self.Chose(event.key))
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            self.new_line()
        elif event.key == "escape":
            event.prevent_default()  # a text area would move the focus

    def new_line(self) -> None:
        """A line as far in as it belongs; between two brackets the closing one gets a line of its own."""
        line, column = self.cursor_location
        text = self.document.get_line(line)
        indent = " " * (len(text) - len(text.lstrip(" ")))
        before, after = text[:column].rstrip()[-1:], text[column:].lstrip()[:1]
        deeper = indent + "  " if before in ("{", "[") else indent
        self.move_cursor(self.replace(f"\n{deeper}", *self.selection).end_location)
        if before + after in ("{}", "[]") and before:
            here = self.cursor_location
            self.insert(f"\n{indent}", here, maintain_selection_offset=False)
            self.move_cursor(here)

    async def _on_paste(self, event: events.Paste) -> None:
        """As plain text, in the place of what is selected."""
        event.prevent_default()
        event.stop()
        self.move_cursor(self.replace(plain(event.text), *self.selection).end_location)
