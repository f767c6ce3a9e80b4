"""Folds log records into rollups and labels, in the transaction that writes them, and once whatever crashes."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from store.log.columns import READ as WHOLE
from store.log.labels import Labelled, Labels
from store.log.whole import record_from
from store.records import LogRecord
from store.rollups.measures import Bag, counts_of, places_of, pour, unpacked
from store.rollups.rollups import (
    DAY,
    GRAINS,
    HOUR,
    HOURS_KEPT_DAYS,
    LONGEST,
    METADATA,
    MINUTE,
    MINUTES_KEPT_DAYS,
    OTHERS,
    STATUS,
    VALUES_KEPT,
    Cell,
    decode_counts,
    decode_times,
    encode,
    moment_of,
    plain_facets,
)
from store.spool.packed import BIGGEST

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
READ = f"SELECT {WHOLE} FROM logs WHERE number > ? ORDER BY number LIMIT {AT_ONCE}"
SET = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
GET = "SELECT last_ms, counts, times FROM rollups WHERE (grain, facet, start_ms, value, workspace) = (?, ?, ?, ?, ?)"
PUT = f"INSERT OR REPLACE INTO rollups VALUES ({', '.join('?' * 8)})"
HELD = "SELECT value, workspace FROM rollups WHERE grain = ? AND facet = ? AND start_ms = ?"


Heap = list[int]
"""Which of the requests that wait are counted together."""
Spot = tuple[int, int, str]
"""Grain, start, workspace: where a heap is counted."""
Heaps = dict[tuple[str, str], Heap]
"""By facet, or key of the metadata, and value."""


class Reckoned(NamedTuple):
    """Rows of the rollups, and entries of the index: single ones, and many for each label."""

    rows: list[tuple[object, ...]]
    labelled: list[Labelled]
    heaps: list[tuple[str, str, list[int]]]


class Waiting:
    """Requests that are not summed up yet, column by column, so that summing up many takes few steps of Python."""

    def __init__(self) -> None:
        self.logs: list[int] = []
        self.ats: list[int] = []
        self.cores: list[int] = []
        self.places: list[list[int]] = []
        self.extras: dict[int, Bag] = {}
        """Of those few that have any, by their position."""

    def take(self, log: int, at: int, record: LogRecord) -> int:
        """Work out what a request adds, once for all the facets it is counted under; its position."""
        position = len(self.logs)
        core, extras = counts_of(record)
        self.logs.append(log)
        self.ats.append(at)
        self.cores.append(core)
        self.places.append(places_of(record))
        if extras:
            self.extras[position] = extras
        return position

    def cell(self, heap: Heap) -> Cell:
        """The sums of a heap."""
        counts = unpacked(sum(map(self.cores.__getitem__, heap)))
        for position in self.extras.keys() & heap:
            pour(self.extras[position], counts)
        places = Counter(chain.from_iterable(map(self.places.__getitem__, heap)))
        return Cell(max(map(self.ats.__getitem__, heap)), counts, places)


class Pile:
    """The heaps of one place, and those of each kind of request, since most are of a kind that was there before."""

    def __init__(self) -> None:
        self.heaps: Heaps = {}
        self._kinds: dict[tuple[object, ...], list[Heap]] = {}

    def of(self, record: LogRecord) -> list[Heap]:
        """All heaps of a request, but for those of its metadata."""
        kind = (
            *(record.status, record.api_key_id, record.provider, record.vendor, record.model),
            *(record.config, record.spared),
        )
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = [self.heaps.setdefault(item, []) for item in plain_facets(record)]
        return found


class Folding:
    """What is counted and not written yet, and the rows that were touched last. The only one that writes them."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.forget()

    def forget(self) -> None:
        """Begin anew from what is in the database, as after a transaction that failed."""
        self._waiting = Waiting()
        self._plain: dict[Spot, Pile] = {}
        self._tagged: dict[Spot, Heaps] = {}
        self._cells: dict[Key, Cell] = {}
        self._held: dict[Bucket, set[tuple[str, str]]] = {}
        self._crowded: dict[Bucket, set[tuple[str, str]]] = {}
        self._newest = 0
        self._labelled: list[Labelled] = []
        self._seen: int | None = None
        self.labels.forget()

    def take(self, connection: sqlite3.Connection, records: Sequence[LogRecord]) -> bool:
        """Count records just inserted, or such as were not counted before; whether all of the log is counted now.

        Where rows were left out, since they were there already or SQLite refused them, they are read from the log.
        """
        top: int = connection.execute("SELECT ifnull(max(number), 0) FROM logs").fetchone()[0]
        if self._seen is None:
            self._newest = connection.execute("SELECT ifnull(max(created_at_ms), 0) FROM logs").fetchone()[0]
        seen = min(marked(connection, MARK) if self._seen is None else self._seen, top)
        if top - seen == len(records):
            self.add(enumerate(records, seen + 1))
            seen = top
        else:
            found = connection.execute(READ, (seen,)).fetchall()
            self.add((row[0], record_from(row)) for row in found)
            seen = found[-1][0] if found else top
        self._seen = seen
        return seen == top

    def is_due(self, *, is_last: bool) -> bool:
        """Whether what was counted is to be written."""
        count = len(self._waiting.logs)
        return count >= PENDING_AT_MOST or (is_last and count > 0)

    def add(self, records: Iterable[tuple[int, LogRecord]]) -> None:
        """Count records, each with the number of its row, in buckets as fine as are kept."""
        for log, record in records:
            at, workspace = moment_of(record), record.workspace
            position = self._waiting.take(log, at, record)
            fine = self._finest(at)
            spot = (fine, at - at % fine, workspace)
            for heap in (self._plain.get(spot) or self._plain.setdefault(spot, Pile())).of(record):
                heap.append(position)
            if record.metadata:
                coarse = HOUR if fine == MINUTE else fine
                self._tag((coarse, at - at % coarse, workspace), record.metadata, position)

    def _tag(self, spot: Spot, metadata: Mapping[str, str], position: int) -> None:
        """Count a record under its metadata; a value that its buckets have no room for, with all others at once."""
        heaps = self._tagged.get(spot)
        if heaps is None:
            heaps = self._tagged[spot] = {}
        for item in metadata.items():
            heap = heaps.get(item)
            (self._tagged_heap(spot, heaps, item, position) if heap is None else heap).append(position)

    def _tagged_heap(self, spot: Spot, heaps: Heaps, item: tuple[str, str], position: int) -> Heap:
        """Where a value is counted that has no heap yet: its own, or that of all others."""
        facet, value = METADATA + item[0][:LONGEST], item[1][:LONGEST]
        kept = self._crowded.get((spot[0], facet, spot[1]))
        if kept is not None and (value, spot[2]) not in kept:
            self._labelled.append((facet, value, self._waiting.logs[position]))
            item = item[0], OTHERS
        return heaps.setdefault(item, [])

    def reckoned(self, connection: sqlite3.Connection) -> Reckoned:
        """What everything that was counted comes to: most of the work, for which nobody has to be kept from writing."""
        touched: dict[Key, Cell] = {}
        for facet, value, (finest, start, workspace), cell in self._sums():
            grains = GRAINS[GRAINS.index(finest) :]
            keys = [
                self._within_bounds(connection, (grain, facet, start - start % grain, value, workspace))
                for grain in grains
            ]
            bucket = (finest, facet, start)
            if value != OTHERS and bucket not in self._crowded and all(key[3] == OTHERS for key in keys):
                self._crowded[bucket] = set().union(*(self._held[key[:3]] for key in keys))
            for key in keys:
                row = touched[key] = self._cell(connection, key)
                row.add(cell)
        rows = [row_of(key, cell) for key, cell in touched.items()]
        return Reckoned(rows, self._labelled, list(self._labels_of_heaps()))

    def write(self, connection: sqlite3.Connection, reckoned: Reckoned) -> None:
        """Put it into the rows of every grain, and note how far that goes; in a transaction."""
        connection.executemany(PUT, reckoned.rows)
        self.labels.put(connection, reckoned.labelled)
        self.labels.put_many(connection, reckoned.heaps)
        connection.execute(SET, (MARK, str(self._seen).encode()))
        self._waiting, self._plain, self._tagged, self._labelled = Waiting(), {}, {}, []
        if len(self._cells) > CELLS_KEPT:
            self._let_go()

    def _sums(self) -> Iterator[tuple[str, str, Spot, Cell]]:
        """Facet, value, place and sums of everything that is not written yet; the whole is what each status adds to."""
        wholes: dict[Spot, Cell] = {}
        for facet, value, spot, heap in self._heaps():
            cell = self._waiting.cell(heap)
            yield facet, value, spot, cell
            if facet == STATUS:
                wholes.setdefault(spot, Cell(0, {}, {})).add(cell)
        for spot, whole in wholes.items():
            yield "", "", spot, whole

    def _heaps(self) -> Iterator[tuple[str, str, Spot, Heap]]:
        """Facet, value, place and heap of everything that is not written yet."""
        for spot, pile in self._plain.items():
            for (facet, value), heap in pile.heaps.items():
                yield facet, value, spot, heap
        for spot, heaps in self._tagged.items():
            for (key, value), heap in heaps.items():
                yield METADATA + key[:LONGEST], value[:LONGEST], spot, heap

    def _labels_of_heaps(self) -> Iterator[tuple[str, str, list[int]]]:
        for facet, value, _, heap in self._heaps():
            if value != OTHERS and not (facet == STATUS and value < "400"):
                yield facet, value, list(map(self._waiting.logs.__getitem__, heap))

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
