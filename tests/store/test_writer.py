"""The log writer brings every record into the database, once, and says why when it cannot."""

import asyncio
import os
import resource
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from store.database import Database
from store.facts import remember
from store.log.filter import LogFilter
from store.log.reading import log_by_id, page
from store.records import LogRecord
from store.spool.spool import Spool
from store.spool.writer import LogWriter, WriterState
from tests.store.records import drain, ids, log_record, put, small_spool

WELL = WriterState(waiting=0, reason=None, lost=0, damaged=0)


@pytest.fixture
def writer(file: Path, spool: Spool) -> Iterator[LogWriter]:
    """A writer at work, which does not wait long for a lock."""
    writer = LogWriter(file, spool, patience_seconds=0.01)
    writer.start()
    yield writer
    writer.close()


async def until(holds: Callable[[], object]) -> None:
    """Wait for what another thread brings about."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110  (the other thread knows nothing of our loop)
            await asyncio.sleep(0.002)


def in_file(file: Path, statement: str) -> None:
    """Change the database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(statement)


async def test_record_is_in_the_database(writer: LogWriter, database: Database) -> None:
    """What was added before is there when the writer has caught up, whole."""
    record = log_record(request_body=b"question", response_body=b"answer", request_headers={"a": "b"})
    writer.add(record)

    assert await writer.caught_up(10)

    async with database.session() as session:
        assert await log_by_id(session, record.id) == record
    assert writer.state() == WELL


async def test_caught_up_without_any_record(writer: LogWriter) -> None:
    """A writer that has nothing to do has caught up."""
    assert await writer.caught_up(10)


async def test_records_come_without_being_asked_for(writer: LogWriter, file: Path) -> None:
    """Records are brought into the database by themselves, and so are those that come when all were there."""
    writer.add(log_record())
    await until(lambda: len(ids(file)) == 1)

    writer.add(log_record())

    await until(lambda: len(ids(file)) == 2)


def add_all(writer: LogWriter, records: list[LogRecord]) -> None:
    """Add them one after the other."""
    for record in records:
        writer.add(record)


async def test_many_threads_add(writer: LogWriter, file: Path) -> None:
    """Records added by several threads at once are all there."""
    records = [[log_record() for _ in range(500)] for _ in range(4)]
    threads = [threading.Thread(target=add_all, args=(writer, some)) for some in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert await writer.caught_up(10)

    assert sorted(ids(file)) == sorted(one.id for some in records for one in some)


async def test_close_drains(file: Path, spool: Spool) -> None:
    """Stopping brings in what waits, and leaves nothing in the spool."""
    writer = LogWriter(file, spool)
    records = [log_record() for _ in range(2500)]
    writer.start()
    for record in records:
        writer.add(record)

    writer.close()

    assert ids(file) == [record.id for record in records]
    assert not list((file.parent / "spool").glob("*.segment"))


async def test_next_writer_takes_what_was_left(file: Path, spool: Spool) -> None:
    """Records of a process that never drained are in the database soon after the next start."""
    records = [log_record() for _ in range(3)]
    unstarted = LogWriter(file, spool)
    for record in records:
        unstarted.add(record)
    unstarted.close()

    writer = LogWriter(file, small_spool(file.parent / "spool"))
    writer.start()

    assert await writer.caught_up(10)
    assert ids(file) == [record.id for record in records]
    writer.close()


def left_again(file: Path, spool: Spool, count: int) -> list[str]:
    """Drain some records and put their segment back, as a crash between commit and deletion leaves it."""
    records = [log_record() for _ in range(count)]
    for record in records:
        spool.append(msgspec.msgpack.encode(record))
    (segment,) = (file.parent / "spool").glob("*.segment")
    content = segment.read_bytes()
    drain(file, spool)
    spool.close()
    segment.write_bytes(content)
    return [record.id for record in records]


def test_crash_after_commit_brings_nothing_back(file: Path, spool: Spool) -> None:
    """A segment that was drained but not deleted is known by its position: not even deleted records come back."""
    left_again(file, spool, 20)
    in_file(file, "DELETE FROM logs")

    drain(file, spool := small_spool(file.parent / "spool"))

    assert ids(file) == []
    assert spool.waiting == 0
    assert not list((file.parent / "spool").glob("*.segment"))
    spool.close()


def test_crash_after_commit_without_position(file: Path, spool: Spool) -> None:
    """Where the position is unknown, as after a restored backup, records that are there are not doubled."""
    expected = left_again(file, spool, 20)
    in_file(file, "DELETE FROM spool_positions")

    drain(file, spool := small_spool(file.parent / "spool"))

    assert ids(file) == expected
    spool.close()


def test_positions_of_segments_that_are_gone_go(file: Path) -> None:
    """The table of positions does not grow with each segment."""
    for _ in range(5):
        put(file, [log_record()])

    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM spool_positions").fetchone() == (1,)


async def test_locked_database(writer: LogWriter, file: Path) -> None:
    """While another program holds the database records wait, the reason is told, and then all are written."""
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        records = [log_record() for _ in range(3)]
        for record in records:
            writer.add(record)
        await until(lambda: writer.state().reason)
        assert "locked by another program" in (writer.state().reason or "")
        assert writer.state().waiting == 3
        assert not await writer.caught_up(0.05)
        holder.execute("ROLLBACK")

    assert await writer.caught_up(10)

    await until(lambda: writer.state() == WELL)
    assert ids(file) == [record.id for record in records]


def test_database_without_room(file: Path, spool: Spool) -> None:
    """When the database cannot grow nothing of a batch is kept, and all of it once there is room."""
    records = [log_record(request_body=os.urandom(10_000)) for _ in range(50)]
    for record in records:
        spool.append(msgspec.msgpack.encode(record))
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(sqlite3.OperationalError):
            drain(file, spool)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert ids(file) == []
    assert spool.waiting == 50

    drain(file, spool)

    assert ids(file) == [record.id for record in records]
    assert spool.waiting == 0


async def test_others_get_their_turn(writer: LogWriter, database: Database) -> None:
    """While many records are drained the log can be read, and settings can be changed."""
    for _ in range(5000):
        writer.add(log_record(request_body=b"question " * 100))

    for number in range(10):
        async with database.session() as session:
            await page(session, LogFilter(text="gpt"), limit=10)
            await remember(session, f"fact {number}", b"")
            await session.commit()

    assert await writer.caught_up(10)
    assert writer.state() == WELL


async def test_database_that_is_gone(writer: LogWriter, file: Path) -> None:
    """A database that somebody moved away is not made anew, empty; when it is back, the records go there."""
    away = file.with_name("away.db")
    writer.add(log_record())
    assert await writer.caught_up(10)
    os.rename(file, away)
    writer.add(log_record())
    await until(lambda: writer.state().reason)
    assert "see that it is there" in (writer.state().reason or "")
    os.rename(away, file)

    assert await writer.caught_up(10)

    assert len(ids(file)) == 2


def replace(file: Path, backup: Path) -> None:
    """Put a backup in the place of the database."""
    for old in file.parent.glob("tollhouse.db*"):
        old.unlink()
    backup.rename(file)


async def test_database_that_was_replaced(writer: LogWriter, file: Path) -> None:
    """Records go into the file that is there now, and so does what the spool still has from before."""
    backup = Path(shutil.copy(file, file.with_name("backup.db")))
    records = [log_record(), log_record()]
    writer.add(records[0])
    assert await writer.caught_up(10)
    replace(file, backup)

    writer.add(records[1])

    assert await writer.caught_up(10)
    assert ids(file) == [record.id for record in records]


async def test_database_without_tables(writer: LogWriter, file: Path) -> None:
    """An error that nobody thought of is told as SQLite says it."""
    in_file(file, "ALTER TABLE spool_positions RENAME TO other")
    writer.add(log_record())

    await until(lambda: writer.state().reason)

    assert "no such table: spool_positions" in (writer.state().reason or "")
    in_file(file, "ALTER TABLE other RENAME TO spool_positions")
    assert await writer.caught_up(10)


async def test_rubbish_in_the_spool(writer: LogWriter, spool: Spool, file: Path) -> None:
    """What is no record is set aside and told, and those before and after it are written."""
    records = [log_record(), log_record()]
    writer.add(records[0])
    spool.append(b"\xc1 no record")
    writer.add(records[1])

    assert await writer.caught_up(10)

    assert ids(file) == [record.id for record in records]
    assert writer.state() == msgspec.structs.replace(WELL, damaged=1)
    (aside,) = (file.parent / "spool").glob("damaged-*")
    assert aside.read_bytes() == b"\xc1 no record"


async def test_numbers_too_large_for_sqlite(writer: LogWriter, database: Database) -> None:
    """One record with an absurd number costs no other, and is kept with the largest number there is."""
    records = [log_record(), log_record(retries=2**64 - 1), log_record()]
    for record in records:
        writer.add(record)

    assert await writer.caught_up(10)

    async with database.session() as session:
        found = await page(session, LogFilter(), limit=10)
    assert [record.id for record in found] == [record.id for record in records[::-1]]
    assert found[1].retries == 2**63 - 1


async def test_spool_in_trouble_is_told(file: Path, tmp_path: Path) -> None:
    """A spool that cannot be written is a reason to tell, also while the database is well; it clears by itself."""
    full = True

    def write(descriptor: int, data: bytes) -> int:
        if full:
            raise OSError(28, "No space left on device")
        return os.write(descriptor, data)

    writer = LogWriter(file, small_spool(tmp_path / "full", write=write))
    writer.start()
    writer.add(log_record())
    assert "No space left" in (writer.state().reason or "")
    full = False

    assert await writer.caught_up(10)

    await until(lambda: writer.state() == WELL)
    writer.close()


async def test_close_does_not_wait_for_ever(file: Path, spool: Spool) -> None:
    """With a locked database stopping ends all the same, and the records stay in the spool."""
    writer = LogWriter(file, spool, patience_seconds=0.01)
    writer.start()
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        writer.add(log_record())

        writer.close()

    assert small_spool(file.parent / "spool").waiting == 1
