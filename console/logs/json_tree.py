"""JSON that can be folded: which lines of it are to be seen. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from console.text.wrapping import Line, wrapped

INDENT = "  "
Path = tuple[str | int, ...]
LONG_TEXT = 2_000
"""Characters from which a text begins folded."""
VERY_LONG = 1_000
"""Members from which anything begins folded: laying out a megabyte of small values takes longer than one waits."""
LONG_LIST = 100
"""Items from which a list of numbers and the like begins folded, as embeddings are, and what is in any other list."""

DEEPEST = 40
"""Levels that are laid out; what is nested deeper stands on one line, or a hostile body would exhaust the stack."""


class JsonTree:
    """A value and what of it is folded; lines are made when they are asked for."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.folded: set[Path] = set(long_ones(value, ()))
        self._lines: list[Line] = []
        self._places: list[Path] = []
        """For each line of the last drawing what Space there folds or unfolds."""

    def lines(self, width: int) -> list[Line]:
        """What is to be seen."""
        self._lines, self._places = [], []
        self._draw(self.value, "", (), width, "")
        return self._lines

    def toggle(self, place: int) -> None:
        """Fold or unfold at a line of the last drawing: what begins there, or what is around it."""
        if place < len(self._places):
            self.folded ^= {self._places[place]}

    def toggle_all(self) -> None:
        """Fold everything below the top; with anything folded, unfold everything."""
        self.folded = set() if self.folded else {(name,) for name, value in children(self.value) if is_foldable(value)}

    def _put(self, path: Path, *parts: tuple[str, str]) -> None:
        self._lines.append(list(parts))
        self._places.append(path)

    def _draw(self, value: Any, label: str, path: Path, width: int, after: str) -> None:
        indent = INDENT * len(path)
        if isinstance(value, dict | list) and value and len(path) < DEEPEST:
            self._draw_container(value, indent + label, path, width, after)
        elif isinstance(value, str) and len(value) > LONG_TEXT:
            self._draw_long(value, indent + label, path, width, after)
        else:
            self._draw_scalar(indent, label, text_of(value) + after, path[:-1], width)

    def _draw_container(self, value: Any, head: str, path: Path, width: int, after: str) -> None:
        opens, closes = "{}" if isinstance(value, dict) else "[]"
        if path in self.folded:
            noun = "field" if isinstance(value, dict) else "item"
            remark = f"  ▸ {len(value):,} {noun}{'s' * (len(value) != 1)}"
            return self._put(path, ("text", f"{head}{opens}…{closes}{after}"), ("dim", remark))
        self._put(path, ("text", head + opens))
        for place, (name, child) in enumerate(children(value), start=1):
            label = f"{text_of(name)}: " if isinstance(value, dict) else ""
            self._draw(child, label, (*path, name), width, "," * (place < len(value)))
        return self._put(path, ("text", INDENT * len(path) + closes + after))

    def _draw_long(self, value: str, head: str, path: Path, width: int, after: str) -> None:
        if path not in self.folded:
            for line in wrapped(head + text_of(value) + after, width):
                self._put(path, ("text", line))
            return
        remark = f"  ▸ {len(value):,} characters"
        room = max(8, width - len(head) - len(remark) - len(after) - 2)
        self._put(path, ("text", f"{head}{text_of(value[:room])[:room]}…{after}"), ("dim", remark))

    def _draw_scalar(self, indent: str, label: str, text: str, around: Path, width: int) -> None:
        first, *others = wrapped(label + text, width - len(indent))
        if first.startswith(label):
            self._put(around, ("text", indent), ("key", label), ("text", first.removeprefix(label)))
        else:
            self._put(around, ("text", indent + first))
        for line in others:
            self._put(around, ("text", indent + line))


def children(value: Any) -> Iterable[tuple[str | int, Any]]:
    """What is in an object or a list, each with its name."""
    return value.items() if isinstance(value, dict) else enumerate(value)


def long_ones(value: Any, path: Path) -> Iterator[Path]:
    """What begins folded."""
    if is_long(value):
        yield path
    elif isinstance(value, dict | list) and len(path) < DEEPEST:
        is_crowd = len(value) > LONG_LIST
        for name, child in children(value):
            if is_crowd and isinstance(child, dict | list) and child:
                yield (*path, name)
            elif isinstance(child, str | dict | list):
                yield from long_ones(child, (*path, name))


def is_long(value: Any) -> bool:
    """Whether a value by itself would fill the screen."""
    if isinstance(value, dict | list):
        return len(value) > (
            LONG_LIST if value and isinstance(value, list) and not isinstance(value[0], dict) else VERY_LONG
        )
    return isinstance(value, str) and len(value) > LONG_TEXT


def is_foldable(value: Any) -> bool:
    """Whether there is anything to fold."""
    return (isinstance(value, dict | list) and bool(value)) or (isinstance(value, str) and len(value) > LONG_TEXT)


def text_of(value: Any) -> str:
    """A value on one line."""
    return msgspec.json.encode(value).decode()
