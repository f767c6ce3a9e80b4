"""JSON that can be folded: which lines of it are to be seen. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from console.wrapping import Line, wrapped

Path = tuple[str | int, ...]
LONG_TEXT = 2_000
"""Characters from which a text begins folded."""
LONG_LIST = 100
"""Items from which a list of numbers and the like begins folded: an embedding has thousands."""

DEEPEST = 40
"""Levels that are laid out; what is nested deeper stands on one line, or a hostile body would exhaust the stack."""


class JsonTree:
    """A value and what of it is folded; lines are made when they are asked for."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.folded: set[Path] = set(long_ones(value, ()))
        self.foldable: list[Path | None] = []
        """For each line of the last drawing what Space there folds or unfolds."""

    def lines(self, width: int) -> list[Line]:
        """What is to be seen."""
        self.foldable = []
        return list(self._drawn(self.value, "", (), width, ""))

    def toggle(self, place: int) -> bool:
        """Fold or unfold at a line; whether there is something."""
        path = self.foldable[place] if place < len(self.foldable) else None
        if path is None:
            return False
        self.folded ^= {path}
        return True

    def toggle_all(self) -> None:
        """Fold everything below the top; with anything folded, unfold everything."""
        top = self.value.items() if isinstance(self.value, dict) else enumerate(self.value)
        self.folded = set() if self.folded else {(name,) for name, value in top if is_foldable(value)}

    def _drawn(self, value: Any, label: str, path: Path, width: int, after: str) -> Iterator[Line]:
        indent = "  " * len(path)
        if isinstance(value, dict | list) and value and len(path) < DEEPEST:
            yield from self._container(value, indent + label, path, width, after)
        elif isinstance(value, str) and len(value) > LONG_TEXT:
            yield from self._long(value, indent + label, path, width, after)
        else:
            yield from self._scalar(indent, label, text_of(value) + after, path, width)

    def _container(self, value: Any, head: str, path: Path, width: int, after: str) -> Iterator[Line]:
        is_object = isinstance(value, dict)
        opens, closes = "{}" if is_object else "[]"
        self.foldable.append(path)
        if path in self.folded:
            noun = "field" if is_object else "item"
            count = f"{len(value):,} {noun}{'s' * (len(value) != 1)}"
            yield [("text", f"{head}{opens}…{closes}{after}"), ("dim", f"  ▸ {count}")]
            return
        yield [("text", head + opens)]
        children = value.items() if is_object else enumerate(value)
        for place, (name, child) in enumerate(children, start=1):
            label = f"{text_of(name)}: " if is_object else ""
            yield from self._drawn(child, label, (*path, name), width, "," * (place < len(value)))
        self.foldable.append(path)
        yield [("text", "  " * len(path) + closes + after)]

    def _long(self, value: str, head: str, path: Path, width: int, after: str) -> Iterator[Line]:
        if path not in self.folded:
            for line in wrapped(head + text_of(value) + after, width):
                self.foldable.append(path)
                yield [("text", line)]
            return
        self.foldable.append(path)
        remark = f"  ▸ {len(value):,} characters"
        room = max(8, width - len(head) - len(remark) - len(after) - 2)
        yield [("text", f"{head}{text_of(value[:room])[:room]}…{after}"), ("dim", remark)]

    def _scalar(self, indent: str, label: str, text: str, path: Path, width: int) -> Iterator[Line]:
        parent = path[:-1] if path else None
        for place, line in enumerate(wrapped(label + text, width - len(indent))):
            self.foldable.append(parent)
            if place == 0 and line.startswith(label):
                yield [("text", indent), ("key", label), ("text", line.removeprefix(label))]
            else:
                yield [("text", indent + line)]


def long_ones(value: Any, path: Path) -> Iterator[Path]:
    """What begins folded."""
    if is_long(value):
        yield path
    elif isinstance(value, dict | list) and len(path) < DEEPEST:
        for name, child in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(child, str | dict | list):
                yield from long_ones(child, (*path, name))


def is_long(value: Any) -> bool:
    """Whether a value by itself would fill the screen."""
    if isinstance(value, list):
        return len(value) > LONG_LIST and not isinstance(value[0], dict)
    return isinstance(value, str) and len(value) > LONG_TEXT


def is_foldable(value: Any) -> bool:
    """Whether there is anything to fold."""
    return (isinstance(value, dict | list) and bool(value)) or (isinstance(value, str) and len(value) > LONG_TEXT)


def text_of(value: Any) -> str:
    """A value on one line."""
    return msgspec.json.encode(value).decode()
