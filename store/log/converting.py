"""Moves the requests of an older file into the shorter log, some at a time, so that it can be stopped and goes on.

What is moved is gone from the old table in the same transaction: what is left there is what is left to do.
"""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

import msgspec

from store.ids import Nanodollars
from store.log.columns import COLUMNS, Dictionary
from store.log.labels import Labels
from store.log.names import Names
from store.records import Attempt, Charge, Failure, LogRecord, Usage
from store.spool.drain import fill, transaction

AT_ONCE, A_STATEMENT = 1_000, 25
TOLD_EVERY_SECONDS = 2.0
KEPT = (
    *("id", "created_at_ms", "trace_id", "span_id", "method", "path", "status", "stream", "workspace", "api_key_id"),
    *("api_key_name", "provider", "vendor", "model", "response_model", "config", "config_path", "cache_status"),
    *("retries", "total_ms", "first_token_ms", "vendor_ms", "cost", "unpriced"),
)
"""Columns of the old table that are fields of a record."""
OLD = (*KEPT, "error_code", "error_message", "error_fault", "rest")
READ = f"SELECT rowid, {', '.join(OLD)} FROM old_logs ORDER BY rowid LIMIT ?"
SPAN = "SELECT ifnull((SELECT max(rowid) FROM old_logs) - (SELECT min(rowid) FROM old_logs) + 1, 0)"
MOVE_BODIES = (
    "INSERT INTO log_bodies (log, body) "
    "SELECT o.rowid, b.body FROM old_logs o JOIN old_log_bodies b USING (id) WHERE o.rowid <= ? ORDER BY 1"
)


class OldRest(msgspec.Struct, frozen=True, array_like=True):
    """What had no column in the old table."""

    metadata: dict[str, str]
    client: str | None
    user_agent: str | None
    usage: Usage | None
    usage_received: bytes
    price: dict[str, int] | None
    price_source: str | None
    attempts: tuple[Attempt, ...]
    charges: tuple[Charge, ...] = ()
    estimated_cost: Nanodollars | None = None
    parent_span_id: str | None = None
    span_name: str | None = None
    kept: str = "full"
    spared: tuple[Failure, ...] = ()


decode_rest = msgspec.msgpack.Decoder(OldRest).decode


def convert(file: Path, told: TextIO = sys.stderr, *, at_once: int = AT_ONCE) -> None:
    """Move all there is, and tell how far it is. Raises `sqlite3.Error`; then what was moved is moved."""
    dictionary, told_at = Dictionary(Names(), Labels()), time.monotonic()
    with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = NORMAL")
        whole = left = left_in(connection)
        while left:
            with transaction(connection):
                move(connection, dictionary, at_once)
            left = left_in(connection)
            if time.monotonic() - told_at > TOLD_EVERY_SECONDS or not left:
                told.write(progress(whole - left, whole))
                told.flush()
                told_at = time.monotonic()
        with transaction(connection):
            connection.execute("DROP TABLE old_log_bodies")
            connection.execute("DROP TABLE old_logs")


def move(connection: sqlite3.Connection, dictionary: Dictionary, at_once: int) -> None:
    """Some requests, oldest first, under the numbers they have."""
    found = connection.execute(READ, (at_once,)).fetchall()
    rows = [(row[0], *dictionary.row(connection, record_from(row))) for row in found]
    for start in range(0, len(rows), A_STATEMENT):
        fill(connection, "logs", COLUMNS, rows[start : start + A_STATEMENT])
    last = found[-1][0]
    connection.execute(MOVE_BODIES, (last,))
    connection.execute("DELETE FROM old_log_bodies WHERE id IN (SELECT id FROM old_logs WHERE rowid <= ?)", (last,))
    connection.execute("DELETE FROM old_logs WHERE rowid <= ?", (last,))


def record_from(row: tuple[Any, ...]) -> LogRecord:
    """A row of the old table as a record without bodies."""
    said = dict(zip(OLD, row[1:], strict=True))
    fields = {name: said[name] for name in KEPT} | {"stream": bool(said["stream"]), "unpriced": bool(said["unpriced"])}
    code, message, fault = said["error_code"], said["error_message"], said["error_fault"]
    failure = None if code is None else Failure(code=code, message=message or "", fault=fault or "")
    return LogRecord(**fields, **msgspec.structs.asdict(decode_rest(said["rest"])), failure=failure)


def left_in(connection: sqlite3.Connection) -> int:
    """About how many are left to move."""
    return int(connection.execute(SPAN).fetchone()[0])


def progress(done: int, whole: int) -> str:
    """A line for the person who waits."""
    share = f"{done / whole:.0%}"
    return f"Upgrading the log: {done:,} of {whole:,} requests ({share}). It may be stopped, and goes on next time.\n"
