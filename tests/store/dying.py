"""Children that write and prune a log, and die of it at random: `python -m tests.store.dying FOLDER SEED`."""

import os
import signal
import sys
from pathlib import Path
from random import Random

from store.ids import LogId, new_id
from store.log.retention import Keeping
from store.records import Charge, LogRecord
from store.rollups.rollups import DAY
from store.spool.drain import Drain
from store.spool.packed import encode
from tests.store.records import log_record, small_spool

LIVES, RECORDS, NOW = 100, 40, 1_764_072_000_000
KEEPING = Keeping(logs_days=10, bodies_days=5)
AGES = (0, 7, 30)
"""Days: kept whole, without its body, and not at all."""


def main(folder: Path, seed: int) -> None:
    """Let each child have some more to do, and somewhat less than the time it takes; print how many were killed."""
    chance, killed = Random(seed), 0
    for life in range(LIVES):
        spool = small_spool(folder / "spool", segment_bytes=20_000)
        spool.append(*(encode(record(chance, life * RECORDS + number)) for number in range(RECORDS)))
        spool.close()
        seconds = chance.uniform(0.0005, 0.025)
        if (child := os.fork()) == 0:
            signal.setitimer(
                signal.ITIMER_PROF, seconds
            )  # its end: of processor time, so that a busy machine is no help
            work(folder)
            os._exit(0)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    sys.stdout.write(str(killed))


def record(chance: Random, number: int) -> LogRecord:
    """One that is charged for, of some age."""
    at = NOW - AGES[number % len(AGES)] * DAY
    return log_record(
        id=LogId(f"{at >> 16:08x}-{at & 0xFFFF:04x}{new_id()[13:]}"),
        created_at_ms=at,
        cost=1,
        charges=[Charge("budget", 0, 1, 2, 1)],
        metadata={"team": str(number % 7), "chat": str(number)},
        request_body=chance.randbytes(chance.randint(1, 3_000)),
        response_body=b'{"content": "word%d"}' % (number % 50),
    )


def work(folder: Path) -> None:
    """Bring in what there is, and drop what is old."""
    spool, drain = small_spool(folder / "spool"), Drain(folder / "tollhouse.db", 5, KEEPING)
    more = True
    while more:
        outcome = drain.step(spool.standing())
        spool.settle(outcome)
        more = outcome.more
    while drain.tidy(NOW):
        pass


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
