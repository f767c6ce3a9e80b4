"""Looks at the gateway's folder: who may read it, its settings, its keys, and the room left on its disk."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from console.commandline.address import WrongSettings, settings_in
from console.doctor.finding import Finding, bad, ok, warn

KEYRING = "keyring"
"""What the setting `master_key` says instead of a key."""
HELD_KEY = re.compile(r"^\s*key\s*=", re.M)
"""A line of `console.toml` with an API key in it."""
NOTHING: Mapping[str, Any] = {}
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
        yield bad(str(error), "Correct that line. docs/settings.md lists every setting.")
    else:
        yield ok(f"{file} sets {len(settings)} settings" if settings else f"No settings in {file}; defaults apply")


def key_files(
    home: Path, settings: Mapping[str, Any] = NOTHING, environ: Mapping[str, str] = os.environ
) -> Iterator[Finding]:
    """Whether both keys are there, wherever the settings put them, and for their owner's eyes only."""
    if not (home / "tollhouse.db").exists():
        return
    yield master_key(home, settings, environ)
    if environ.get("TOLLHOUSE_OPERATOR_KEY") or settings.get("operator_key"):
        yield ok("The operator's key is a setting")
    else:
        yield key_file(home / "operator.key", warn, "is missing", "Start the gateway again: it makes a new one.")


def master_key(home: Path, settings: Mapping[str, Any], environ: Mapping[str, str]) -> Finding:
    """Where the gateway looks for it: in its environment, the system's keyring, or a file."""
    said = environ.get("TOLLHOUSE_MASTER_KEY") or settings.get("master_key")
    if said == KEYRING:
        return ok("The master key is in the system's keyring")
    if said:
        source = "TOLLHOUSE_MASTER_KEY" if environ.get("TOLLHOUSE_MASTER_KEY") else "the settings file"
        return ok(f"The master key is from {source}")
    elsewhere = environ.get("TOLLHOUSE_MASTER_KEY_FILE") or settings.get("master_key_file")
    file = Path(str(elsewhere)).expanduser() if elsewhere else home / "master.key"
    lost = "is missing, so no vendor credential can be read"
    return key_file(
        file, bad, lost, "Restore it from its backup; if the gateway has it from elsewhere, set that here too."
    )


def key_file(file: Path, grave: Callable[[str, str], Finding], missing: str, mend: str) -> Finding:
    """A file that only its owner may read."""
    if not file.exists():
        return grave(f"{file} {missing}", mend)
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        return bad(f"{file} can be read by other users", f"`chmod 600 {file}`, then rotate what it protected.")
    if not os.access(file, os.R_OK):
        return bad(f"{file} cannot be read by this user", f"`sudo chown $(id -un) {file}`")
    return ok(f"{file} is there, and private")


def console_file(file: Path) -> Iterator[Finding]:
    """The operator's own file: whether its contexts, which may hold keys, are for their eyes only."""
    if (
        file.exists()
        and stat.S_IMODE(file.stat().st_mode) & 0o077
        and re.search(r"^\s*key\s*=", file.read_text(), re.M)
    ):
        mend = f"`chmod 600 {file}`, or use `key_file`, `key_env` or `key_command` in its contexts."
        yield warn(f"{file} holds an API key, and can be read by other users", mend)


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
