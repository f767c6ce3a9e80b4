"""Several lines to type or paste into; Enter is left to the screen, which sends them."""

from textual import events
from textual.widgets import TextArea

from console.text.plain import plain


class PromptArea(TextArea):
    """Text whose every sign is harmless to the terminal; the cursor does not blink: idle costs nothing."""

    DEFAULT_CSS = """
    PromptArea { border: none; padding: 0 1; background: $boost; scrollbar-size-vertical: 1; }
    PromptArea:focus { border: none; background: $primary-muted; }
    """

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            plain(text), soft_wrap=True, compact=True, highlight_cursor_line=False, placeholder=placeholder, id=id
        )
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        """Enter and Ctrl+C do what the screen's table of keys says, instead of what a text editor would do."""
        if event.key in ("enter", "ctrl+j"):
            event.prevent_default()

    async def _on_paste(self, event: events.Paste) -> None:
        """As plain text, in the place of what is selected."""
        event.prevent_default()
        event.stop()
        self.replace(plain(event.text), *self.selection)

    def fill(self, text: str) -> None:
        """Another text, the cursor behind it."""
        self.load_text(plain(text))
        self.move_cursor(self.document.end)
