"""The first line of every screen: is all well, and what does it cost."""

from typing import TYPE_CHECKING, cast

from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from console.pulse import Pulse, figures, state
from console.text.plain import plain_line

if TYPE_CHECKING:
    from console.app import TollhouseApp

TONES = {
    "ok": "$text-success bold",
    "warning": "$text-warning bold",
    "error": "$text-error bold",
    "muted": "$text-muted",
}
NAME = "tollhouse "


class StatusLine(Widget):
    """Draws the application's pulse; the state comes first and is never left out."""

    DEFAULT_CSS = """
    StatusLine { dock: top; height: 1; padding: 0 1; background: $panel; color: $text; }
    """
    line: reactive[Content] = reactive(Content(""))
    """What stands there; the same line again is not drawn again."""

    def on_mount(self) -> None:
        """Follow the application's pulse."""
        self.watch(self.app, "pulse", self._follow)

    def on_resize(self) -> None:
        """More figures fit, or fewer."""
        self._follow(cast("TollhouseApp", self.app).pulse)

    def _follow(self, pulse: Pulse) -> None:
        self.line = drawn(pulse, self.content_size.width)

    def render(self) -> RenderResult:
        """The line."""
        return self.line


def drawn(pulse: Pulse, width: int) -> Content:
    """The state, and as many figures as fit behind it."""
    tone, words = state(pulse)
    words = plain_line(words)
    room = width - len(NAME) - cell_len(words)
    if room < 0:
        words = set_cell_size(words, max(1, width - len(NAME) - 1)) + "…"
    parts = [Content.styled(NAME, "bold"), Content.styled(words, TONES[tone])]
    for figure in figures(pulse.stats) if pulse.stats else []:
        room -= cell_len(figure) + 2
        if room < 0:
            break
        parts.append(Content(f"  {figure}"))
    return Content("").join(parts)
