"""Labels: what the log is filtered by exactly (key, model, status, metadata and more), as one index, turned round."""

import sqlite3
from collections.abc import Iterable, Sequence

REMEMBERED = 50_000
"""Labels whose numbers are kept in memory."""
GET = "SELECT id FROM labels WHERE facet = ? AND value = ?"
MAKE = "INSERT INTO labels (facet, value) VALUES (?, ?) RETURNING id"
PUT = "INSERT INTO log_labels VALUES (?, ?) ON CONFLICT DO NOTHING"
DROP = "DELETE FROM log_labels WHERE label = ? AND log = ?"

Labelled = tuple[str, str, int]
"""Facet, value, and the row of the log that has it."""


class Labels:
    """Writes the index, and knows the numbers of labels by heart."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], int] = {}

    def put(self, connection: sqlite3.Connection, labelled: Sequence[Labelled]) -> None:
        """Add records to the index; in its order, for then neighbours share a page."""
        pairs = sorted((self._id(connection, facet, value), log) for facet, value, log in labelled)
        connection.executemany(PUT, pairs)

    def drop(self, connection: sqlite3.Connection, labelled: Iterable[Labelled]) -> None:
        """Take records out of the index."""
        connection.executemany(DROP, [(self._id(connection, facet, value), log) for facet, value, log in labelled])

    def forget(self) -> None:
        """Know nothing, as after a transaction that was undone."""
        self._ids.clear()

    def _id(self, connection: sqlite3.Connection, facet: str, value: str) -> int:
        found = self._ids.get((facet, value))
        if found is None:
            row = (
                connection.execute(GET, (facet, value)).fetchone()
                or connection.execute(MAKE, (facet, value)).fetchone()
            )
            if len(self._ids) >= REMEMBERED:
                self._ids.clear()
            found = self._ids[facet, value] = int(row[0])
        return found
