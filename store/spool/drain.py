"""From the spool into the database, some thousand records a second, in transactions of many."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import zstandard

from store.limits.charges import add
from store.log.columns import BODY_COLUMNS, COLUMNS, Dictionary, bodies, insert
from store.log.names import Names
from store.log.retention import KEEP_ALL, Keeping, give_back, prune
from store.log.short_ids import short
from store.log.text_index import TextIndex, last_row
from store.records import LogRecord
from store.rollups.folding import Folding
from store.spool.packed import BIGGEST, decode
from store.spool.standing import Batch, Outcome, Stretch, next_batch, set_aside

RECORDS_AT_ONCE = 1000
RECORDS_A_STATEMENT, IDS_A_STATEMENT = 25, 250
SMALL = 8_192
"""Bytes of bodies, up to which level 1 compresses as well as level 3, in two thirds of the time."""
SETTINGS = ("synchronous = NORMAL", "cache_size = -16000", "journal_size_limit = 67108864")
"""The cache (KiB) holds the pages of a whole transaction; a write-ahead log that a slow reader let grow shrinks."""
DRAINED = "INSERT INTO spool_positions VALUES (?, ?) ON CONFLICT (segment) DO UPDATE SET drained = excluded.drained"
WORDS = {
    sqlite3.SQLITE_BUSY: "is locked by another program; end that program",
    sqlite3.SQLITE_FULL: "has no room left on its disk; make some",
    sqlite3.SQLITE_CANTOPEN: "is gone or cannot be opened; put it back",
    sqlite3.SQLITE_READONLY: "cannot be written; let this user write it",
    sqlite3.SQLITE_CORRUPT: "is damaged; put a backup in its place",
    sqlite3.SQLITE_NOTADB: "is damaged; put a backup in its place",
}
"""How an error of SQLite goes on after the name of the file."""
REFUSED = (OverflowError, sqlite3.DataError, sqlite3.IntegrityError)
"""SQLite is well, but will not have that value."""


class Ready(NamedTuple):
    """One record as it goes into the tables."""

    record: LogRecord
    body: bytes
    """Compressed; empty where there is none."""
    payload: bytes


class Drain:
    """One connection to the database, and one compressor, for one thread."""

    def __init__(self, file: Path, patience_seconds: float, keeping: Keeping = KEEP_ALL) -> None:
        self._file, self._patience_seconds = file, patience_seconds
        self._quickly = zstandard.ZstdCompressor(level=1).compress
        self._well = zstandard.ZstdCompressor(level=3).compress
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._drained: dict[str, int] = {}
        self._folding, self._texts = Folding(), TextIndex()
        self._dictionary = Dictionary(Names(), self._folding.labels)
        self._keeping = keeping

    def step(self, standing: Sequence[Stretch]) -> Outcome:
        """Put one batch into the database. Raises `sqlite3.Error` and OSError.

        Where the batch ends is part of the transaction, and rows that are there already are left alone: a crash at
        any point loses nothing and counts nothing twice.
        """
        connection, outcome = self._open(), Outcome()
        batch = next_batch(standing, self._drained, RECORDS_AT_ONCE, outcome)
        if batch is None:
            return outcome
        name, folder = batch.stretch.name, Path(batch.stretch.file).parent
        ready = list(self._ready(batch, outcome))
        gone = self._drained.keys() - {stretch.name for stretch in standing}
        with self._all_or_nothing(connection):
            written = self._insert(connection, unwritten(connection, ready), folder, outcome)
            self._follow(connection, written, is_last=not batch.more)
            connection.execute(DRAINED, (name, batch.end))
            connection.executemany("DELETE FROM spool_positions WHERE segment = ?", [(each,) for each in gone])
        self._drained[name] = batch.end
        for each in gone:
            del self._drained[each]
        outcome.segment, outcome.records = name, len(batch.payloads)
        outcome.end, outcome.more = batch.end, batch.more
        return outcome

    def tidy(self, now_ms: int) -> bool:
        """A step of some milliseconds at what nobody waits for; whether there is more of it. Raises as `step` does."""
        connection = self._open()
        with self._all_or_nothing(connection):
            if not self._folding.take(connection, [], is_last=True):
                return True
            if self._keeping.texts and self._texts.catch_up(connection):
                return True
            if prune(connection, self._keeping, now_ms):
                self._forget()
                return True
        return give_back(connection)

    def _follow(self, connection: sqlite3.Connection, records: Sequence[LogRecord], *, is_last: bool) -> None:
        """Count records that were just inserted, and note their words if nothing else waits."""
        self._folding.take(connection, records, is_last=is_last)
        if is_last and self._keeping.texts:
            self._texts.take(connection, records)

    def _forget(self) -> None:
        """What is in memory may not be so in the file."""
        self._folding.forget()
        self._texts.forget()
        self._dictionary.forget()

    @contextmanager
    def _all_or_nothing(self, connection: sqlite3.Connection) -> Iterator[None]:
        """A transaction; where it fails, what was counted meanwhile is forgotten too."""
        try:
            with transaction(connection):
                yield
        except BaseException:
            self._forget()
            raise

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        """The connection; a new one when the file was replaced, for then the old one would write into nothing."""
        if self._connection is not None and os.stat(self._file).st_ino == self._inode:
            return self._connection
        self.close()
        uri = f"{self._file.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(uri, uri=True, timeout=self._patience_seconds, isolation_level=None)
        try:
            for setting in SETTINGS:
                connection.execute(f"PRAGMA {setting}")
            self._drained = dict(connection.execute("SELECT segment, drained FROM spool_positions"))
            self._inode = os.stat(self._file).st_ino
            self._forget()
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _ready(self, batch: Batch, outcome: Outcome) -> Iterator[Ready]:
        """The records of a batch as rows; what is no record is set aside."""
        for payload in batch.payloads:
            try:
                record = decode(payload)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                outcome.aside.append(set_aside(Path(batch.stretch.file).parent, payload))
            else:
                body = bodies(record)
                yield Ready(record, self._compressed(body) if body else b"", payload)

    def _compressed(self, body: bytes) -> bytes:
        """Small bodies become no smaller by more effort."""
        return self._quickly(body) if len(body) < SMALL else self._well(body)

    def _insert(
        self, connection: sqlite3.Connection, ready: list[Ready], folder: Path, outcome: Outcome
    ) -> list[LogRecord]:
        """All rows; one by one if SQLite refuses a value, so that one odd record does not keep the others back."""
        first = last_row(connection) + 1
        rows = [self._dictionary.row(connection, number, one.record) for number, one in enumerate(ready, first)]
        try:
            put(connection, ready, rows)
        except REFUSED:
            return [one.record for one in ready if self._is_inserted_alone(connection, one, folder, outcome)]
        return [one.record for one in ready]

    def _is_inserted_alone(self, connection: sqlite3.Connection, one: Ready, folder: Path, outcome: Outcome) -> bool:
        """One record, with numbers that SQLite can hold; set aside if it still refuses."""
        if not unwritten(connection, [one]):
            return True  # it went in before another was refused
        row = self._dictionary.row(connection, last_row(connection) + 1, one.record)
        try:
            put(connection, [one], [tuple(within_bounds(value) for value in row)])
        except REFUSED:
            outcome.aside.append(set_aside(folder, one.payload))
            return False
        return True


def unwritten(connection: sqlite3.Connection, ready: Sequence[Ready]) -> list[Ready]:
    """Those of some records that are not in the log yet, each once."""
    by_id = {short(one.record.id): one for one in ready}
    ids = list(by_id)
    for start in range(0, len(ids), IDS_A_STATEMENT):
        some = ids[start : start + IDS_A_STATEMENT]
        there = f"SELECT id FROM logs WHERE id IN ({', '.join('?' * len(some))})"
        for (known,) in connection.execute(there, some).fetchall():
            del by_id[known]
    return list(by_id.values())


def put(connection: sqlite3.Connection, ready: Sequence[Ready], rows: Sequence[tuple[object, ...]]) -> None:
    """Records, by few statements for each table: one a row would take half as long again; and what they charge.

    What some of them charge is added right after their rows, for later ones may be refused.
    """
    for start in range(0, len(ready), RECORDS_A_STATEMENT):
        some = ready[start : start + RECORDS_A_STATEMENT]
        fill(connection, "logs", COLUMNS, rows[start : start + RECORDS_A_STATEMENT])
        add(connection, [charge for one in some for charge in one.record.charges])
        numbered = zip(some, rows[start:], strict=False)
        fill(connection, "log_bodies", BODY_COLUMNS, [(row[0], one.body) for one, row in numbered if one.body])


def fill(
    connection: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]
) -> None:
    """Rows by one statement."""
    if rows:
        connection.execute(insert(table, columns, len(rows)), [value for row in rows for value in row])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has undone it by itself after some errors, such as a full disk
            connection.execute("ROLLBACK")
        raise


def within_bounds(value: object) -> object:
    """Numbers as near as SQLite can keep them."""
    return max(-BIGGEST, min(value, BIGGEST)) if isinstance(value, int) else value


def reason(error: sqlite3.Error | OSError, file: Path) -> str:
    """Why nothing can be written into the database, and what helps."""
    if isinstance(error, OSError):
        return f"`{error.filename or file}` cannot be used ({error.strerror}); see that it is there."
    code = getattr(error, "sqlite_errorcode", None)
    words = WORDS.get(code & 0xFF if code else -1, f"cannot be written ({error})")
    return f"`{file}` {words}."
