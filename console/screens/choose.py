"""Choose one of a few things, each shown as what one would get."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from console.logs.backlog import Row
from console.text.plain import plain_line


class ChooseScreen(ModalScreen[tuple[str, str] | None]):
    """Gives (name, text) of what was chosen, None if nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,ctrl+c", "dismiss(None)", "Cancel"),
        ("j", "app.simulate_key('down')", "Down"),
        ("k", "app.simulate_key('up')", "Up"),
        ("g", "app.simulate_key('home')", "First"),
        ("G", "app.simulate_key('end')", "Last"),
    ]

    def __init__(self, title: str, choices: dict[str, str], chosen: str = "", *, name_width: int = 14) -> None:
        super().__init__()
        self.heading = title
        self.choices = choices
        self.chosen = chosen
        """What holds now; the cursor begins there."""
        self.name_width = name_width

    def compose(self) -> ComposeResult:
        """One line each."""
        with Vertical(classes="dialog"):
            yield Label(self.heading, classes="title", markup=False)
            yield OptionList(*(Option(self.line(name, text), id=name) for name, text in self.choices.items()))

    def on_mount(self) -> None:
        """On what holds now."""
        if self.chosen in self.choices:
            self.query_one(OptionList).highlighted = list(self.choices).index(self.chosen)

    def line(self, name: str, text: str) -> Content:
        """The name, and the beginning of what it stands for."""
        name = plain_line(name)
        return Content.assemble((f"{name:<{self.name_width}} ", "bold"), Content(plain_line(text[:80])))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Give it back."""
        name = event.option.id or ""
        self.dismiss((name, self.choices[name]))


def copies_of(row: Row) -> dict[str, str]:
    """What an operator copies of a request."""
    origin = row.origin
    choices = {"log id": row.id, "trace id": origin.trace_id, "model": origin.ai_model, "key name": origin.api_key_name}
    if row.summary is not None and row.summary.error is not None:
        choices["error"] = row.summary.error.message
    return {name: text for name, text in choices.items() if text}
