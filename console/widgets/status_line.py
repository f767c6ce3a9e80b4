"""The first line of every screen: is all well, and what does it cost."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from console.plain import plain_line
from console.pulse import Pulse, figures, state

TONES = {
    "ok": "$text-success bold",
    "warning": "$text-warning bold",
    "error": "$text-error bold",
    "muted": "$text-muted",
}


class StatusLine(Widget):
    """Draws the application's pulse; the state comes first and is never left out."""

    DEFAULT_CSS = """
    StatusLine { dock: top; height: 1; padding: 0 1; background: $panel; color: $text; }
    """
    pulse: reactive[Pulse] = reactive(Pulse)

    def on_mount(self) -> None:
        """Follow the application's pulse."""
        self.watch(self.app, "pulse", self._follow)

    def _follow(self, pulse: Pulse) -> None:
        self.pulse = pulse

    def render(self) -> Content:
        """As many figures as fit behind the state."""
        tone, words = state(self.pulse)
        name, words = "tollhouse ", plain_line(words)
        room = self.content_size.width - len(name) - cell_len(words)
        parts = [Content.styled(name, "bold"), Content.styled(words, TONES[tone])]
        for figure in figures(self.pulse.stats) if self.pulse.stats else []:
            room -= cell_len(figure) + 2
            if room < 0:
                break
            parts.append(Content(f"  {figure}"))
        return Content("").join(parts)
