"""What a backup has beside the database: files and batches, and log records that were on their way into it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

TABLE = "backup_files"
CHUNK = 4 << 20
"""Bytes of a file in one row."""
FILES, SPOOL = "files", "spool"
Part = tuple[str, int, bytes]
"""A file's name within the home, which part of it, and what is there."""


def waiting(home: Path) -> list[Part]:
    """Log records that are not in the database yet, or only since a moment ago: the gateway knows them by their ids."""
    return list(parts(home, sorted((home / SPOOL).glob("*.segment"))))


def pack(home: Path, early: Sequence[Part], backup: Path) -> int:
    """Put files and batches into the copy of a database, and what was read before it; how many files."""
    # A paper is written after its lines: whatever is promised by a paper that is there now is complete.
    files = [*sorted((home / FILES).glob("*.json")), *sorted((home / FILES).glob("*.jsonl"))]
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute(f"CREATE TABLE {TABLE} (name TEXT, part INTEGER, content BLOB, PRIMARY KEY (name, part))")
        put = f"INSERT INTO {TABLE} VALUES (?, ?, ?)"
        connection.executemany(put, early)
        connection.executemany(put, parts(home, files))
        (count,) = connection.execute(
            f"SELECT count(DISTINCT name) FROM {TABLE} WHERE name LIKE '{FILES}/%'"
        ).fetchone()
    return int(count)


def parts(home: Path, files: Iterable[Path]) -> Iterator[Part]:
    """Files piece by piece; what was removed meanwhile is not needed."""
    for file in files:
        try:
            with file.open("rb") as reading:
                content, number = reading.read(CHUNK), 0
                while content or not number:
                    yield str(file.relative_to(home)), number, content
                    content, number = reading.read(CHUNK), number + 1
        except FileNotFoundError:
            continue


def unpack(draft: Path, home: Path, moment: str) -> int:
    """Bring files and batches out of a database into the home, and what has to go into it; how many files.

    Those that are there are kept under a name that says when. Of records that wait none are replaced.
    """
    with closing(sqlite3.connect(draft)) as connection, connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (TABLE,)).fetchone():
            return 0  # an older backup
        if (home / FILES).exists():
            (home / FILES).rename(home / f"{FILES}.before-restore-{moment}")
        names = [name for (name,) in connection.execute(f"SELECT DISTINCT name FROM {TABLE}")]
        for name in names:
            bring(connection, name, home)
        connection.execute(f"DROP TABLE {TABLE}")
        connection.commit()
        connection.executescript("PRAGMA incremental_vacuum")  # `execute` would give back a single page
    return sum(name.startswith(f"{FILES}/") for name in names)


def bring(connection: sqlite3.Connection, name: str, home: Path) -> None:
    """Write one file, for its owner's eyes only."""
    folder, _, plain = name.partition("/")
    if folder not in (FILES, SPOOL) or "/" in plain or plain in ("", ".", ".."):
        return  # somebody else's doing: nothing is written outside of the two folders
    (home / folder).mkdir(mode=0o700, exist_ok=True)
    file = home / folder / plain
    if file.exists():
        return
    wanted = f"SELECT content FROM {TABLE} WHERE name = ? ORDER BY part"
    with os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as writing:
        for (content,) in connection.execute(wanted, (name,)):
            writing.write(content)
