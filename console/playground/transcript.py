"""A conversation as lines; only what grows is laid out anew, so that long ones cost no more than short ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from console.logs.conversation import turn
from console.playground.chat import Answer, called_tools
from console.playground.sides import Side
from console.text.plain import plain
from console.text.wrapping import Line, wrapped

NAMES = {"user": "you", "assistant": "assistant"}


class Transcript:
    """The lines of one side; all but the last entry, which may grow, are laid out once for each width."""

    def __init__(self) -> None:
        self._width = 0
        self._settled: list[Line] = []
        self._count = 0
        """Entries that are settled: all that have another behind them."""

    def lines(self, side: Side, width: int) -> list[Line]:
        """Everything."""
        if width != self._width or len(side.entries) <= self._count:
            self.forget()
            self._width = width
        for entry in side.entries[self._count : -1]:
            self._settled += entry_lines(entry, width)
            self._count += 1
        return [*self._settled, *(line for entry in side.entries[-1:] for line in entry_lines(entry, width))]

    def forget(self) -> None:
        """Lay out everything again."""
        self._settled, self._count = [], 0


def entry_lines(entry: dict[str, Any] | Answer, width: int) -> Iterator[Line]:
    """One message or answer: who, what, and a line of space."""
    if isinstance(entry, Answer):
        yield [("key", f"▌ {entry.question.target}")]
        yield from answer_lines(entry, width)
    else:
        said = turn(entry)
        yield [("bold", f"▌ {NAMES.get(said.role, said.role)}")]
        yield from text_lines(said.text, width, "text")
    yield []


def answer_lines(answer: Answer, width: int) -> Iterator[Line]:
    """What it thought, said and called, then what it took."""
    yield from text_lines(answer.thinking, width, "dim")
    yield from text_lines(answer.text, width, "text")
    for call in called_tools(answer):
        yield from text_lines(call, width, "pending")
    if answer.trouble:
        yield from text_lines(f"✖ {answer.trouble}", width, "failed")
    if answer.is_under_way:
        yield [
            (
                "pending",
                "… Esc stops it" if answer.first_ms is not None else "… waiting for the first token, Esc stops it",
            )
        ]
    else:
        yield from text_lines(answer.figures(), width, "dim")


def text_lines(text: str, width: int, tone: str) -> Iterator[Line]:
    """A text in one tone; nothing for none."""
    if text:
        yield from ([(tone, line)] for line in wrapped(plain(text), width))
