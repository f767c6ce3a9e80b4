"""Answered means logged, also when the process is killed."""

import subprocess
import sys
from pathlib import Path
from random import Random

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
