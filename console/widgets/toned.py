"""What is drawn line by line in the theme's colours: lists under a cursor, and long texts."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style as VisualStyle

TONES = {
    "text": "",
    "dim": "dim",
    "bold": "bold",
    "key": "$text-secondary",
    "ok": "$text-success",
    "refused": "$text-warning",
    "failed": "bold $text-error",
    "pending": "italic $text-primary",
    "heading": "bold",
    "marked": "bold $text-accent",
    "cursor": "bold $block-cursor-foreground on $block-cursor-background",
}
"""How a cell may look, in the theme's colours. No component classes: Textual works each of those out like a widget."""


class Toned(ScrollView, can_focus=True, inherit_bindings=False):
    """Draws lines itself, only those on screen."""

    DEFAULT_CSS = """
    Toned { scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._styles: dict[str, Style] = {}

    def toned(self, cells: Iterable[tuple[str, str]], width: int) -> Strip:
        """A line of texts, each in its tone; neighbours of one tone are one segment, for each costs something."""
        alike = groupby(cells, key=itemgetter(0))
        segments = [Segment("".join(text for _, text in parts), self.tone(tone)) for tone, parts in alike]
        return Strip(segments).adjust_cell_length(width, self.tone("text"))

    def one_toned(self, text: str, tone: str, width: int) -> Strip:
        """A line that looks the same from end to end."""
        return Strip([Segment(text, self.tone(tone))]).adjust_cell_length(width, self.tone(tone))

    def tone(self, name: str) -> Style:
        """The theme's style for a tone, looked up when first drawn: before that the theme is not applied yet."""
        if name not in self._styles:
            self._styles[name] = self.style_of(name)
        return self._styles[name]

    def style_of(self, name: str) -> Style:
        """What the theme has for a tone."""
        words = "reverse" if name == "cursor" and self.app.no_color else TONES[name]
        return (self.visual_style + VisualStyle.parse(words, self.app.theme_variables)).rich_style

    def notify_style_update(self) -> None:
        """Another theme: the colours looked up so far are the wrong ones."""
        super().notify_style_update()
        self._styles = {}
