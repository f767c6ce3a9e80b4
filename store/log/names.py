"""Texts that many records share, each kept once: the log has their numbers. Free of SQLAlchemy."""

import sqlite3

NAMES_KEPT = 100_000
"""Beyond so many, a text that is new stays in its row: paths and models are whatever clients say."""
REMEMBERED = 50_000
"""Names whose numbers are kept in memory."""
GET = "SELECT id FROM log_names WHERE name = ?"
MAKE = "INSERT INTO log_names (name) SELECT ? WHERE ifnull((SELECT max(id) FROM log_names), 0) < ? RETURNING id"

Text = str | bytes


class Unknown(Exception):
    """A text whose number stands in the database, and nobody may ask it now."""


class Names:
    """Knows the numbers of texts by heart, and gives new ones theirs."""

    def __init__(self, kept: int = NAMES_KEPT) -> None:
        self._kept = kept
        self._numbers: dict[Text | None, int | None] = {None: None}

    def number(self, connection: sqlite3.Connection | None, text: Text | None) -> Text | int | None:
        """What stands in the row for a text. Raises `Unknown` without a database, where it is not known by heart."""
        found = self._numbers.get(text, text)
        return self._made(connection, text) if found is text and text is not None else found

    def forget(self) -> None:
        """Know nothing, as after a transaction that was undone."""
        self._numbers = {None: None}

    def _made(self, connection: sqlite3.Connection | None, text: Text) -> Text | int:
        if connection is None:
            raise Unknown
        row = connection.execute(GET, (text,)).fetchone() or connection.execute(MAKE, (text, self._kept)).fetchone()
        if row is None:
            return text
        if len(self._numbers) >= REMEMBERED:
            self.forget()
        number = int(row[0])
        self._numbers[text] = number
        return number


def named(column: str, log: str = "logs") -> str:
    """SQL for the text that stands behind a column of the log."""
    return (
        f"CASE typeof({log}.{column}) WHEN 'integer' THEN (SELECT name FROM log_names WHERE id = {log}.{column}) "
        f"ELSE {log}.{column} END"
    )
