"""How the gateway itself is, and what mends it: what an operator asks before opening a terminal on its machine."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from store.secrets.master_key import source_of

if TYPE_CHECKING:
    from gateway.plant import Plant
    from store.spool.writer import WriterState

LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000
"""Bytes."""
MANY_WAITING = 10_000
"""Records; the writer brings in more than that in a second."""
OLD_DAYS = 60
"""Vendors change prices every few weeks."""
PRICES = "genai-prices"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fact, how grave it is, and what to do about it."""

    level: Literal["ok", "warn", "bad"]
    about: str
    what: str
    mend: str | None = None
    object: str = "finding"


def found_in(plant: Plant) -> list[Finding]:
    """Everything there is to say; looks at files, and so belongs into a thread."""
    home = plant.settings.home
    return [
        versions(plant.version),
        master_key(plant),
        *writer(plant.writer.state()),
        database(home / "tollhouse.db"),
        spool(home / "spool"),
        disk(home),
        prices(plant.prices.sources, days_since_install()),
    ]


def versions(version: str) -> Finding:
    """What runs."""
    stands_on = f"Python {platform.python_version()} and SQLite {sqlite3.sqlite_version}"
    return Finding(level="ok", about="versions", what=f"Gateway {version} on {stands_on}")


def master_key(plant: Plant) -> Finding:
    """Where what unseals every credential is kept."""
    settings = plant.settings
    place = source_of(settings.home, settings.master_key, settings.master_key_file).place
    return Finding(level="ok", about="master key", what=f"The master key is from {place}; keep a copy elsewhere")


def writer(state: WriterState) -> Iterator[Finding]:
    """Whether the log is written."""
    about = "log writer"
    if state.reason is not None:
        mend = "Mend what it says; records wait on disk, and are written then."
        yield Finding(level="bad", about=about, what=f"The log is not written: {state.reason}", mend=mend)
    elif state.waiting > MANY_WAITING:
        mend = "Look again in a minute; if it grows, the disk is too slow for so many requests."
        yield Finding(level="warn", about=about, what=f"{state.waiting:,} log records wait to be written", mend=mend)
    else:
        yield Finding(level="ok", about=about, what=f"The log is written; {state.waiting} records wait")
    if state.lost:
        mend = "Free space on its disk; what is lost was only answered, not logged. Starting anew clears the count."
        yield Finding(level="bad", about=about, what=f"{state.lost:,} log records are lost", mend=mend)
    if state.damaged:
        mend = "They are in the files `damaged-…` of the spool's folder; look at them, then delete them."
        yield Finding(level="warn", about=about, what=f"{state.damaged} stretches of the spool are damaged", mend=mend)


def database(file: Path) -> Finding:
    """How large it is."""
    files = [file, file.with_name(f"{file.name}-wal")]
    size = sum(each.stat().st_size for each in files if each.exists())
    return Finding(level="ok", about="database", what=f"{file} has {size / 1e6:.1f} MB")


def spool(folder: Path) -> Finding:
    """How much waits beside the database."""
    size = sum(file.stat().st_size for file in folder.glob("*") if file.is_file())
    return Finding(level="ok", about="spool", what=f"{folder} has {size / 1e6:.1f} MB, its reserve included")


def disk(home: Path) -> Finding:
    """Room for the log."""
    free = shutil.disk_usage(home).free
    what = f"{free / 1e9:.1f} GB free on the disk of {home}"
    if free < NO_ROOM:
        mend = "Free some space: log records wait in memory when the disk is full, and are lost in the end."
        return Finding(level="bad", about="disk", what=what, mend=mend)
    if free < LITTLE_ROOM:
        return Finding(level="warn", about="disk", what=what, mend="Free some space before the log fills it.")
    return Finding(level="ok", about="disk", what=what)


def prices(sources: list[str], days: int | None) -> Finding:
    """How old the lists may be: what was installed cannot be newer than that."""
    if not sources:
        mend = "Look again in a few seconds: they are read after the start."
        return Finding(level="warn", about="prices", what="No prices are known yet", mend=mend)
    named = " and ".join(sources)
    if days is None or days <= OLD_DAYS:
        since = "" if days is None else f", installed {days} days ago"
        return Finding(level="ok", about="prices", what=f"Prices are from {named}{since}")
    mend = f"`pip install --upgrade {PRICES}` where the gateway is installed, and start it again."
    return Finding(level="warn", about="prices", what=f"Prices are from {named}, installed {days} days ago", mend=mend)


def days_since_install() -> int | None:
    """Since the price list's package was installed; None if that cannot be seen."""
    try:
        record = distribution(PRICES).locate_file(f"{PRICES.replace('-', '_')}/__init__.py")
        return int((time.time() - Path(str(record)).stat().st_mtime) // 86_400)
    except (PackageNotFoundError, OSError):
        return None
