"""`tollhouse backup` and `restore`: what was backed up is what is put back, and nothing is lost on the way."""

import fcntl
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main
from store.schema import prepare


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a database in which something stands."""
    home = tmp_path / "home"
    home.mkdir()
    prepare(home / "tollhouse.db")
    note(home, "first")
    return home


def note(home: Path, name: str) -> None:
    """Write something."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        connection.execute("INSERT INTO facts VALUES (?, x'01')", (name,))
        connection.commit()


def notes(file: Path) -> list[str]:
    """What stands there."""
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM facts ORDER BY name")]


def run(home: Path, *words: str) -> tuple[int, str]:
    """A command's exit status and all it said."""
    done = CliRunner().invoke(main, [words[0], "--home", str(home), *words[1:]])
    return done.exit_code, done.output


def test_what_was_backed_up_is_put_back(home: Path, tmp_path: Path) -> None:
    """A restore brings back what a backup took while others wrote, and keeps what was there since."""
    with closing(sqlite3.connect(home / "tollhouse.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("INSERT INTO facts VALUES ('half', x'01')")
        saved = run(home, "backup", str(tmp_path / "saved.db"))
        other.execute("COMMIT")

    restored = run(home, "restore", str(tmp_path / "saved.db"))

    assert (saved[0], restored[0]) == (0, 0)
    assert "master.key" in saved[1]
    assert notes(home / "tollhouse.db") == ["first"]
    (kept,) = (file for file in home.glob("tollhouse.db.before-restore-*Z"))
    assert notes(kept) == ["first", "half"]
    assert stat.S_IMODE((tmp_path / "saved.db").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "tollhouse.db").stat().st_mode) == 0o600


def test_running_gateway_keeps_its_database(home: Path, tmp_path: Path) -> None:
    """Nothing is restored under a gateway that runs."""
    run(home, "backup", str(tmp_path / "saved.db"))
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)

        status, said = run(home, "restore", str(tmp_path / "saved.db"))

    assert (status, "End it first" in said) == (1, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "no database of this program"), (b"rubbish" * 5000, "not a database"), (None, "There is no")],
)
def test_what_is_no_backup_is_refused(home: Path, tmp_path: Path, content: bytes | None, told: str) -> None:
    """A file that is no whole database of ours takes nobody's place."""
    if content is not None:
        (tmp_path / "saved.db").write_bytes(content)

    status, said = run(home, "restore", str(tmp_path / "saved.db"))

    assert (status, told in said) == (1, True)
    assert notes(home / "tollhouse.db") == ["first"]


def test_backup_overwrites_nothing(home: Path, tmp_path: Path) -> None:
    """A file that is there already stays as it is."""
    (tmp_path / "saved.db").write_text("mine")

    status, said = run(home, "backup", str(tmp_path / "saved.db"))

    assert (status, "is there already" in said) == (1, True)
    assert (tmp_path / "saved.db").read_text() == "mine"


def test_doctor_shows_what_takes_room(home: Path) -> None:
    """`doctor --database` checks every page, and shows the largest tables and how many rows the log has."""
    _, said = run(home, "doctor", "--database")

    assert "Every page, index and reference of the database is whole" in said
    assert "rows in logs" in said
    assert "MB  " in said


def test_files_and_waiting_records_come_along(home: Path, tmp_path: Path) -> None:
    """Files of batches, also empty and large ones, and records on their way are put back; what was there is kept."""
    large = b"0123456789" * 1_000_000
    for name, content in {
        "files/a.json": b"{}",
        "files/a.jsonl": large,
        "files/b.jsonl": b"",
        "spool/1.segment": b"r",
    }.items():
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(content)
    run(home, "backup", str(tmp_path / "saved.db"))
    (home / "files" / "a.json").write_bytes(b"changed since")
    (home / "spool" / "1.segment").write_bytes(b"record and another")

    there, empty = run(home, "restore", str(tmp_path / "saved.db")), tmp_path / "empty"
    _, said = run(empty, "restore", str(tmp_path / "saved.db"))

    assert there[0] == 0
    assert "3 files of batches" in said
    assert [(empty / name).read_bytes() for name in ("files/a.json", "files/a.jsonl", "files/b.jsonl")] == [
        b"{}",
        large,
        b"",
    ]
    assert (empty / "spool" / "1.segment").read_bytes() == b"r"
    assert (home / "files" / "a.json").read_bytes() == b"{}"
    assert (home / "spool" / "1.segment").read_bytes() == b"record and another"
    (kept,) = home.glob("files.before-restore-*Z")
    assert (kept / "a.json").read_bytes() == b"changed since"
    assert stat.S_IMODE((empty / "files" / "a.jsonl").stat().st_mode) == 0o600


def test_restored_database_is_as_it_was(home: Path, tmp_path: Path) -> None:
    """The table that files travel in is not in the database that is put back, and takes no room there."""
    (home / "files").mkdir()
    (home / "files" / "a.jsonl").write_bytes(b"x" * 5_000_000)
    run(home, "backup", str(tmp_path / "saved.db"))

    run(tmp_path / "empty", "restore", str(tmp_path / "saved.db"))

    restored = tmp_path / "empty" / "tollhouse.db"
    with closing(sqlite3.connect(restored)) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_files'").fetchone()
    assert restored.stat().st_size < 2_000_000


@pytest.mark.parametrize("name", ["../outside", "files/../../outside", "/outside", "master.key", "files/", "files/."])
def test_backup_writes_nowhere_else(home: Path, tmp_path: Path, name: str) -> None:
    """A backup that somebody has changed writes no file outside of the folders of files and of waiting records."""
    run(home, "backup", str(tmp_path / "saved.db"))
    with closing(sqlite3.connect(tmp_path / "saved.db")) as connection, connection:
        connection.execute("INSERT INTO backup_files VALUES (?, 0, x'61')", (name,))

    status, _ = run(tmp_path / "empty", "restore", str(tmp_path / "saved.db"))

    written = {path.relative_to(tmp_path) for path in (tmp_path).rglob("*") if path.is_file()}
    assert status == 0
    assert {str(path) for path in written if path.parts[0] not in ("home", "saved.db")} == {
        "empty/lock",
        "empty/tollhouse.db",
    }
