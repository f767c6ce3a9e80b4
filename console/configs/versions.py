"""Two versions of a config compared, as a unified diff in lines: a sign says what a colour says too."""

from __future__ import annotations

import difflib
import json

from console.configs.templates import pretty
from console.text.plain import plain
from console.text.wrapping import Line

TONES = {"+": "ok", "-": "failed", "@": "pending"}


def text_of(config: str) -> str:
    """A version's JSON as it would stand in the editor."""
    try:
        return pretty(json.loads(config))
    except ValueError:
        return config


def unified(before: str, after: str, names: tuple[str, str]) -> list[str]:
    """The lines of the diff; none where both say the same."""
    return [
        line.rstrip("\n") for line in difflib.unified_diff(before.split("\n"), after.split("\n"), *names, lineterm="")
    ]


def diff_lines(before: str, after: str, names: tuple[str, str]) -> list[Line]:
    """The same in colours."""
    found = unified(before, after, names)
    if not found:
        return [[("dim", "Both say the same.")]]
    return [[("bold" if place < 2 else TONES.get(line[:1], "text"), plain(line))] for place, line in enumerate(found)]


def counts(before: str, after: str) -> str:
    """`+3 −1`: lines that came and went."""
    found = unified(before, after, ("", ""))[2:]
    more, fewer = (sum(line.startswith(sign) for line in found) for sign in "+-")
    return f"+{more} −{fewer}" if found else "="
