"""How long what is kept: bodies, records and fine rollups go one after the other, in steps of a few milliseconds."""

import sqlite3
from collections.abc import Iterator

import msgspec

from store.log.columns import READ
from store.log.labels import Labels
from store.log.text_index import NAME, PART_ROWS, last_row
from store.log.whole import record_from
from store.rollups.rollups import DAY, HOUR, HOURS_KEPT_DAYS, MINUTE, MINUTES_KEPT_DAYS, facets_of

BODIES_AT_ONCE, RECORDS_AT_ONCE, ROLLUPS_AT_ONCE, PAGES_AT_ONCE = 60, 40, 200, 64
"""What a step drops: some milliseconds of work each."""
OLDEST = f"SELECT {READ} FROM logs WHERE created_at_ms < ? ORDER BY created_at_ms LIMIT {RECORDS_AT_ONCE}"
LOOKED_AT = 2_000
"""Bodies that are looked at for old ones: requests that are told of afterwards stand behind younger ones."""
OLD_BODIES = (
    f"SELECT number FROM logs WHERE number IN (SELECT log FROM log_bodies ORDER BY log LIMIT {LOOKED_AT}) "
    f"AND created_at_ms < ? ORDER BY number LIMIT {BODIES_AT_ONCE}"
)
ORPHAN = (
    "DELETE FROM labels WHERE facet = ? AND value = ? AND NOT EXISTS (SELECT 1 FROM log_labels WHERE label = labels.id)"
)
NEVER = 2**62
"""A moment before which every record arrived."""
KEY = "grain, facet, start_ms, value, workspace"


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """How much is kept; 0 is no limit."""

    bodies_days: int = 0
    logs_days: int = 0
    megabytes: int = 0
    """Of the whole file: the oldest bodies go first, and the oldest records when no body is left."""
    texts: bool = True
    """Whether prompts and answers can be searched."""


KEEP_ALL = Keeping()


def prune(connection: sqlite3.Connection, keeping: Keeping, now_ms: int) -> bool:
    """Drop a little of what is too old or too much, inside the caller's transaction; whether there was any."""
    return (
        (keeping.logs_days > 0 and drop_records(connection, before(now_ms, keeping.logs_days)))
        or (keeping.bodies_days > 0 and drop_bodies(connection, before(now_ms, keeping.bodies_days)))
        or drop_texts(connection, before(now_ms, keeping.bodies_days) if keeping.bodies_days else 0)
        or drop_rollups(connection, MINUTE, now_ms - MINUTES_KEPT_DAYS * DAY)
        or drop_rollups(connection, HOUR, now_ms - HOURS_KEPT_DAYS * DAY)
        or (
            keeping.megabytes > 0 and used_bytes(connection) > keeping.megabytes * 1_000_000 and drop_oldest(connection)
        )
    )


def before(now_ms: int, days: int) -> int:
    """Since when records are kept."""
    return max(0, now_ms - days * DAY)


def drop_oldest(connection: sqlite3.Connection) -> bool:
    """Bodies, or where there are none, records."""
    return drop_bodies(connection, NEVER) or drop_records(connection, NEVER)


def drop_bodies(connection: sqlite3.Connection, until_ms: int) -> bool:
    """The oldest, of records that arrived before."""
    return connection.execute(f"DELETE FROM log_bodies WHERE log IN ({OLD_BODIES})", (until_ms,)).rowcount > 0


def drop_records(connection: sqlite3.Connection, until_ms: int) -> bool:
    """The oldest of the records that arrived before, with their bodies and labels.

    The last row stays: SQLite would give its number again, and what is noted under it would be said of another record.
    """
    labels, last = Labels(), last_row(connection)
    found = [(row[0], record_from(row)) for row in connection.execute(OLDEST, (until_ms,)).fetchall()]
    gone = [(log, record) for log, record in found if log != last]
    for log, record in gone:
        facets = [(facet, value) for facet, value in facets_of(record) if facet]
        labels.drop(connection, [(facet, value, log) for facet, value in facets])
        connection.executemany(ORPHAN, facets)
        connection.execute("DELETE FROM log_bodies WHERE log = ?", (log,))
        connection.execute("DELETE FROM logs WHERE number = ?", (log,))
        labels.forget()
    return bool(gone)


def drop_rollups(connection: sqlite3.Connection, grain: int, until_ms: int) -> bool:
    """The oldest of a grain, from every facet."""
    some = f"SELECT {KEY} FROM rollups WHERE grain = ? AND facet = ? AND start_ms < ? LIMIT {ROLLUPS_AT_ONCE}"
    drop = f"DELETE FROM rollups WHERE ({KEY}) IN ({some})"
    return any(connection.execute(drop, (grain, facet, until_ms)).rowcount > 0 for facet in facets(connection, grain))


def facets(connection: sqlite3.Connection, grain: int) -> Iterator[str]:
    """Those that a grain has; each is sought from the one before, for reading all rows would take long."""
    following = "SELECT min(facet) FROM rollups WHERE grain = ? AND facet > ?"
    facet: str | None = ""
    while facet is not None:
        yield facet
        facet = connection.execute(following, (grain, facet)).fetchone()[0]


def drop_texts(connection: sqlite3.Connection, until_ms: int) -> bool:
    """A little of the oldest part of the text index, once all its records are gone, or their bodies should be."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'log_text_%'")]
    parts = sorted(int(found[1]) for name in names if (found := NAME.fullmatch(name)))
    if not parts or not is_over(connection, parts[0], until_ms):
        return False
    table = f"log_text_{parts[0]}"
    some = f"SELECT id FROM {table}_data WHERE id > 10 LIMIT {PAGES_AT_ONCE}"
    if not connection.execute(f"DELETE FROM {table}_data WHERE id IN ({some})").rowcount:
        connection.execute(f"DROP TABLE {table}")
    return True


def is_over(connection: sqlite3.Connection, part: int, until_ms: int) -> bool:
    """Whether no record of a part has a body that is to be kept; the part that is being filled never is."""
    top = connection.execute("SELECT max(number) FROM logs").fetchone()[0] or 0
    if top < (part + 1) * PART_ROWS:
        return False
    newest = "SELECT created_at_ms FROM logs WHERE number < ? ORDER BY number DESC LIMIT 1"
    row = connection.execute(newest, ((part + 1) * PART_ROWS,)).fetchone()
    return row is None or row[0] < until_ms


def used_bytes(connection: sqlite3.Connection) -> int:
    """What the file holds, without its free pages."""
    pages, free, size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
    )
    return int((pages - free) * size)


def give_back(connection: sqlite3.Connection) -> bool:
    """Return some free pages to the disk, outside of any transaction; whether there are more.

    A file from before this was possible has none.
    """
    if connection.execute("PRAGMA auto_vacuum").fetchone()[0] != 2:
        return False
    # A statement without columns is taken to be through after its first step, and this one gives back a page a step.
    connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")
    return bool(connection.execute("PRAGMA freelist_count").fetchone()[0] > PAGES_AT_ONCE)
