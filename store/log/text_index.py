"""Which records have a word in what was asked or answered: FTS5 tables without content, for 100,000 rows each.

In parts, because such a table cannot give up a row without the text it had, but a part can be dropped when all its
records are old. Positions are not kept: every word must be there, in whatever order, and so each is given once. What is
a word `log_text` has decided; FTS5 only parts them at the spaces.
"""

import re
import sqlite3
from collections.abc import Sequence

from store.log.compressing import bodies_in
from store.log.text import text_of
from store.records import LogRecord

PART_ROWS = 100_000
AT_ONCE = 100
"""Records whose bodies are read again in one transaction."""
MARK = "texts_indexed"
"""The fact that says up to which row of the log all texts are in."""
MAKE = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS log_text_{part} USING fts5"
    "(said, content='', detail=none, columnsize=0, tokenize='ascii')"
)
NAME = re.compile(r"log_text_(\d+)")
SET = "INSERT INTO facts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
BODIES = "SELECT number, body FROM logs LEFT JOIN log_bodies ON log = number WHERE number > ? ORDER BY 1 LIMIT ?"


class TextIndex:
    """Adds the texts of records as they are written; the only one that does."""

    def __init__(self) -> None:
        self._parts: set[int] = set()

    def forget(self) -> None:
        """Know nothing, as after a transaction that was undone."""
        self._parts.clear()

    def take(self, connection: sqlite3.Connection, records: Sequence[LogRecord]) -> None:
        """Add records that were just inserted, if all before them are in; `catch_up` is for the others."""
        top, seen = last_row(connection), seen_row(connection)
        if top - seen == len(records):
            texts = (
                (row, text_of(each.request_body, each.response_body)) for row, each in enumerate(records, seen + 1)
            )
            self._add(connection, list(texts), top)

    def catch_up(self, connection: sqlite3.Connection) -> bool:
        """Add some records from their bodies; whether any were missing."""
        found = connection.execute(BODIES, (seen_row(connection), AT_ONCE)).fetchall()
        if found:
            self._add(connection, [(row, text_in(body)) for row, body in found], found[-1][0])
        return bool(found)

    def _add(self, connection: sqlite3.Connection, texts: Sequence[tuple[int, str]], seen: int) -> None:
        for row, text in texts:
            if said := " ".join(set(text.split())):
                part = row // PART_ROWS
                if part not in self._parts:
                    connection.execute(MAKE.format(part=part))
                    self._parts.add(part)
                connection.execute(f"INSERT INTO log_text_{part} (rowid, said) VALUES (?, ?)", (row, said))
        connection.execute(SET, (MARK, str(seen).encode()))


def text_in(body: bytes | None) -> str:
    """The text of a record's bodies as they are kept."""
    if body is None:
        return ""
    bodies = bodies_in(body)
    return text_of(bodies.request_body, bodies.response_body)


def last_row(connection: sqlite3.Connection) -> int:
    """The newest row of the log."""
    return int(connection.execute("SELECT ifnull(max(number), 0) FROM logs").fetchone()[0])


def seen_row(connection: sqlite3.Connection) -> int:
    """The last row whose text is in; never one that is still to come, should the log have been emptied."""
    found = connection.execute("SELECT value FROM facts WHERE name = ?", (MARK,)).fetchone()
    return min(int(found[0]) if found else 0, last_row(connection))


def parts_of(names: Sequence[str]) -> list[int]:
    """The parts among the names of tables, newest first."""
    return sorted((int(found[1]) for name in names if (found := NAME.fullmatch(name))), reverse=True)
