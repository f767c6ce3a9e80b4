"""The numbers of a stretch of time, each with its course in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual import events
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from console.overview.plotting import Number, sparkline

NAME, VALUE = 12, 11
"""Cells; a value that is longer makes room for itself, in all of them alike."""
LEAST = 37
"""Cells that one number takes at least; where more are free, courses are longer."""


class Numbers(Widget):
    """Draws them in two columns, or in three where there is room; the same numbers again are not drawn again."""

    DEFAULT_CSS = """
    Numbers { height: auto; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.numbers: tuple[Number, ...] = ()

    def show(self, numbers: Sequence[Number]) -> None:
        """Replace what is there."""
        before, self.numbers = self.numbers, tuple(numbers)
        if self.numbers != before:
            self.refresh(layout=len(before) != len(self.numbers))

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Lines."""
        return -(-len(self.numbers) // across(width)) or 1

    def on_resize(self, _: events.Resize) -> None:
        """Another width, other courses."""
        self.refresh()

    def render(self) -> RenderResult:
        """The lines."""
        return Content("\n").join(self.lines(self.content_size.width))

    def lines(self, width: int) -> Iterator[Content]:
        """Rows of numbers, read from left to right."""
        columns = across(width)
        each = width // columns
        value = max([VALUE, *(cell_len(number.value) for number in self.numbers)]) + 1
        for start in range(0, len(self.numbers), columns):
            yield Content("").join(drawn(number, each, value) for number in self.numbers[start : start + columns])


def across(width: int) -> int:
    """How many numbers stand side by side."""
    return 3 if width >= 3 * LEAST else 2 if width >= 2 * LEAST else 1


def drawn(number: Number, width: int, value: int) -> Content:
    """Name, value, course, and two blanks before the next."""
    room = max(0, width - NAME - value - 2)
    return Content.assemble(
        (number.name.ljust(NAME), "$text-muted"),
        (number.value.ljust(value), f"bold {number.tone}".strip()),
        (f"{sparkline(number.course, room, number.how):<{room}}  ", "$text-primary"),
    )
