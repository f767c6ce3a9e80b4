"""Looks into the database file, read-only and with the standard library alone, so that a sick one can be looked at."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from console.doctor.finding import Finding, bad, ok

REVISION = re.compile(r"^(?P<which>revision|down_revision)\b[^=]*=\s*[\"'](?P<id>[^\"']+)[\"']", re.MULTILINE)
BACKUP = "Move it away and put a backup in its place; `tollhouse.db.backup-…` beside it are made before upgrades."


def database(file: Path) -> Iterator[Finding]:
    """Whether it is whole, and of a version that this program knows."""
    if not file.exists():
        return
    if not os.access(file, os.R_OK | os.W_OK):
        yield bad(f"{file} cannot be written by this user", f"`sudo chown $(id -un) {file}*`")
        return
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            yield whole(connection, file)
            yield schema(connection, file)
    except sqlite3.OperationalError as error:
        yield bad(
            f"{file} cannot be opened: {error}", "If another program holds it, end that program; otherwise: " + BACKUP
        )
    except sqlite3.DatabaseError as error:
        yield bad(f"{file} is damaged: {error}", BACKUP)


def whole(connection: sqlite3.Connection, file: Path) -> Finding:
    """SQLite's own check."""
    said = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        return bad(f"{file} is damaged: {said}", BACKUP)
    return ok(f"{file} is whole ({file.stat().st_size / 1e6:.1f} MB)")


def schema(connection: sqlite3.Connection, file: Path) -> Finding:
    """Which version of the tables it has."""
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        row = None
    if row is None:
        return bad(f"{file} is no database of this program", "Move it away, or choose another `--home`.")
    known, newest = revisions()
    if row[0] not in known:
        return bad(
            f"{file} was written by a newer version (schema {row[0]})", "Run that version, or a backup made before."
        )
    return ok(
        f"Its schema {row[0]} is " + ("up to date" if row[0] == newest else f"upgraded to {newest} at the next start")
    )


def revisions() -> tuple[set[str], str]:
    """Every schema version this program knows, and the newest; read from the migrations' text, which runs nothing."""
    spec = find_spec("store")
    folders = [Path(place) / "migrations" / "versions" for place in (spec and spec.submodule_search_locations) or ()]
    texts = [file.read_text() for folder in folders for file in folder.glob("*.py")]
    found = [(match["which"], match["id"]) for text in texts for match in REVISION.finditer(text)]
    known = {revision for which, revision in found if which == "revision"}
    return known, next(iter(known - {revision for which, revision in found if which == "down_revision"}), "")
