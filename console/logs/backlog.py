"""The logs the console holds: a bounded list in order of arrival, completed in place as answers come in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from console.logs.query import Query
from console.wire.logs import LogSummary, Started


@dataclass(slots=True)
class Row:
    """One request in the list: what began it, and what settled it."""

    id: str
    started: Started | None = None
    summary: LogSummary | None = None
    lost: bool = False
    """Its end may have been missed: the connection broke while it was under way."""

    @property
    def origin(self) -> LogSummary | Started:
        """The fuller of the two."""
        found = self.summary or self.started
        assert found is not None, "a row is made from a started or a settled request"
        return found

    @property
    def created_at(self) -> datetime | None:
        """When the request arrived."""
        return self.origin.created_at


class Backlog:
    """Rows oldest first. Ids sort by time, so the order needs no second key and a row is found by bisection."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.query = Query()
        self.rows: list[Row] = []
        self.cursor: str | None = None
        """Where older logs go on; None when there are none, or nobody asked yet."""
        self._under_way: dict[str, Row] = {}

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def is_full(self) -> bool:
        """Whether the next row pushes one out."""
        return len(self.rows) >= self.capacity

    def begin(self, started: Started) -> None:
        """A request began: a row without an answer."""
        if (place := self.find(started.id)) is None:
            row = Row(started.id, started=started)
            self._under_way[row.id] = row
            if len(self._under_way) > self.capacity:
                del self._under_way[next(iter(self._under_way))]
            self._insert(row)
        else:
            self.rows[place].started = started

    def settle(self, summary: LogSummary) -> None:
        """A request was answered: complete its row, or make one if its beginning was not seen."""
        row = self._under_way.pop(summary.id, None) or self.row(summary.id) or Row(summary.id)
        row.summary, row.lost = summary, False
        place = self.find(row.id)
        if place is None:
            self._insert(row)
        elif not self.query.matches(summary):
            del self.rows[place]

    def add_page(self, page: Iterable[LogSummary]) -> None:
        """Log records from the gateway's own list, merged with what is here; those held already stay."""
        for summary in page:
            row = self.row(summary.id)
            if row is None or row.summary is None:
                self.settle(summary)

    def begin_again_at(self, log_id: str) -> None:
        """Let go of answered rows older than this one: between them and it may be some that nobody saw."""
        self.rows = [row for row in self.rows if row.id >= log_id or row.summary is None]

    def narrow(self, query: Query) -> None:
        """Show only what matches; requests under way come back when they match again."""
        self.query = query
        held = {row.id: row for row in self.rows} | self._under_way
        self.rows = sorted((row for row in held.values() if query.matches(row.origin)), key=row_id)
        self.cursor = None

    def forget(self) -> None:
        """Let go of every row: nothing that they show says whether they match."""
        self.rows, self._under_way = [], {}

    def lose_track(self) -> None:
        """The connection broke: the end of what is under way may have passed unseen."""
        for row in self._under_way.values():
            row.lost = True

    def find(self, log_id: str) -> int | None:
        """The index of a row."""
        if not self.rows or log_id > self.rows[-1].id:
            return None  # as nearly every row is when it comes
        place = bisect_left(self.rows, log_id, key=row_id)
        return place if place < len(self.rows) and self.rows[place].id == log_id else None

    def row(self, log_id: str) -> Row | None:
        """The row with this id."""
        place = self.find(log_id)
        return None if place is None else self.rows[place]

    def _insert(self, row: Row) -> None:
        if not self.query.matches(row.origin):
            return
        if not self.rows or row.id > self.rows[-1].id:
            self.rows.append(row)
        else:
            self.rows.insert(bisect_left(self.rows, row.id, key=row_id), row)
        if len(self.rows) > self.capacity:
            oldest = self.rows.pop(0)
            self._under_way.pop(oldest.id, None)


def row_id(row: Row) -> str:
    """What rows are sorted by."""
    return row.id
