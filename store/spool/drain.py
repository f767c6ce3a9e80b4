"""From the spool into the database, some thousand records a second, in transactions of many."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from store.limits.charges import add
from store.log.columns import BODY_COLUMNS, COLUMNS, Dictionary, Row, insert
from store.log.names import Names
from store.log.retention import KEEP_ALL, Keeping, give_back, prune
from store.log.short_ids import short
from store.log.text_index import TextIndex, last_row
from store.records import LogRecord
from store.rollups.folding import Folding
from store.spool.ahead import Ahead, Ready
from store.spool.packed import BIGGEST
from store.spool.standing import Outcome, Stretch, set_aside

RECORDS_A_STATEMENT, IDS_A_STATEMENT = 25, 250
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
AS_THEY_ARE: Mapping[type, Callable[[Any], Any]] = {type(None): {}.get, bytes: bytes, bool: int}
"""What sqlite3 gives to SQLite as it is, but only after a long search for somebody who adapts it: half a microsecond
for each value, which an adapter that does nothing spares."""
REFUSED = (OverflowError, sqlite3.DataError, sqlite3.IntegrityError)
"""SQLite is well, but will not have that value."""


class Aside(NamedTuple):
    """Where records are set aside that SQLite refuses."""

    folder: Path
    outcome: Outcome

    def put(self, payload: bytes) -> None:
        """Keep one there."""
        self.outcome.aside.append(set_aside(self.folder, payload))


class Drain:
    """One connection to the database, for one thread."""

    def __init__(self, file: Path, patience_seconds: float, keeping: Keeping = KEEP_ALL) -> None:
        self._file, self._patience_seconds = file, patience_seconds
        for kind, same in AS_THEY_ARE.items():
            sqlite3.register_adapter(kind, same)
        self._ahead = Ahead()
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
        connection = self._open()
        batch, ready, outcome = self._ahead.next(standing, self._drained)
        if batch is None:
            return outcome
        name, folder = batch.stretch.name, Path(batch.stretch.file).parent
        there = {stretch.name for stretch in standing}
        drained = {segment: end for segment, end in self._drained.items() if segment in there} | {name: batch.end}
        if batch.more:
            self._ahead.begin(standing, drained)
        rows = self._rows(connection, [one.record for one in ready])
        with self._all_or_nothing(connection):
            written = self._insert(connection, ready, rows, Aside(folder, outcome))
            connection.execute(DRAINED, (name, batch.end))
            gone = self._drained.keys() - there
            connection.executemany("DELETE FROM spool_positions WHERE segment = ?", [(each,) for each in gone])
        self._drained = drained
        outcome.segment, outcome.records = name, len(batch.payloads)
        outcome.end, outcome.more = batch.end, batch.more
        self._follow(connection, written, outcome)
        return outcome

    def _rows(self, connection: sqlite3.Connection, records: Sequence[LogRecord]) -> list[Row | None]:
        """Rows made before the lock is taken, but for those with a text that is new; new labels, of which there are
        many, have a short transaction to themselves."""
        if new := self._dictionary.new_labels(records):
            with self._all_or_nothing(connection):
                self._dictionary.learn(connection, sorted(new))
        return [self._dictionary.known_row(record) for record in records]

    def tidy(self, now_ms: int) -> bool:
        """A step of some milliseconds at what nobody waits for; whether there is more of it. Raises as `step` does."""
        connection = self._open()
        if not self._count(connection, [], is_last=True):
            return True
        with self._all_or_nothing(connection):
            if self._keeping.texts and self._texts.catch_up(connection):
                return True
            if prune(connection, self._keeping, now_ms):
                self._forget()
                return True
        return give_back(connection)

    def _count(self, connection: sqlite3.Connection, records: Sequence[LogRecord], *, is_last: bool) -> bool:
        """Count records that were just inserted; whether all are counted. The lock is taken when all is reckoned."""
        with self._whole():
            is_all = self._folding.take(connection, records)
            sums = self._folding.reckoned(connection) if self._folding.is_due(is_last=is_last) else None
        if sums is not None:
            with self._all_or_nothing(connection):
                self._folding.write(connection, sums)
        return is_all

    def _follow(self, connection: sqlite3.Connection, records: Sequence[LogRecord], outcome: Outcome) -> None:
        """Count records that were just inserted, and note their words if nothing else waits.

        They are in: what goes wrong now is done, and told, by the next one who tidies up.
        """
        try:
            self._count(connection, records, is_last=not outcome.more)
            if not outcome.more and self._keeping.texts:
                with self._all_or_nothing(connection):
                    self._texts.take(connection, records)
        except sqlite3.Error:
            outcome.more = True

    def _forget(self) -> None:
        """What is in memory may not be so in the file."""
        self._folding.forget()
        self._texts.forget()
        self._dictionary.forget()

    @contextmanager
    def _all_or_nothing(self, connection: sqlite3.Connection) -> Iterator[None]:
        """A transaction; where it fails, what was counted meanwhile is forgotten too."""
        with self._whole(), transaction(connection):
            yield

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Where something fails in the middle, begin anew from what is in the file."""
        try:
            yield
        except BaseException:
            self._forget()
            raise

    def close(self) -> None:
        """Let go of the database, and end what reads ahead."""
        self._ahead.close()
        self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        """The connection; a new one when the file was replaced, for then the old one would write into nothing."""
        if self._connection is not None and os.stat(self._file).st_ino == self._inode:
            return self._connection
        self._disconnect()
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

    def _insert(
        self, connection: sqlite3.Connection, ready: Sequence[Ready], rows: Sequence[Row | None], aside: Aside
    ) -> list[LogRecord]:
        """All that are not there; one by one if SQLite refuses a value, so that an odd one keeps no other back."""
        new = unwritten(connection, ready, rows)
        whole = [row or self._dictionary.row(connection, one.record) for one, row in new]
        ready = [one for one, _ in new]
        try:
            put(connection, ready, whole)
        except REFUSED:
            return [one.record for one in ready if self._is_inserted_alone(connection, one, aside)]
        return [one.record for one in ready]

    def _is_inserted_alone(self, connection: sqlite3.Connection, one: Ready, aside: Aside) -> bool:
        """One record, with numbers that SQLite can hold; set aside if it still refuses."""
        if not unwritten(connection, [one], [None]):
            return True  # it went in before another was refused
        row = self._dictionary.row(connection, one.record)
        try:
            put(connection, [one], [tuple(within_bounds(value) for value in row)])
        except REFUSED:
            aside.put(one.payload)
            return False
        return True


def unwritten(
    connection: sqlite3.Connection, ready: Sequence[Ready], rows: Sequence[Row | None]
) -> list[tuple[Ready, Row | None]]:
    """Those of some records that are not in the log yet, each once, with their rows."""
    by_id = {short(one.record.id): (one, row) for one, row in zip(ready, rows, strict=True)}
    ids = list(by_id)
    for start in range(0, len(ids), IDS_A_STATEMENT):
        some = ids[start : start + IDS_A_STATEMENT]
        there = f"SELECT id FROM logs WHERE id IN ({', '.join('?' * len(some))})"
        for (known,) in connection.execute(there, some).fetchall():
            del by_id[known]
    return list(by_id.values())


def put(connection: sqlite3.Connection, ready: Sequence[Ready], rows: Sequence[Row]) -> None:
    """Records, by few statements for each table: one a row would take half as long again; and what they charge.

    What some of them charge is added right after their rows, for later ones may be refused.
    """
    numbered = [(number, *row) for number, row in enumerate(rows, last_row(connection) + 1)]
    for start in range(0, len(ready), RECORDS_A_STATEMENT):
        end = start + RECORDS_A_STATEMENT
        some, theirs = ready[start:end], numbered[start:end]
        fill(connection, "logs", COLUMNS, theirs)
        add(connection, [charge for one in some for charge in one.record.charges])
        with_bodies = [(row[0], one.body) for one, row in zip(some, theirs, strict=True) if one.body]
        fill(connection, "log_bodies", BODY_COLUMNS, with_bodies)


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
