"""`tollhouse audit verify`, as a process of its own, on a home that no gateway has open."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from console.commandline.launch import command, environment
from store.audit.trail import append
from store.database import open_database
from store.secrets.master_key import InFile, vault_for
from tests.store.test_audit import entry


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A gateway's home with three rows in its audit log."""
    asyncio.run(fill(tmp_path))
    return tmp_path


async def fill(home: Path) -> None:
    """Write three rows."""
    database = await open_database(home / "tollhouse.db")
    vault = await vault_for(database, InFile(home / "master.key"), home)
    async with database.session() as session:
        for _ in range(3):
            await append(session, entry(), vault)
        await session.commit()
    await database.close()


def verify(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What an operator types."""
    typed = command("console.cli", "audit", "verify", "--home", str(home), *words)
    return subprocess.run(typed, env=environment(os.environ), capture_output=True, text=True, timeout=30, check=False)


def test_log_as_written(home: Path) -> None:
    """A log that nobody touched is proved, and the head that is printed proves it again."""
    first = verify(home)
    head = first.stdout.split()[-1]

    second = verify(home, "--head", head)

    assert (first.returncode, second.returncode) == (0, 0)
    assert "as it was written: 3 rows" in first.stdout


@pytest.mark.parametrize(
    ("statement", "words", "said"),
    [
        ("DELETE FROM audit WHERE number = 3", (), "The end is missing, row 3"),
        ("UPDATE audit SET action = 'create' WHERE number = 2", (), "Row 2 was changed"),
        ("SELECT 1", ("--head", "abc"), "No row has the hash abc"),
    ],
)
def test_log_that_was_touched(home: Path, statement: str, words: tuple[str, ...], said: str) -> None:
    """What was touched is said in one line, with exit status 1."""
    with closing(sqlite3.connect(home / "tollhouse.db")) as connection:
        connection.execute(statement)
        connection.commit()

    result = verify(home, *words)

    assert result.returncode == 1
    assert said in result.stderr


def test_home_without_a_gateway(tmp_path: Path) -> None:
    """A folder that is no home is told, and nothing is made in it."""
    result = verify(tmp_path)

    assert (result.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "There is no gateway in" in result.stderr
