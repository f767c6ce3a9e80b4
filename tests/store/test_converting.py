"""An older log is moved into the shorter one: whole, with progress, and on from where it was stopped."""

import io
import sqlite3
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from store.database import open_database
from store.log.converting import convert
from store.log.filter import LogFilter
from store.log.reading import log_by_id, page
from store.migrating import migrate
from store.records import LogRecord
from store.schema import MIGRATIONS, prepare
from store.spool.packed import encode
from tests.store.old_log import old_file
from tests.store.records import any_record, drain, ids, log_record, put, small_spool


def some(count: int) -> list[LogRecord]:
    """Records with everything in them."""
    return [any_record(Random(seed)) for seed in range(count)]


async def test_requests_are_as_they_were(tmp_path: Path) -> None:
    """Every record of an older file is read after the upgrade as it was written, in a list and by itself."""
    file, records = tmp_path / "tollhouse.db", some(60)
    old_file(file, records)

    database = await open_database(file)

    async with database.session() as session:
        listed = await page(session, LogFilter(), limit=100)
        assert [await log_by_id(session, record.id) for record in records] == records
    await database.close()
    assert [record.id for record in listed[::-1]] == [record.id for record in records]


def test_spool_of_the_older_version_is_drained(tmp_path: Path) -> None:
    """What the older version had in its spool comes in after the upgrade, behind what was in its file."""
    file, records = tmp_path / "tollhouse.db", some(20)
    old_file(file, records[:10])
    spool = small_spool(tmp_path / "spool")
    spool.append(*map(encode, records[8:]))

    prepare(file)
    drain(file, spool)
    spool.close()

    assert ids(file) == [record.id for record in records]


def test_progress_is_told(tmp_path: Path) -> None:
    """Whoever waits for the upgrade sees how far it is."""
    file, told = tmp_path / "tollhouse.db", io.StringIO()
    old_file(file, some(30))
    migrate(file, MIGRATIONS)

    convert(file, told)

    assert told.getvalue().endswith(
        "Upgrading the log: 30 of 30 requests (100%). It may be stopped, and goes on next time.\n"
    )


UPGRADE = "import sys; from pathlib import Path; from store.converting import convert; print(flush=True); "
UPGRADE += "convert(Path(sys.argv[1]), at_once=3)"


@pytest.mark.parametrize("seed", range(4))
def test_killed_upgrade_goes_on(tmp_path: Path, seed: int) -> None:
    """An upgrade that is killed at any point, several times, ends with every record once and with all its bodies."""
    file, chance = tmp_path / "tollhouse.db", Random(seed)
    records = [log_record(request_body=b"body %d" % number) for number in range(300)]
    old_file(file, records)
    migrate(file, MIGRATIONS)
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", UPGRADE, str(file)], stdout=subprocess.PIPE) as process:
            assert process.stdout
            process.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0.001, 0.05))
            process.kill()

    prepare(file)

    assert ids(file) == [record.id for record in records]
    with closing(sqlite3.connect(file)) as connection:
        (bodies,) = connection.execute("SELECT count(*) FROM log_bodies").fetchone()
        whole = connection.execute("PRAGMA integrity_check").fetchall()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert (bodies, whole, "old_logs" in tables) == (300, [("ok",)], False)
    put(file, [records[0], log_record()])
    assert len(ids(file)) == 301
