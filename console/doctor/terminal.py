"""Looks at the terminal: whether the console can be drawn on it, and text be copied out of it."""

from __future__ import annotations

import locale
import os
import shutil
import sys
from collections.abc import Iterator, Mapping

from console.doctor.finding import Finding, bad, ok, warn

LEAST = (80, 24)


def terminal() -> Iterator[Finding]:
    """This one."""
    if not sys.stdout.isatty():
        yield ok("Not run in a terminal, so none was looked at")
        return
    yield from judge(os.environ, shutil.get_terminal_size(), locale.getpreferredencoding(False))


def judge(environ: Mapping[str, str], size: tuple[int, int], encoding: str) -> Iterator[Finding]:
    """A terminal by what is known about it."""
    if environ.get("TERM", "dumb") in ("dumb", "unknown"):
        yield bad(f"TERM is `{environ.get('TERM', '')}`", "Set it to your terminal's name, often `xterm-256color`.")
        return
    yield colours(environ)
    columns, rows = size
    if columns < LEAST[0] or rows < LEAST[1]:
        yield warn(f"{columns} columns and {rows} rows", f"Make the window at least {LEAST[0]} by {LEAST[1]}.")
    else:
        yield ok(f"{columns} columns and {rows} rows")
    if encoding.upper().replace("-", "") != "UTF8":
        yield warn(f"The encoding is {encoding}", "`export LC_ALL=C.UTF-8`, or lines and signs come out wrong.")
    if "TMUX" in environ:
        yield warn("Inside tmux, which may keep copied text to itself", "`tmux set -g set-clipboard on`")


def colours(environ: Mapping[str, str]) -> Finding:
    """How many the console will use."""
    if environ.get("NO_COLOR"):
        return ok("Colours are off (NO_COLOR)")
    name = environ["TERM"]
    if environ.get("COLORTERM", "") in ("truecolor", "24bit"):
        return ok(f"{name} with 16 million colours")
    return ok(f"{name} with {256 if '256color' in name else 16} colours")
