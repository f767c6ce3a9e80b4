"""Folds log records into rollups and labels, in the transaction that writes them, and once whatever crashes."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from store.labels import Labelled, Labels
from store.log_columns import COLUMNS, KEPT, decode_rest
from store.measures import CORE, Bag, core_of, extras_of, places_of, pour
from store.packed import BIGGEST
from store.records import Failure, LogRecord
from store.rollups import (
    DAY,
    GRAINS,
    HOUR,
    HOURS_KEPT_DAYS,
    METADATA,
    MINUTE,
    MINUTES_KEPT_DAYS,
    OTHERS,
    VALUES_KEPT,
    Cell,
    decode_counts,
    decode_times,
    encode,
    facets_of,
    moment_of,
)

Key = tuple[int, str, int, str, str]
"""Grain, facet, start, value, workspace: a row's."""
Bucket = tuple[int, str, int]
"""Grain, facet, start."""
MARK = "rolled_up"
"""The fact that says up to which row of the log all are counted."""
PENDING_AT_MOST = 20_000
"""Records that wait while the log is behind: the same rows are written once for all of them."""
AT_ONCE = 2_000
"""Records that are read again in one transaction."""
CELLS_KEPT = 30_000
READ = f"SELECT rowid, {', '.join(COLUMNS)} FROM logs WHERE rowid > ? ORDER BY rowid LIMIT {AT_ONCE}"
SET = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
GET = "SELECT last_ms, counts, times FROM rollups WHERE (grain, facet, start_ms, value, workspace) = (?, ?, ?, ?, ?)"
PUT = f"INSERT OR REPLACE INTO rollups VALUES ({', '.join('?' * 8)})"
HELD = "SELECT value, workspace FROM rollups WHERE grain = ? AND facet = ? AND start_ms = ?"


class Heap:
    """Requests of a bucket that are not summed up yet: it is cheaper for many at once."""

    __slots__ = ("cores", "extras", "last_ms", "places")

    def __init__(self) -> None:
        self.last_ms = 0
        self.cores: list[tuple[int, ...]] = []
        self.extras: list[Bag] = []
        self.places: list[int] = []

    def cell(self) -> Cell:
        """Their sums."""
        sums = map(sum, zip(*self.cores, strict=True))
        counts = {name: total for name, total in zip(CORE, sums, strict=True) if total}
        for extra in self.extras:
            pour(extra, counts)
        return Cell(self.last_ms, counts, Counter(self.places))


class Folding:
    """What is counted and not written yet, and the rows that were touched last. The only one that writes them."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.forget()

    def forget(self) -> None:
        """Begin anew from what is in the database, as after a transaction that failed."""
        self._fresh: dict[Key, Heap] = {}
        self._cells: dict[Key, Cell] = {}
        self._held: dict[Bucket, set[tuple[str, str]]] = {}
        self._crowded: dict[Bucket, set[tuple[str, str]]] = {}
        self._newest = 0
        self._labelled: list[Labelled] = []
        self._seen: int | None = None
        self._pending = 0
        self.labels.forget()

    def take(self, connection: sqlite3.Connection, records: Sequence[LogRecord], *, is_last: bool) -> bool:
        """Count records just inserted, or such as were not counted before; whether all of the log is counted now.

        Where rows were left out, since they were there already or SQLite refused them, they are read from the log.
        """
        top: int = connection.execute("SELECT ifnull(max(rowid), 0) FROM logs").fetchone()[0]
        if self._seen is None:
            self._newest = connection.execute("SELECT ifnull(max(created_at_ms), 0) FROM logs").fetchone()[0]
        seen = min(marked(connection, MARK) if self._seen is None else self._seen, top)
        if top - seen == len(records):
            self.add(enumerate(records, seen + 1))
            seen = top
        else:
            found = connection.execute(READ, (seen,)).fetchall()
            self.add((row[0], record_from(row[1:])) for row in found)
            seen = found[-1][0] if found else top
        self._seen = seen
        if is_last or self._pending >= PENDING_AT_MOST:
            self.write(connection)
        return seen == top

    def add(self, records: Iterable[tuple[int, LogRecord]]) -> None:
        """Count records, each with the number of its row, in buckets as fine as are kept."""
        fresh, labelled, crowded = self._fresh, self._labelled, self._crowded
        for log, record in records:
            core, extras, places, at = core_of(record), extras_of(record), places_of(record), moment_of(record)
            fine, workspace = self._finest(at), record.workspace
            for facet, value in facets_of(record):
                grain = HOUR if fine == MINUTE and facet.startswith(METADATA) else fine
                key = (grain, facet, at - at % grain, value, workspace)
                if crowded and (kept := crowded.get(key[:3])) is not None and key[3:] not in kept:
                    key = (*key[:3], OTHERS, workspace)
                if (heap := fresh.get(key)) is None:
                    heap = fresh[key] = Heap()
                heap.cores.append(core)
                heap.places += places
                if extras:
                    heap.extras.append(extras)
                if at > heap.last_ms:
                    heap.last_ms = at
                if facet and not (facet == "status" and value < "400"):
                    labelled.append((facet, value, log))
            self._pending += 1

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring what was counted into the rows of every grain, and note how far that goes."""
        touched: dict[Key, Cell] = {}
        for (finest, facet, start, value, workspace), heap in self._fresh.items():
            cell, grains = heap.cell(), GRAINS[GRAINS.index(finest) :]
            keys = [
                self._within_bounds(connection, (grain, facet, start - start % grain, value, workspace))
                for grain in grains
            ]
            if value != OTHERS and all(key[3] == OTHERS for key in keys):
                self._crowded[finest, facet, start] = set().union(*(self._held[key[:3]] for key in keys))
            for key in keys:
                row = touched[key] = self._cell(connection, key)
                row.last_ms = max(row.last_ms, cell.last_ms)
                pour(cell.counts, row.counts)
                pour(cell.times, row.times)
        connection.executemany(PUT, [row_of(key, cell) for key, cell in touched.items()])
        self.labels.put(connection, self._labelled)
        connection.execute(SET, (MARK, str(self._seen).encode()))
        self._fresh, self._labelled, self._pending = {}, [], 0
        if len(self._cells) > CELLS_KEPT:
            self._let_go()

    def _finest(self, at: int) -> int:
        """How finely a moment is counted: as finely as is still kept of its time, seen from the newest."""
        if at > self._newest:
            self._newest = at
        age = self._newest - at
        return MINUTE if age < MINUTES_KEPT_DAYS * DAY else HOUR if age < HOURS_KEPT_DAYS * DAY else DAY

    def _let_go(self) -> None:
        """Of the rows in memory keep those that are still being filled."""
        kept = {key: cell for key, cell in self._cells.items() if key[2] + 2 * key[0] > self._newest}
        self._cells = kept if len(kept) <= CELLS_KEPT else {}
        buckets = {key[:3] for key in self._cells}
        self._held = {bucket: held for bucket, held in self._held.items() if bucket in buckets}
        self._crowded = {bucket: kept for bucket, kept in self._crowded.items() if bucket in buckets}

    def _cell(self, connection: sqlite3.Connection, key: Key) -> Cell:
        """A row, from memory or the database, or a new one."""
        cell = self._cells.get(key)
        if cell is None:
            held = self._values(connection, key)
            found = connection.execute(GET, key).fetchone() if key[3:] in held else None
            cell = Cell(found[0], decode_counts(found[1]), decode_times(found[2])) if found else Cell(0, {}, {})
            self._cells[key] = cell
            held.add(key[3:])
        return cell

    def _within_bounds(self, connection: sqlite3.Connection, key: Key) -> Key:
        """The key, or that of all others where a bucket has too many values already."""
        held = self._values(connection, key)
        return key if len(held) < VALUES_KEPT or key[3:] in held else (*key[:3], OTHERS, key[4])

    def _values(self, connection: sqlite3.Connection, key: Key) -> set[tuple[str, str]]:
        """Which values, and of whom, a facet has in a bucket."""
        held = self._held.get(key[:3])
        if held is None:
            held = self._held[key[:3]] = set(connection.execute(HELD, key[:3]).fetchall())
        return held


def row_of(key: Key, cell: Cell) -> tuple[object, ...]:
    """A row of the table."""
    try:
        counts = encode(cell.counts)
    except OverflowError:  # sums of what no vendor should say
        cell.counts = {name: max(-BIGGEST, min(count, BIGGEST)) for name, count in cell.counts.items()}
        counts = encode(cell.counts)
    return (*key, cell.last_ms, counts, encode(cell.times))


def marked(connection: sqlite3.Connection, name: str) -> int:
    """Up to which row of the log something is done."""
    found = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return int(found[0]) if found else 0


def record_from(row: Sequence[object]) -> LogRecord:
    """A row of the log, in the order of COLUMNS, as a record without bodies."""
    said = dict(zip(COLUMNS, row, strict=True))
    rest = decode_rest(said["rest"])  # type: ignore[arg-type]
    code = said["error_code"]
    failure = None if code is None else Failure(code=code, message="", fault=said["error_fault"] or "")  # type: ignore[arg-type]
    fields = {name: said[name] for name in KEPT} | {"stream": bool(said["stream"]), "unpriced": bool(said["unpriced"])}
    whole = (
        fields
        | msgspec.structs.asdict(rest)
        | {"failure": failure, "config": said["config"], "span_id": said["span_id"]}
    )
    return LogRecord(**whole)  # type: ignore[arg-type]
