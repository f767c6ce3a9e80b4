"""The database's schema: made whole in a new file, upgraded by migrations in an older one, refused in any other.

Alembic takes a third of a second to import, so only an upgrade does it. Describing all tables to SQLAlchemy takes a
tenth, so a new file is made by SQL that was written down before (`make schema`).
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
SCHEMA = Path(__file__).parent / "schema.sql"
REVISION = re.compile(r"^(revision|down_revision)\b[^=]*=\s*(?:[\"']([^\"']+)[\"']|None)", re.MULTILINE)
STAMP = """CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""
OURS = {"integrations", "api_keys", "facts"}
"""Tables that every version has: other programs use alembic too."""
OLD_LOG = "old_logs"
"""The table that holds requests as long as they are not moved; see `converting`."""
PAGE_BYTES = 8192
RESTORE = "Move it away and put the newest `{name}.backup-…` in its place."


class DatabaseUnusable(Exception):
    """The database cannot be used; the message says why, and what to do."""


def prepare(file: Path, migrations: Path = MIGRATIONS) -> None:
    """Leave `file` with the newest schema; raises `DatabaseUnusable`, and then it is as it was."""
    with telling(file):
        if not file.exists() or file.stat().st_size == 0:
            return create(file, newest(migrations))
        revision, is_moving = state_of(file)
    known = revisions(migrations)
    if revision not in known:
        raise DatabaseUnusable(
            f"`{file}` was written by a newer version (schema {revision}). Run that one, or put a backup in its place."
        )
    if revision != known[-1]:
        upgrade(file, revision, migrations)
        is_moving = True
    if is_moving:
        move_requests(file)


def revisions(migrations: Path = MIGRATIONS) -> list[str]:
    """Every revision, oldest first; read from the text of the migrations, which is quick and runs nothing."""
    found = [dict(REVISION.findall(file.read_text())) for file in (migrations / "versions").glob("*.py")]
    after = {one["down_revision"]: one["revision"] for one in found}
    chain = [after[""]]
    while chain[-1] in after:
        chain.append(after[chain[-1]])
    return chain


def newest(migrations: Path = MIGRATIONS) -> str:
    """The revision of a new file."""
    return revisions(migrations)[-1]


def create(file: Path, revision: str) -> None:
    """All tables at once, in a file for its owner's eyes only; another process may be doing the same."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if not tables(connection):
            for statement in statements():
                connection.execute(statement)
            connection.execute(STAMP)
            connection.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        connection.execute("COMMIT")


def statements() -> Iterator[str]:
    """The SQL that makes every table and index."""
    yield from filter(None, map(str.strip, SCHEMA.read_text().split(";\n")))


def state_of(file: Path) -> tuple[str, bool]:
    """The revision a file is stamped with, and whether requests are to be moved since an upgrade.

    Raises `DatabaseUnusable` when another program made it.
    """
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=5)) as connection:
        there = tables(connection)
        if not {"alembic_version", *OURS} <= there:
            raise DatabaseUnusable(f"`{file}` belongs to another program. Move it away, or choose another `--home`.")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("none",)
    return str(revision), OLD_LOG in there


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of all tables."""
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def upgrade(file: Path, revision: str, migrations: Path) -> None:
    """Run what is missing, all of it or nothing, after a backup."""
    from store.migrating import migrate

    with telling(file):
        saved = back_up(file, revision)
    try:
        migrate(file, migrations)
    except Exception as error:
        raise DatabaseUnusable(
            f"`{file}` could not be upgraded from schema {revision}, and is as it was ({first_line(error)}). "
            f"Run the version from before, and report this. A copy is in `{saved.name}`."
        ) from error


def move_requests(file: Path) -> None:
    """Bring what an upgrade left in the old tables of the log into the new ones, or go on with it."""
    from store.log.converting import convert

    with telling(file):
        with closing(sqlite3.connect(file, timeout=5)) as connection:
            is_moving = OLD_LOG in tables(connection)
        if is_moving:
            convert(file)
        with suppress(sqlite3.Error):  # without the room for it the file stays as it is, and only keeps its free pages
            let_shrink(file)


def let_shrink(file: Path) -> None:
    """Rewrite a file that was made without the means to give free pages back; once, before rows are named by number."""
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
        is_able = connection.execute("PRAGMA auto_vacuum").fetchone()[0]
        if not is_able and not connection.execute("SELECT 1 FROM log_labels LIMIT 1").fetchone():
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("VACUUM")


def first_line(error: Exception) -> str:
    """What an error says, without the statement and the web page that SQLAlchemy adds."""
    return str(error).partition("\n")[0]


def back_up(file: Path, revision: str) -> Path:
    """A copy beside the file, under its final name only when it is whole."""
    saved = file.with_name(f"{file.name}.backup-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}")
    draft = file.with_name(f".{saved.name}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(file, timeout=5)) as source, closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
        return draft.rename(saved)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def telling(file: Path) -> Iterator[None]:
    """SQLite's errors, in words for the person who runs the gateway."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise DatabaseUnusable(
            f"`{file}` cannot be used: {error}. If another program holds it, end that program; "
            "see that this user may write it, and that its disk has room."
        ) from error
    except sqlite3.DatabaseError as error:
        raise DatabaseUnusable(f"`{file}` is damaged ({error}). {RESTORE.format(name=file.name)}") from error
    except OSError as error:
        raise DatabaseUnusable(
            f"`{file}` cannot be used: {error.strerror}. Let this user read and write it."
        ) from error
