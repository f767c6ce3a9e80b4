"""`tollhouse doctor`: what is wrong with this installation, and how to mend it. Looks, and never changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from console.commandline.address import Address, WrongSettings, settings_in
from console.doctor.database import database
from console.doctor.finding import Finding
from console.doctor.home import console_file, disk, home_folder, key_files, settings_file
from console.doctor.listening import gateway_at, own_door
from console.doctor.program import dependencies, python
from console.doctor.terminal import terminal
from console.places import config_file

__all__ = ["Finding", "examine", "report"]


def examine(home: Path, config: Path | None, address: Address) -> list[Finding]:
    """Everything there is to say, in the order in which things depend on each other."""
    return list(_examine(home, config or home / "tollhouse.toml", address))


def _examine(home: Path, config: Path, address: Address) -> Iterator[Finding]:
    yield python()
    yield from dependencies()
    yield from home_folder(home)
    yield from settings_file(config)
    yield from key_files(home, readable(config))
    yield from console_file(config_file())
    yield from database(home / "tollhouse.db")
    yield from disk(home)
    yield from gateway_at(address)
    yield from own_door(address)
    yield from terminal()


def readable(config: Path) -> dict[str, Any]:
    """The settings, as far as they can be read; that they cannot is another finding."""
    try:
        return settings_in(config)
    except WrongSettings:
        return {}


def report(findings: list[Finding]) -> str:
    """The findings as text, and a count of those that need care."""
    bad = sum(finding.is_bad for finding in findings)
    worth_a_look = sum(finding.level == "warn" for finding in findings)
    summary = f"{bad} wrong, {worth_a_look} worth a look" if bad or worth_a_look else "All is well"
    return "\n".join([*(finding.line() for finding in findings), "", f"{summary}."])
