"""Labels: what the log is filtered by exactly (key, model, status, metadata and more), as one index, turned round."""

import sqlite3
from collections.abc import Iterable, Sequence

REMEMBERED = 50_000
"""Labels whose numbers are kept in memory."""
GET = "SELECT id FROM labels WHERE facet = ? AND value = ?"
MAKE = "INSERT INTO labels (facet, value) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id"
PUT = "INSERT OR IGNORE INTO log_labels VALUES "
AT_ONCE = 200
"""Entries a statement: one each would take twice as long."""
DROP = "DELETE FROM log_labels WHERE label = ? AND log = ?"

Labelled = tuple[str, str, int]
"""Facet, value, and the row of the log that has it."""


class Labels:
    """Writes the index, and knows the numbers of labels by heart."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}

    def put(self, connection: sqlite3.Connection, labelled: Iterable[Labelled]) -> None:
        """Add records to the index, one by one."""
        pairs = sorted([(self.number(connection, facet, value), log) for facet, value, log in labelled])
        insert(connection, [number for pair in pairs for number in pair])

    def put_many(self, connection: sqlite3.Connection, labelled: Iterable[tuple[str, str, list[int]]]) -> None:
        """Add to each label the records that have it; in the order of the index, for then neighbours share a page."""
        heaps = sorted([(self.number(connection, facet, value), logs) for facet, value, logs in labelled])
        insert(connection, [number for label, logs in heaps for log in logs for number in (label, log)])

    def drop(self, connection: sqlite3.Connection, labelled: Iterable[Labelled]) -> None:
        """Take records out of the index."""
        connection.executemany(DROP, [(self.number(connection, facet, value), log) for facet, value, log in labelled])

    def forget(self) -> None:
        """Know nothing, as after a transaction that was undone."""
        self._ids.clear()

    def number(self, connection: sqlite3.Connection, facet: str, value: str) -> int:
        """Of a label; a new one gets the next."""
        found = self._ids.get((facet, value))
        if found is None:
            row = (  # nearly all that are not known by heart are new
                connection.execute(MAKE, (facet, value)).fetchone()
                or connection.execute(GET, (facet, value)).fetchone()
            )
            if len(self._ids) >= REMEMBERED:
                self._ids.clear()
            found = self._ids[facet, value] = int(row[0])
        return found


def insert(connection: sqlite3.Connection, flat: Sequence[int]) -> None:
    """Entries of the index: label, record, label, record and so on."""
    for start in range(0, len(flat), 2 * AT_ONCE):
        some = flat[start : start + 2 * AT_ONCE]
        connection.execute(PUT + ", ".join(["(?, ?)"] * (len(some) // 2)), some)
