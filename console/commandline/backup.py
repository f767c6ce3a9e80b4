"""`tollhouse backup` and `restore`: one file, copied while the gateway runs, and put back while it does not.

The file is the database, with what else a gateway has in its home put into a table of its own: files and batches, and
log records that were not in the database yet. Neither of the two keys is in it: whoever finds a backup can read no
credential.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from console.commandline.backup_files import pack, unpack, waiting

LACKS_KEY = (
    "There is no `{home}/master.key` yet: put the one that belongs to this backup there before the gateway starts, "
    "with mode 0600, or have the settings name it; else no vendor credential can be read."
)


class CannotCopy(Exception):
    """Nothing was changed; says why, and what to do."""


def back_up(home: Path, to: Path) -> str:
    """Copy the database as it is at one moment into `to`, which appears whole or not at all. Raises CannotCopy.

    The gateway may go on meanwhile: a reader never keeps its writer waiting. What waits to be written into the database
    is read before it, so that every record is in one of them; what is in both is taken once.
    """
    source = home / "tollhouse.db"
    if not source.exists():
        raise CannotCopy(f"There is no `{source}`; give the gateway's folder by `--home`.")
    if to.exists():
        raise CannotCopy(f"`{to}` is there already; choose another name.")
    with telling(to), drafted(to) as draft:
        early = waiting(home)
        copy_database(source, draft)
        count = pack(home, early, draft)
    return (
        f"Copied {source} and {count} files of batches to {to} ({to.stat().st_size / 1e6:.1f} MB). "
        f"Keep a copy of `{home / 'master.key'}` (or of what `--master-key-file` or the variable names) apart from it: "
        "without that key no vendor credential in it can be read, and it is not in the backup."
    )


def restore(home: Path, source: Path) -> str:
    """Put a backup in the place of the database, which is kept beside it. Raises CannotCopy."""
    if not source.exists():
        raise CannotCopy(f"There is no `{source}`.")
    with telling(source), stopped(home):
        check(source)
        file = home / "tollhouse.db"
        with drafted(home / ".tollhouse.db.restoring") as draft:
            copy_database(source, draft)
            count = unpack(draft, home, moment := f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
        kept = set_aside(file, moment)
        (home / ".tollhouse.db.restoring").rename(file)
    told = f"Restored {file} and {count} files of batches from {source}."
    told += f" What was there is kept as {kept}." if kept else ""
    return told if (home / "master.key").exists() else f"{told} {LACKS_KEY.format(home=home)}"


def check(source: Path) -> None:
    """Raises CannotCopy unless it is a whole database of this program."""
    with closing(opened(source)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if not {"alembic_version", "integrations", "logs"} <= names:
        raise CannotCopy(f"`{source}` is no database of this program.")
    if said != "ok":
        raise CannotCopy(f"`{source}` is damaged ({said}); take another backup.")


@contextmanager
def drafted(to: Path) -> Iterator[Path]:
    """A file for its owner's eyes only, which takes its name once the block is through, whole."""
    draft = to.with_name(f".{to.name.lstrip('.')}.draft")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
        yield draft
        draft.rename(to)
    finally:
        draft.unlink(missing_ok=True)


def copy_database(source: Path, to: Path) -> None:
    """A database as a copy of another at one moment."""
    with closing(opened(source)) as reading, closing(sqlite3.connect(to)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")


def opened(file: Path) -> sqlite3.Connection:
    """A connection that only reads."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)


def set_aside(file: Path, moment: str) -> Path | None:
    """What is in the way, under a name that says when, with what SQLite has beside it."""
    if not file.exists():
        return None
    kept = file.with_name(f"{file.name}.before-restore-{moment}")
    for end in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            file.with_name(file.name + end).rename(kept.with_name(kept.name + end))
    return kept


@contextmanager
def stopped(home: Path) -> Iterator[None]:
    """The home for us alone. Raises CannotCopy while a gateway uses it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(home / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotCopy(f"A gateway uses `{home}`. End it first, then restore.") from error
        yield


@contextmanager
def telling(file: Path) -> Iterator[None]:
    """Errors of SQLite and of the disk, in words. Raises CannotCopy."""
    try:
        yield
    except sqlite3.Error as error:
        raise CannotCopy(f"`{file}` cannot be read or written: {error}.") from error
    except OSError as error:
        raise CannotCopy(f"`{error.filename or file}` cannot be used: {error.strerror}.") from error
