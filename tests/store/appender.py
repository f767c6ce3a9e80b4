"""A process that logs as fast as it can, to be killed by a test: `python -m tests.store.appender FOLDER`."""

import os
import sys
from itertools import count
from pathlib import Path

from store.spool.spool import Spool
from store.spool.writer import LogWriter
from tests.store.records import log_record


def main(folder: Path) -> None:
    """Log records of several sizes, and print the id of each when it is kept."""
    writer = LogWriter(folder / "tollhouse.db", Spool(folder / "spool", segment_bytes=100_000, reserve_bytes=4096))
    writer.start()
    for number in count():
        record = log_record(request_body=b"question " * (number % 300))
        writer.add(record)
        os.write(1, f"{record.id}\n".encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
