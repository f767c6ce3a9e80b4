"""A database as version 0008 left it, with requests in it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import zstandard

from store.log.columns import NO_BODIES, Bodies
from store.log.converting import OLD, OldRest
from store.migrating import migrate
from store.records import LogRecord
from store.schema import MIGRATIONS


def old_file(file: Path, records: Sequence[LogRecord]) -> None:
    """Make one."""
    migrate(file, MIGRATIONS, "0008")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for record in records:
            row = {name: getattr(record, name, None) for name in OLD} | {"rest": msgspec.msgpack.encode(rest(record))}
            if record.failure is not None:
                row |= {f"error_{name}": getattr(record.failure, name) for name in ("code", "message", "fault")}
            if record.usage is not None:
                row |= {"input_tokens": record.usage.input_tokens, "output_tokens": record.usage.output_tokens}
            put(connection, "logs", row)
            bodies = Bodies(*(getattr(record, name) for name in Bodies.__struct_fields__))
            if bodies != NO_BODIES:
                body = zstandard.compress(msgspec.msgpack.encode(bodies))
                put(connection, "log_bodies", {"id": record.id, "body": body})
        connection.commit()


def put(connection: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    """A row."""
    names = ", ".join(row)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))


def rest(record: LogRecord) -> OldRest:
    """What had no column."""
    return OldRest(**{name: getattr(record, name) for name in OldRest.__struct_fields__})
