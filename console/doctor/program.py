"""Looks at Python and at the libraries that this program was installed with."""

from __future__ import annotations

import platform
import re
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from console.doctor.finding import Finding, bad, ok, warn

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 35, 0)
"""The first with `RETURNING`."""
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^]]*])?\s*>=\s*(?P<least>[0-9.]+)")


def python() -> Finding:
    """Python, and the SQLite inside it."""
    found = f"Python {platform.python_version()} with SQLite {sqlite3.sqlite_version} ({sys.executable})"
    if sys.version_info < OLDEST_PYTHON or sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return bad(found, "Install it under Python 3.11 or newer with SQLite 3.35 or newer.")
    return ok(found)


def dependencies() -> Iterator[Finding]:
    """Every library, at least as new as is asked for."""
    try:
        required = requires("tollhouse") or []
    except PackageNotFoundError:
        yield warn("This program runs from a folder and is not installed", "`make run`, or `pipx install .` there.")
        return
    troubles = list(shortcomings(required))
    yield from (
        bad(trouble, "Install the program again: `make run`, or `pipx reinstall tollhouse`.") for trouble in troubles
    )
    if not troubles:
        yield ok(f"tollhouse {version('tollhouse')}, all its libraries are there")


def shortcomings(required: Iterable[str]) -> Iterator[str]:
    """What is missing or too old of requirements like `name[extra]>=1.2`; those of extras are left out."""
    for requirement in required:
        if (wanted := REQUIREMENT.match(requirement)) is None or "extra ==" in requirement:
            continue
        name, least = wanted["name"], wanted["least"]
        try:
            found = version(name)
        except PackageNotFoundError:
            yield f"`{name}` is not installed"
        else:
            if numbers(found) < numbers(least):
                yield f"`{name}` is {found}, and {least} is needed"


def numbers(version_text: str) -> tuple[int, ...]:
    """The numbers of a version, for comparing."""
    return tuple(map(int, re.findall(r"\d+", version_text)[:3]))
