"""The process that writes the log: replaced when it dies, gone when nobody needs it."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from store.spool.scribe import receive, send
from store.spool.writer import LogWriter
from tests.store.records import ids, log_record, small_spool


def scribes(file: Path) -> list[int]:
    """The processes that write this database."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # gone meanwhile
        if b"store.spool.scribe" in words and str(file).encode() in words:
            found.append(int(folder.name))
    return found


def until(true: Callable[[], object]) -> None:
    """Wait for what happens in another process."""
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
async def writer(file: Path) -> AsyncIterator[LogWriter]:
    """At work, and soon tired of waiting."""
    writer = LogWriter(file, small_spool(file.parent / "spool"), idle_seconds=0.2)
    writer.start()
    yield writer
    writer.close()


async def test_process_that_is_killed_is_replaced(writer: LogWriter, file: Path) -> None:
    """A writing process that dies costs nothing: another goes on, and each record is there once."""
    records = [log_record() for _ in range(300)]
    for number, record in enumerate(records):
        writer.add(record)
        if number % 100 == 99:
            await writer.caught_up(20)
            for pid in scribes(file):
                os.kill(pid, signal.SIGKILL)

    assert await writer.caught_up(20)

    assert ids(file) == [record.id for record in records]


async def test_process_is_there_only_while_it_is_needed(writer: LogWriter, file: Path) -> None:
    """No process waits while there are no records, and the next record finds one."""
    before = scribes(file)
    writer.add(log_record())
    assert await writer.caught_up(20)
    until(lambda: not scribes(file))

    writer.add(log_record())

    assert await writer.caught_up(20)
    assert (before, len(ids(file))) == ([], 2)


def test_process_ends_with_the_one_that_started_it(file: Path) -> None:
    """A killed gateway leaves no writing process behind."""
    words = [sys.executable, "-m", "tests.store.appender", str(file.parent)]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        until(lambda: scribes(file))

        process.kill()

    until(lambda: not scribes(file))


@pytest.mark.parametrize("whole", [b"", b"x" * 70_000])
def test_messages_are_read_as_they_were_sent(whole: bytes) -> None:
    """A message arrives whole, and one cut short is an end and not a message."""
    pipe = io.BytesIO()
    send(pipe, whole)

    assert receive(io.BytesIO(pipe.getvalue())) == whole
    with pytest.raises(EOFError):
        receive(io.BytesIO(pipe.getvalue()[:-1]))
