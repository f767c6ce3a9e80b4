"""Answered means logged, also when the process is killed."""

import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from store.rollups.rollups import DAY, decode_counts
from tests.store import dying
from tests.store.records import drain, ids, small_spool


def killed_after(folder: Path, acknowledged: int) -> list[str]:
    """Run a process that logs, and kill it after so many records at the least; what it acknowledged until its death."""
    process = subprocess.Popen([sys.executable, "-m", "tests.store.appender", str(folder)], stdout=subprocess.PIPE)
    with process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        lines += process.stdout.readlines()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


def test_kill_loses_nothing_and_doubles_nothing(file: Path) -> None:
    """After several kills in the middle of writing and draining, each acknowledged record is there exactly once.

    Besides them there is at most one record a kill: one that was kept, but whose acknowledgement came too late.
    """
    chance = Random(3)
    acknowledged = [id for _ in range(5) for id in killed_after(file.parent, chance.randint(1, 4000))]
    assert len(acknowledged) > 1000

    spool = small_spool(file.parent / "spool")
    drain(file, spool)

    found = ids(file)
    assert len(found) == len(set(found))
    assert set(acknowledged) <= set(found)
    assert len(set(found) - set(acknowledged)) <= 5
    assert (spool.waiting, spool.trouble) == (0, None)
    spool.close()


@pytest.mark.parametrize("seed", [1, 2])
def test_hundred_deaths_count_nothing_twice(file: Path, seed: int) -> None:
    """Killed at a hundred random points of writing, counting and pruning, the log is whole, and its sums are right.

    Every record is counted and charged once, also those that are gone since; what is kept has its labels and no other.
    """
    words = [sys.executable, "-m", "tests.store.dying", str(file.parent), str(seed)]
    killed = int(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout)

    dying.work(file.parent)

    total = dying.LIVES * dying.RECORDS
    ages = Counter(dying.AGES[number % len(dying.AGES)] for number in range(total))
    with closing(sqlite3.connect(file)) as connection:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
        charged = connection.execute("SELECT nanodollars, tokens, requests FROM counters").fetchall()
        kept = dict(
            connection.execute(f"SELECT (? - created_at_ms) / {DAY}, count(*) FROM logs GROUP BY 1", [dying.NOW])
        )
        bodies = connection.execute("SELECT count(*) FROM log_bodies").fetchone()[0]
        counts = connection.execute("SELECT counts FROM rollups WHERE grain = ? AND facet = ''", [DAY]).fetchall()
        labels = connection.execute("SELECT log, count(*) FROM log_labels GROUP BY 1 ORDER BY 1").fetchall()
        rows = connection.execute("SELECT number FROM logs ORDER BY 1").fetchall()
    assert killed > dying.LIVES / 3
    assert whole == [("ok",)]
    assert charged == [(total, 2 * total, total)]
    assert sum(decode_counts(row[0])["n"] for row in counts) == total
    assert kept == {0: ages[0], 7: ages[7]} | ({30: 1} if kept.get(30) else {})  # the last row of all is never dropped
    assert bodies == ages[0]
    assert labels == [(number, 2) for (number,) in rows]
