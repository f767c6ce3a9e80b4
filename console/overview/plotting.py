"""Curves and bars made of signs: braille dots for plots, parts of a block for sparklines. No Textual in here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Values = Sequence[float | None]
"""Over time, the oldest first; None is a gap."""
LEVELS = "▁▂▃▄▅▆▇"
"""Of a sparkline; the whole block is left out, or it would run into the line above."""
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille sign by row and column. Source: Unicode, chapter 21.1."""
BLANK = 0x2800
STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Where a scale may end, whatever the power of ten."""


def squeezed(values: Values, width: int, how: Literal["sum", "most"]) -> list[float | None]:
    """As many values as there are places: neighbours added up, or the largest of them; few are stretched."""
    if not values or width < 1:
        return []
    if len(values) <= width:
        return [values[place * len(values) // width] for place in range(width)]
    edges = [place * len(values) // width for place in range(width + 1)]
    return [merged(values[low:high], how) for low, high in pairwise(edges)]


def merged(values: Values, how: Literal["sum", "most"]) -> float | None:
    """Some values as one; gaps count only where there is nothing else."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    return sum(known) if how == "sum" else max(known)


def sparkline(values: Values, width: int, how: Literal["sum", "most"]) -> str:
    """The course of something in one line; nothing is a blank, and the least that is something can be seen."""
    shown = squeezed(values, width, how)
    most = max((value for value in shown if value), default=0.0)
    return "".join(LEVELS[math.ceil(value / most * len(LEVELS)) - 1] if value and value > 0 else " " for value in shown)


def scale_end(most: float) -> float:
    """The next round number from there."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(step for step in (*STEPS, 20.0) if step * power >= most * 0.999999) * power


class Canvas:
    """Braille signs to draw on; x goes right and y up, in dots: two to a sign across, four upwards."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width * 2, height * 4
        self._bits = [[0] * width for _ in range(height)]

    def dot(self, x: int, y: int) -> None:
        """Set one."""
        down = self.height - 1 - y
        self._bits[down // 4][x // 2] |= DOTS[down % 4][x % 2]

    def upright(self, x: int, low: int, high: int) -> None:
        """Set all from `low` to `high`."""
        for y in range(low, high + 1):
            self.dot(x, y)

    def lines(self) -> list[str]:
        """What was drawn, from above."""
        return ["".join(chr(BLANK | bits) if bits else " " for bits in row) for row in self._bits]


def drawn(curves: Sequence[Values], width: int, height: int, *, filled: bool) -> tuple[list[str], float]:
    """Curves on one canvas, and where its scale ends. `filled` stands on the ground, as what is counted does."""
    canvas = Canvas(width, height)
    shown = [squeezed(values, canvas.width, "most") for values in curves]
    top = scale_end(max((value for values in shown for value in values if value is not None), default=0.0))
    for values in shown:
        heights = [None if value is None else round(value / top * (canvas.height - 1)) for value in values]
        for x, (low, high) in enumerate(stretches(heights, filled=filled)):
            canvas.upright(x, low, high)
    return canvas.lines(), top


def stretches(heights: Sequence[int | None], *, filled: bool) -> Iterator[tuple[int, int]]:
    """Which dots of each column belong to a curve: down to the ground, or to where the column before it was."""
    before: int | None = None
    for height in heights:
        if height is None or (filled and height == 0):
            yield 0, -1
        elif filled:
            yield 0, height
        else:
            start = height if before is None else before
            yield (height, max(height, start - 1)) if start >= height else (start + 1, height)
        before = height


@dataclass(frozen=True, slots=True)
class Number:
    """What something came to, and its course."""

    name: str
    value: str
    course: tuple[float | None, ...]
    how: Literal["sum", "most"] = "sum"
    """What a place of the course shows of the points that fall on it."""
    tone: str = ""
    """A colour, for what the value itself says already."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is to be drawn: curves, how their values are written, and what the time axis says."""

    title: str
    curves: tuple[tuple[float | None, ...], ...]
    spell: Callable[[float], str]
    times: tuple[str, str, str]
    """The beginning, the middle and the end."""
    filled: bool


def framed(plot: Plot, width: int, height: int) -> list[tuple[str, str]]:
    """(axis, curve) for each line: the canvas with its scale on the left and the time below."""
    if height < 3 or width < 20:
        return []
    end = scale_end(max((value for values in plot.curves for value in values if value is not None), default=0.0))
    margin = max(len(plot.spell(end)), len(plot.spell(end / 2)), 3)
    lines, top = drawn(plot.curves, width - margin - 2, height - 1, filled=plot.filled)
    marks = {0: plot.spell(top), len(lines) - 1: "0"}
    if len(lines) >= 5:
        marks[len(lines) // 2] = plot.spell(top / 2)
    axis = [f"{marks.get(place, ''):>{margin}} {'┤' if place in marks else '│'}" for place in range(len(lines))]
    return [*zip(axis, lines, strict=True), (" " * (margin + 2), below(plot.times, width - margin - 2))]


def below(times: tuple[str, str, str], width: int) -> str:
    """The time axis."""
    begin, middle, end = times
    left = begin + middle.rjust(max(0, width // 2 + len(middle) // 2 - len(begin)))
    return left + end.rjust(max(0, width - len(left)))
