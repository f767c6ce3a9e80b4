"""`tollhouse doctor --database`: every page of the database checked, and what takes how much room in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from console.doctor.finding import Finding, bad, ok

SIZES = "SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC LIMIT 12"
COUNTED = ("logs", "log_bodies", "log_labels", "rollups")


def inventory(file: Path) -> Iterator[Finding]:
    """Looks at all of it, which takes a minute for some gigabytes; the gateway may go on meanwhile."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
            yield checked(connection)
            for name, size in connection.execute(SIZES):
                yield ok(f"{size / 1e6:10.1f} MB  {name}")
            for name in COUNTED:
                yield ok(f"{connection.execute(f'SELECT count(*) FROM {name}').fetchone()[0]:10,} rows in {name}")
            free, page = (
                connection.execute(f"PRAGMA {what}").fetchone()[0] for what in ("freelist_count", "page_size")
            )
            yield ok(f"{free * page / 1e6:10.1f} MB are free and given back to the disk little by little")
    except sqlite3.Error as error:
        yield bad(f"{file} cannot be looked at: {error}", "Put a backup in its place: `tollhouse restore FILE`.")


def checked(connection: sqlite3.Connection) -> Finding:
    """SQLite's thorough check, indexes and references included."""
    said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(3)
    if said != ["ok"] or orphans:
        what = "; ".join(
            [*(one for one in said if one != "ok"), *(f"`{row[0]}` lacks a `{row[2]}`" for row in orphans)]
        )
        return bad(f"The database is damaged: {what}", "Put a backup in its place: `tollhouse restore FILE`.")
    return ok("Every page, index and reference of the database is whole")
