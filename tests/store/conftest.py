"""A database of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from store.database import Database, open_database
from store.schema import prepare
from store.spool.spool import Spool
from tests.store.records import small_spool


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database file that nobody has open."""
    file = tmp_path / "tollhouse.db"
    prepare(file)
    return file


@pytest.fixture
async def database(file: Path) -> AsyncIterator[Database]:
    """The same, open."""
    database = await open_database(file)
    yield database
    await database.close()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """A spool with nothing in it."""
    spool = small_spool(tmp_path / "spool")
    yield spool
    spool.close()
