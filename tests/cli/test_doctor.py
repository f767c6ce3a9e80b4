"""`tollhouse doctor` finds what is wrong, and only that."""

import asyncio
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main
from console.commandline.address import Address
from console.demo.vendor import serve_vendor
from console.doctor.database import database, revisions
from console.doctor.finding import Finding
from console.doctor.home import console_file, home_folder, key_files, settings_file
from console.doctor.listening import gateway_at, vacancy
from console.doctor.program import shortcomings
from console.doctor.terminal import judge


def wrong(findings: Iterable[Finding]) -> list[Finding]:
    """Those that need care; each of them must say how to mend it."""
    found = [finding for finding in findings if finding.level != "ok"]
    assert all(finding.mend for finding in found)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which all is well."""
    for name in ("master.key", "operator.key"):
        (tmp_path / name).touch(0o600)
    with closing(sqlite3.connect(tmp_path / "tollhouse.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [revisions()[1]])
        connection.commit()
    return tmp_path


def test_healthy_home_has_nothing_to_mend(home: Path) -> None:
    """A home as the gateway leaves it gives no alarm."""
    assert not wrong([*home_folder(home), *key_files(home), *database(home / "tollhouse.db")])


def test_home_that_is_not_there_yet_is_fine(tmp_path: Path) -> None:
    """Before the first start there is nothing to mend."""
    home = tmp_path / "new"

    assert not wrong([*home_folder(home), *key_files(home), *database(home / "tollhouse.db")])


def test_key_that_others_can_read(home: Path) -> None:
    """A key file with an open mode is bad, and the command that closes it is said."""
    (home / "master.key").chmod(0o644)

    (finding,) = wrong(key_files(home))

    assert finding.is_bad
    assert f"chmod 600 {home / 'master.key'}" in (finding.mend or "")


def test_lost_master_key(home: Path) -> None:
    """A database without its master key is bad: no vendor credential can be read any more."""
    (home / "master.key").unlink()

    (finding,) = wrong(key_files(home))

    assert finding.is_bad
    assert "backup" in (finding.mend or "")


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        ({"master_key": "keyring"}, {}),
        ({}, {"TOLLHOUSE_MASTER_KEY": "a2V5"}),
        ({"master_key_file": "{home}/elsewhere"}, {}),
        ({}, {"TOLLHOUSE_MASTER_KEY_FILE": "{home}/elsewhere"}),
    ],
    ids=["keyring", "environment", "file-in-settings", "file-in-environment"],
)
def test_master_key_that_is_kept_elsewhere(home: Path, settings: dict[str, str], environ: dict[str, str]) -> None:
    """A master key in a keyring, a variable or another file is not missed in the home, and is looked for there."""
    (home / "master.key").rename(home / "elsewhere")
    settings, environ = ({name: text.format(home=home) for name, text in each.items()} for each in (settings, environ))

    assert not wrong(key_files(home, settings, environ))

    (home / "elsewhere").chmod(0o644)
    is_a_file = "elsewhere" in f"{settings}{environ}"
    assert [str(home / "elsewhere") in each.what for each in wrong(key_files(home, settings, environ))] == [
        True
    ] * is_a_file


def test_context_key_that_others_can_read(tmp_path: Path) -> None:
    """A key that stands in `console.toml` is worth a look where others can read it, and only there."""
    file = tmp_path / "console.toml"
    file.write_text('[contexts.prod]\nurl = "http://gw"\nkey = "th-1"\n')
    file.chmod(0o600)
    assert not wrong(console_file(file))

    file.chmod(0o644)

    (finding,) = wrong(console_file(file))
    assert f"chmod 600 {file}" in (finding.mend or "")


def test_home_that_others_can_write(home: Path) -> None:
    """A folder in which others could swap the keys is bad."""
    home.chmod(0o777)

    assert [finding.level for finding in wrong(home_folder(home))] == ["bad"]


def test_damaged_database(home: Path) -> None:
    """A file that is no database any more is said to be damaged."""
    (home / "tollhouse.db").write_bytes(b"not a database" * 500)

    (finding,) = wrong(database(home / "tollhouse.db"))

    assert "damaged" in finding.what


def test_database_of_a_newer_version(home: Path) -> None:
    """A schema this program does not know is bad, not something to try."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'from the future'")
        connection.commit()

    (finding,) = wrong(database(home / "tollhouse.db"))

    assert "newer version" in finding.what


def test_database_of_another_program(home: Path) -> None:
    """A database without our tables is not taken for ours."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        connection.execute("DROP TABLE alembic_version")

    (finding,) = wrong(database(home / "tollhouse.db"))

    assert "no database of this program" in finding.what


def test_database_that_somebody_holds(home: Path) -> None:
    """A locked database is reported as such, and the doctor does not wait for ever."""
    with closing(sqlite3.connect(home / "tollhouse.db", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")

        (finding,) = wrong(database(home / "tollhouse.db"))

    assert "locked" in finding.what


def test_settings_with_a_wrong_line(tmp_path: Path) -> None:
    """A settings file that is no TOML is bad, with its line."""
    (tmp_path / "tollhouse.toml").write_text('host = "127.0.0.1"\nport 8787\n')

    (finding,) = wrong(settings_file(tmp_path / "tollhouse.toml"))

    assert "line 2" in finding.what


async def test_port_used_by_another_program() -> None:
    """When something else answers at the gateway's port, its process is named."""
    async with serve_vendor() as stranger:
        port = int(stranger.url.removesuffix("/v1").rpartition(":")[2])

        (finding,) = await asyncio.to_thread(lambda: list(gateway_at(Address("127.0.0.1", port))))

    assert finding.is_bad
    assert f"process {os.getpid()} " in finding.what


def test_host_that_is_not_this_machine() -> None:
    """An address this machine does not have is found before the gateway fails on it."""
    finding = vacancy(Address("192.0.2.1", 8787))

    assert finding.is_bad


def test_libraries_missing_and_too_old() -> None:
    """A library that is not there, or older than asked for, is named with what is needed."""
    required = ["click>=8.1", "no-such-library>=1", "httpx[http2]>=99.1", "ignored>=1; extra == 'x'"]

    assert list(shortcomings(required)) == [
        "`no-such-library` is not installed",
        "`httpx` is 0.28.1, and 99.1 is needed",
    ]


@pytest.mark.parametrize(
    ("environ", "size", "encoding", "level"),
    [
        ({"TERM": "xterm-256color"}, (80, 24), "UTF-8", []),
        ({"TERM": "linux", "NO_COLOR": "1"}, (80, 24), "utf8", []),
        ({"TERM": "dumb"}, (80, 24), "UTF-8", ["bad"]),
        ({}, (80, 24), "UTF-8", ["bad"]),
        ({"TERM": "xterm"}, (79, 24), "UTF-8", ["warn"]),
        ({"TERM": "xterm"}, (80, 24), "ANSI_X3.4-1968", ["warn"]),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/x"}, (80, 24), "UTF-8", ["warn"]),
    ],
)
def test_terminal_that_the_console_cannot_use_well(
    environ: dict[str, str], size: tuple[int, int], encoding: str, level: list[str]
) -> None:
    """Terminals too small, too plain or with another encoding are told apart from good ones."""
    assert [finding.level for finding in wrong(judge(environ, size, encoding))] == level


def test_exit_status_says_whether_anything_is_wrong(home: Path) -> None:
    """`tollhouse doctor` fails when something is bad, and prints what and how to mend it."""
    (home / "operator.key").chmod(0o644)

    result = CliRunner().invoke(main, ["doctor", "--home", str(home), "--port", "1"])

    assert result.exit_code == 1
    assert "operator.key can be read by other users\n      → `chmod 600" in result.output
