"""Looks at the gateway's folder: who may read it, its settings, its keys, and the room left on its disk."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from console.address import WrongSettings, settings_in
from console.doctor.finding import Finding, bad, ok, warn

KEY_FILES = ("master.key", "operator.key")
LITTLE_ROOM, NO_ROOM = 1_000_000_000, 100_000_000
"""Bytes."""


def home_folder(home: Path) -> Iterator[Finding]:
    """Whether it is there, ours, and nobody else's."""
    if not home.exists():
        yield ok(f"{home} is not there yet; the first start makes it")
    elif not home.is_dir():
        yield bad(f"{home} is not a folder", "Move it away, or choose another with `--home`.")
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield bad(f"{home} cannot be written by this user", f"`sudo chown -R $(id -un) {home}`, or another `--home`.")
    elif stat.S_IMODE(home.stat().st_mode) & 0o022:
        yield bad(f"{home} can be written by other users", f"`chmod go-w {home}`")
    else:
        yield ok(f"{home} is there and can be written")


def settings_file(file: Path) -> Iterator[Finding]:
    """Whether it can be read; what its values mean is checked by the gateway when it starts."""
    try:
        settings = settings_in(file)
    except WrongSettings as error:
        yield bad(str(error), "Correct that line. The README lists every setting.")
    else:
        yield ok(f"{file} sets {len(settings)} settings" if settings else f"No settings in {file}; defaults apply")


def key_files(home: Path) -> Iterator[Finding]:
    """Whether they are there, and for their owner's eyes only."""
    if not (home / "tollhouse.db").exists():
        return
    for name in KEY_FILES:
        file = home / name
        if not file.exists():
            yield missing_key(file)
        elif stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield bad(f"{file} can be read by other users", f"`chmod 600 {file}`, then rotate what it protected.")
        elif not os.access(file, os.R_OK):
            yield bad(f"{file} cannot be read by this user", f"`sudo chown $(id -un) {file}`")
        else:
            yield ok(f"{file} is there, and private")


def missing_key(file: Path) -> Finding:
    """Each of the two is missed in its own way."""
    if file.name == "master.key":
        return bad(
            f"{file} is missing, so no vendor credential can be read", "Restore it from the backup of this folder."
        )
    return warn(f"{file} is missing", "In order if `TOLLHOUSE_OPERATOR_KEY` is set; otherwise start the gateway again.")


def disk(home: Path) -> Iterator[Finding]:
    """Room for the log."""
    there = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:.1f} GB free on the disk of {there}"
    if free < NO_ROOM:
        yield bad(found, "Free some space: log records wait in memory when the disk is full, and are lost in the end.")
    elif free < LITTLE_ROOM:
        yield warn(found, "Free some space before the log fills it.")
    else:
        yield ok(found)
