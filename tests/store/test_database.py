"""Opening the database: new, older, newer, damaged, somebody else's."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from store.database import Database, DatabaseUnusable, open_database
from store.migrating import migrate
from store.schema import MIGRATIONS, SCHEMA, prepare, revisions
from store.tables import written

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest}"

def upgrade():
    op.execute("INSERT INTO facts VALUES ('upgraded', x'01')")
    with op.batch_alter_table("providers") as providers:
        providers.add_column(sa.Column("colour", sa.String()))
        providers.alter_column("note", new_column_name="remark")
    {last}
"""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """The migrations in a folder of their own, to which one can be added."""
    return Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))


def add_migration(migrations: Path, last: str = "") -> None:
    """One more, which changes a table that others refer to, and ends with a line of Python."""
    (migrations / "versions" / "next.py").write_text(NEXT.format(newest=revisions()[-1], last=last))


def described(file: Path) -> dict[str, Any]:
    """Everything about the tables: columns, indexes with their conditions, foreign keys, version."""
    with closing(sqlite3.connect(file)) as connection:
        return dict(descriptions(connection))


def descriptions(connection: sqlite3.Connection) -> Iterator[tuple[str, Any]]:
    """The same, piece by piece."""
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall():
        if kind == "index":
            yield name, (sql, connection.execute(f"PRAGMA index_xinfo({name})").fetchall())
        else:
            questions = ("table_xinfo", "index_list", "foreign_key_list")
            yield name, [sorted(connection.execute(f"PRAGMA {one}({name})").fetchall()) for one in questions]
    yield "version", connection.execute("SELECT * FROM alembic_version").fetchall()


def in_file(file: Path, statement: str) -> list[Any]:
    """Run a statement."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        return connection.execute(statement).fetchall()


async def opened_and_closed(file: Path, **more: Any) -> None:
    """Open a database for a moment."""
    await (await open_database(file, **more)).close()


def test_fresh_equals_migrated(tmp_path: Path) -> None:
    """A new file has the tables, columns and indexes that all migrations together make."""
    fresh, migrated = tmp_path / "fresh.db", tmp_path / "migrated.db"

    prepare(fresh)
    migrate(migrated, MIGRATIONS)

    assert described(fresh) == described(migrated)
    assert len(described(fresh)) > 8


def test_revisions_are_in_order(migrations: Path) -> None:
    """The revisions are read in the order in which they follow each other, whatever their files are called."""
    add_migration(migrations)

    assert revisions(migrations) == [*revisions(), "9999"]


def test_start_does_not_import_alembic(tmp_path: Path) -> None:
    """Neither making a file nor opening one that is up to date costs the import of alembic."""
    program = (
        "import asyncio, sys; from pathlib import Path; from store.database import open_database\n"
        "async def main():\n"
        f"    for _ in range(2): await (await open_database(Path({str(tmp_path / 'tollhouse.db')!r}))).close()\n"
        "asyncio.run(main()); sys.exit('alembic' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_new_file_is_private(database: Database) -> None:
    """The database, and what SQLite puts beside it, is for its owner's eyes only."""
    async with database.session():
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in database.file.parent.glob("tollhouse.db*")}

    assert set(modes.values()) == {0o600}


async def test_connections_are_set_up(database: Database) -> None:
    """Every connection writes ahead, checks foreign keys and waits for others."""
    async with database.session() as session:
        connection = await session.connection()
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        settings = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in names]

    assert settings == ["wal", 1, 1, 5000]


async def test_up_to_date_file_is_left_alone(file: Path) -> None:
    """Opening a file that needs nothing makes no backup and keeps what is in it."""
    in_file(file, "INSERT INTO facts VALUES ('kept', x'02')")

    await opened_and_closed(file)

    assert in_file(file, "SELECT name FROM facts") == [("kept",)]
    assert not list(file.parent.glob("*backup*"))


async def test_upgrade_makes_a_backup_first(file: Path, migrations: Path) -> None:
    """An older file is copied, privately and under its revision, and then upgraded with what is in it."""
    before = described(file)
    in_file(file, "INSERT INTO facts VALUES ('kept', x'02')")
    add_migration(migrations)

    await opened_and_closed(file, migrations=migrations)

    (backup,) = file.parent.glob(f"tollhouse.db.backup-{revisions()[-1]}-*Z")
    assert described(backup) == before
    assert in_file(backup, "SELECT name FROM facts") == [("kept",)]
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert described(file)["version"] == [("9999",)]
    assert {"colour", "remark"} < {row[1] for row in described(file)["providers"][0]}
    assert in_file(file, "SELECT name FROM facts ORDER BY name") == [("kept",), ("upgraded",)]


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("raise RuntimeError('no luck')", "no luck"),
        ("op.execute('DROP TABLE not_there')", "no such table"),
        (
            "op.execute(\"INSERT INTO models VALUES ('x','y','',1,1,1,'',1,'','')\")",
            "refers to a row of `integrations`",
        ),
    ],
)
async def test_failing_upgrade_changes_nothing(file: Path, migrations: Path, last: str, told: str) -> None:
    """A migration that fails after it changed tables leaves every table and row as it was, and says what to do."""
    before = described(file)
    add_migration(migrations, last)

    with pytest.raises(DatabaseUnusable, match=told) as error:
        await open_database(file, migrations=migrations)

    assert "is as it was" in str(error.value)
    assert described(file) == before
    assert in_file(file, "SELECT * FROM facts") == []
    await opened_and_closed(file)


async def test_older_file_learns_to_shrink(tmp_path: Path) -> None:
    """A file from before free pages were given back can do so after its upgrade, and has what it had."""
    file = tmp_path / "tollhouse.db"
    migrate(file, MIGRATIONS, "0002")
    in_file(file, "PRAGMA journal_mode = WAL")
    in_file(file, "INSERT INTO facts VALUES ('kept', x'02')")

    await opened_and_closed(file)

    assert in_file(file, "PRAGMA auto_vacuum") == [(2,)]
    assert in_file(file, "SELECT name FROM facts") == [("kept",)]


async def test_newer_file_is_refused(file: Path) -> None:
    """A schema this program does not know is not touched."""
    in_file(file, "UPDATE alembic_version SET version_num = 'from the future'")

    with pytest.raises(DatabaseUnusable, match="newer version"):
        await open_database(file)


@pytest.mark.parametrize("statement", ["CREATE TABLE theirs (x)", "CREATE TABLE alembic_version (version_num)"])
async def test_file_of_another_program_is_refused(tmp_path: Path, statement: str) -> None:
    """Another program's database is not filled with our tables, also when that program uses alembic."""
    in_file(tmp_path / "theirs.db", statement)

    with pytest.raises(DatabaseUnusable, match="another program"):
        await open_database(tmp_path / "theirs.db")

    assert len(in_file(tmp_path / "theirs.db", "SELECT * FROM sqlite_master")) == 1


def rubbish(file: Path) -> None:
    """No database at all."""
    file.write_bytes(b"not a database" * 500)


def cut(file: Path) -> None:
    """Half of it is missing."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def scratched(file: Path) -> None:
    """The list of tables was overwritten."""
    content = file.read_bytes()
    file.write_bytes(content[:100] + b"\xff" * 8000 + content[8100:])


@pytest.mark.parametrize("damage", [rubbish, cut, scratched])
def test_damaged_file_is_refused(file: Path, damage: Any) -> None:
    """A damaged file is left alone, and the backups are pointed out."""
    damage(file)
    size = file.stat().st_size

    with pytest.raises(DatabaseUnusable, match=r"is damaged.*tollhouse\.db\.backup-"):
        prepare(file)

    assert file.stat().st_size == size


async def test_file_that_cannot_be_made(tmp_path: Path) -> None:
    """A folder that is not there, and a folder in place of the file, are told in words."""
    with pytest.raises(DatabaseUnusable, match="No such file"):
        await open_database(tmp_path / "nowhere" / "tollhouse.db")
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        await open_database(tmp_path)


def test_new_files_have_the_tables_of_the_program() -> None:
    """The SQL that makes a new file is that of the tables as they are; `make schema` writes it again."""
    assert SCHEMA.read_text() == written()
