"""JSON as it is being typed: what each sign of it is, where each field stands, and what the cursor is in.

It need not be whole: half a config is read as far as it makes sense, for that is when help is wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

Path = tuple[str | int, ...]
Role = Literal["key", "value", "open", "close", "mark"]
Wants = Literal["key", "value", "nothing"]

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+')
NUMBER = re.compile(r"-?\d[\d.eE+-]*")
STEP = re.compile(r"""\[(\d+)\]|\['([^']*)'\]|\.?([^.\[\]]+)""")


class Piece(NamedTuple):
    """A sign of the text: what it is there for, where in the value it stands, and what may follow it."""

    text: str
    start: int
    role: Role
    path: Path
    around: Path
    """The object or list that one is in behind it."""
    wants: Wants
    here: Path
    """What a value behind it would be."""

    @property
    def end(self) -> int:
        """Behind its last character."""
        return self.start + len(self.text)


@dataclass(slots=True)
class Frame:
    """An object or a list that is open."""

    path: Path
    is_list: bool
    name: str | int | None
    wants: Wants

    @property
    def here(self) -> Path:
        """The value that comes next."""
        return self.path if self.name is None else (*self.path, self.name)


@dataclass(frozen=True, slots=True)
class Place:
    """What the cursor is in: a key or a value, what of it is typed, and what a completion would replace."""

    path: Path
    """Of a key the object around it."""
    is_key: bool
    typed: str
    start: int
    end: int
    focus: Path
    """What help is about."""


def pieces(text: str) -> list[Piece]:
    """Every sign, in order."""
    stack = [Frame((), is_list=False, name=None, wants="value")]
    return [piece(match[0], match.start(), stack) for match in TOKEN.finditer(text)]


def piece(text: str, start: int, stack: list[Frame]) -> Piece:
    """One sign; `stack` is what is open before it, and then behind it."""
    frame, role = stack[-1], role_of(text, stack[-1])
    path = (*frame.path, unquoted(text)) if role == "key" else frame.here
    if role == "open":
        frame.wants = "nothing"
        is_list = text == "["
        stack.append(Frame(path, is_list, 0 if is_list else None, "value" if is_list else "key"))
    elif role == "close":
        path = frame.path
        if len(stack) > 1:
            stack.pop()
    elif role == "key":
        frame.name, frame.wants = unquoted(text), "nothing"
    elif role == "value":
        frame.wants = "nothing"
    else:
        after_mark(text, frame)
    now = stack[-1]
    return Piece(text, start, role, path, now.path, now.wants, now.here)


def role_of(text: str, frame: Frame) -> Role:
    """What a sign is there for."""
    if text in "{[":
        return "open"
    if text in "}]":
        return "close"
    if text in ",:":
        return "mark"
    return "key" if frame.wants == "key" else "value"


def after_mark(text: str, frame: Frame) -> None:
    """What may follow a comma or a colon."""
    if text == ":":
        frame.wants = "value"
    elif isinstance(frame.name, int):
        frame.name, frame.wants = frame.name + 1, "value"
    else:
        frame.name, frame.wants = None, "key"


def unquoted(text: str) -> str:
    """What a string says, be it closed or not."""
    try:
        return str(json.loads(text))
    except ValueError:
        return text.strip('"')


def tone(one: Piece) -> str:
    """The kind of thing it is, for colours."""
    if one.role == "key":
        return "key"
    if one.role != "value":
        return "mark"
    if one.text.startswith('"'):
        return "string"
    return "number" if NUMBER.fullmatch(one.text) else "word"


def place_at(found: list[Piece], offset: int) -> Place:
    """What the cursor is in, or would begin."""
    before: Piece | None = None
    for one in found:
        if one.role in ("key", "value") and one.start < offset <= one.end:
            is_key = one.role == "key"
            path = one.path[:-1] if is_key else one.path
            typed = one.text[: offset - one.start].strip('"')
            return Place(path, is_key, typed, one.start, one.end if is_whole(one) else offset, one.path)
        if one.end > offset:
            is_at_one = one.start == offset and one.role in ("key", "value", "open")
            return between(before, offset, one.path if is_at_one else None)
        before = one
    return between(before, offset, None)


def is_whole(one: Piece) -> bool:
    """Not a string that is still being typed: that one would take what is behind the cursor along."""
    return not one.text.startswith('"') or (len(one.text) > 1 and one.text.endswith('"'))


def between(before: Piece | None, offset: int, at: Path | None) -> Place:
    """Where nothing stands yet: `before` is the sign in front of it, and `at` what the sign behind it is about."""
    if before is None:
        return Place((), False, "", offset, offset, at or ())
    is_key = before.wants == "key"
    path = before.around if is_key else before.here
    return Place(path, is_key, "", offset, offset, before.here if at is None else at)


def where(found: list[Piece], path: Path) -> int:
    """Where a field stands, or what is around it if it is missing."""
    for length in range(len(path), 0, -1):
        for one in found:
            if one.path == path[:length] and one.role in ("key", "value", "open"):
                return one.start
    return found[0].start if found else 0


def keys_in(found: list[Piece], path: Path) -> set[str]:
    """The fields that an object has already."""
    return {str(one.path[-1]) for one in found if one.role == "key" and one.path[:-1] == path}


def path_of(text: str) -> Path:
    """A path as the gateway writes it: `targets[1].weight`."""
    return tuple(int(number) if number else (quoted or name) for number, quoted, name in STEP.findall(text) if text)


def spelled(path: Path) -> str:
    """The same the other way round."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def spans(text: str, found: list[Piece]) -> Iterator[tuple[int, int, int, str]]:
    """(line, first column, column after the last, tone) of every sign; none goes over a line's end."""
    line, begin, end = 0, 0, text.find("\n")
    for one in found:
        while -1 < end < one.start:
            line, begin = line + 1, end + 1
            end = text.find("\n", begin)
        yield line, one.start - begin, one.end - begin, tone(one)
