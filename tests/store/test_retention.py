"""What is too old or too much goes, in small steps, and everything that hung on it goes too."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import msgspec
import pytest

from store.ids import LogId, new_id
from store.log.retention import Keeping, give_back
from store.records import LogRecord
from store.rollups.rollups import DAY, decode_counts
from store.spool.drain import Drain
from tests.store.records import log_record, put

NOW = 1_764_072_000_000
COUNTED = "SELECT counts FROM rollups WHERE grain = ? AND facet = '' ORDER BY start_ms DESC"


def record_of(age_days: float, **fields: object) -> LogRecord:
    """A record that arrived so long ago."""
    at = NOW - round(age_days * DAY)
    id = LogId(f"{at >> 16:08x}-{at & 0xFFFF:04x}{new_id()[13:]}")
    bodies = {"request_body": Random(at).randbytes(2000), "response_body": b'{"content": "answer"}'}
    return msgspec.structs.replace(
        log_record(created_at_ms=at, **{"metadata": {"chat": str(at)}} | bodies | fields), id=id
    )


def tidy(file: Path, keeping: Keeping) -> int:
    """Everything there is to do; how many steps it took."""
    drain, steps = Drain(file, 1, keeping), 1
    while drain.tidy(NOW):
        steps += 1
        assert steps < 5_000
    drain.close()
    return steps


def count(file: Path, table: str) -> int:
    """Rows."""
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_bodies_go_before_records(file: Path) -> None:
    """Bodies and records are kept for different times."""
    put(file, [record_of(age) for age in range(99, -1, -1)])

    tidy(file, Keeping(bodies_days=10, logs_days=50))

    assert (count(file, "log_bodies"), count(file, "logs")) == (11, 51)


def test_nothing_is_left_behind(file: Path) -> None:
    """A record that is dropped leaves no label and no body; days stay, and so do the sums."""
    put(file, [record_of(age, metadata={"age": str(age)}) for age in range(120, 20, -1)])

    tidy(file, Keeping(logs_days=10))

    assert [count(file, table) for table in ("logs", "log_bodies", "log_labels", "labels")] == [1] * 4
    with closing(sqlite3.connect(file)) as connection:
        grains = connection.execute("SELECT DISTINCT grain FROM rollups ORDER BY 1").fetchall()
    assert grains == [(3_600_000,), (DAY,)]


def test_counting_goes_on_after_all_was_dropped(file: Path) -> None:
    """After everything was dropped but the last record, what comes next is counted and found as what it is."""
    put(file, [record_of(20) for _ in range(5)])
    tidy(file, Keeping(logs_days=10))

    put(file, [record_of(0, metadata={"team": "a"})])

    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT value FROM labels JOIN log_labels ON id = label WHERE log = 6").fetchall()
        (requests,) = connection.execute(COUNTED, (DAY,)).fetchone()
    assert (found, decode_counts(requests)["n"]) == ([("a",)], 1)


def test_size_is_bounded(file: Path) -> None:
    """A file that is larger than it may be loses its oldest bodies, and gives the room back to the disk."""
    put(file, [record_of(age / 1000) for age in range(1_500, 0, -1)])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = file.stat().st_size

    tidy(file, Keeping(megabytes=2))

    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (oldest,) = connection.execute("SELECT min(log) FROM log_bodies").fetchone()
        (newest,) = connection.execute("SELECT max(number) FROM logs").fetchone()
    assert before > 3_000_000
    assert file.stat().st_size < 2_600_000
    assert 0 < count(file, "log_bodies") < 1_500
    assert 1 < oldest <= newest


@pytest.mark.parametrize("seed", range(3))
def test_stopped_anywhere_it_goes_on(file: Path, seed: int) -> None:
    """A tidying that ends after any number of steps leaves a whole file, and the next goes on from there."""
    put(file, [record_of(age) for age in range(59, -1, -1)])
    chance, keeping = Random(seed), Keeping(bodies_days=5, logs_days=20)
    for _ in range(3):
        drain = Drain(file, 1, keeping)
        for _ in range(chance.randint(1, 3)):
            drain.tidy(NOW)
        drain.close()

    tidy(file, keeping)

    with closing(sqlite3.connect(file)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
    assert whole == [("ok",)]
    assert (count(file, "logs"), count(file, "log_bodies")) == (21, 6)


def test_steps_are_small(file: Path) -> None:
    """What is dropped in one step is bounded, however much there is."""
    put(file, [record_of(100 + age / 100) for age in range(500)])

    assert tidy(file, Keeping(logs_days=10)) > 10


def test_each_step_gives_back_many_pages(tmp_path: Path) -> None:
    """Room goes back to the disk 64 pages at a time, or a large file would take days to shrink."""
    with closing(sqlite3.connect(tmp_path / "file.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("CREATE TABLE filling (content)")
        connection.executemany("INSERT INTO filling VALUES (?)", [(bytes(3_000),)] * 200)
        connection.execute("DELETE FROM filling")
        (before,) = connection.execute("PRAGMA freelist_count").fetchone()

        give_back(connection)

        assert connection.execute("PRAGMA freelist_count").fetchone() == (before - 64,)
