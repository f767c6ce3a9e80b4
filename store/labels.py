"""Labels: what the log is filtered by exactly (key, model, status, metadata and more), as one index, turned round."""

import sqlite3
from collections.abc import Iterable, Sequence

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

REMEMBERED = 50_000
"""Labels whose numbers are kept in memory."""
GET = "SELECT id FROM labels WHERE facet = ? AND value = ?"
MAKE = "INSERT INTO labels (facet, value) VALUES (?, ?) RETURNING id"
PUT = "INSERT INTO log_labels VALUES (?, ?) ON CONFLICT DO NOTHING"
DROP = "DELETE FROM log_labels WHERE label = ? AND log = ?"

Labelled = tuple[str, str, int]
"""Facet, value, and the row of the log that has it."""


class LabelRow(SQLModel, table=True):
    """A facet with one of its values, such as a metadata key with a team."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_facet", "facet", "value", unique=True),)

    id: int = Field(primary_key=True)
    facet: str
    value: str


class LogLabelRow(SQLModel, table=True):
    """A record that has a label; those of one label lie together, in the order of the log."""

    __tablename__ = "log_labels"
    __table_args__ = ({"sqlite_with_rowid": False},)

    label: int = Field(primary_key=True)
    log: int = Field(primary_key=True)
    """The `rowid` of the record."""


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
