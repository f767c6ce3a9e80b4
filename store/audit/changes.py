"""What a transaction changes, row by row, as SQLite itself sees it: by cascades and statements over many rows, too.

Triggers that live with the connection alone write each row before and after into a table that does as well. What is
secret never gets there: of sealed columns and hashes only the end is kept, enough to see that it is another one.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlmodel.ext.asyncio.session import AsyncSession

Json = dict[str, Any]
COLUMNS = """
    SELECT tables.name, columns.name, columns.type, columns.pk
    FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
    WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' ORDER BY tables.name, columns.cid
"""
UNWATCHED = re.compile(r"alembic_version|audit|events|facts|notices|spool_positions|(log|rollup)\w*")
"""Tables whose rows are no change that anybody made."""
SECRET = re.compile(r"(^|_)(hash|token|secret|password)$")
UNTOLD = frozenset({"updated_at_ms", "last_used_at_ms", "last_used_ms"})
"""Columns that change beside others; alone they are no change."""
MASKED = re.compile(r"authorization|api[-_]?key|secret|password|token$|^key$|cookie", re.IGNORECASE)
OF_NAMES = frozenset({"conditions", "group_by"})
"""Lists of a policy whose entries say by `key` what they look at: a name such as `metadata._user`, no credential."""
OUR_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS audit_watching (on_since INTEGER)",
    "CREATE TEMP TABLE IF NOT EXISTS audit_changes (what TEXT, id TEXT, before TEXT, after TEXT)",
)


class Column(NamedTuple):
    """A column of a table, as the file says it."""

    name: str
    type: str
    place_in_key: int
    """From 1; 0 where it is no part of the primary key."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row before and after; None where there was, or is, none. Of a changed row only what differs."""

    table: str
    id: str
    before: Json | None
    after: Json | None

    @property
    def action(self) -> str:
        """What happened to the row."""
        return "create" if self.before is None else "delete" if self.after is None else "update"


async def watch(session: AsyncSession) -> None:
    """Begin a transaction that may write, and keep what it changes."""
    await (await session.connection()).run_sync(begin)


async def seen(session: AsyncSession) -> list[Change]:
    """What it has changed since, in order; watching ends."""
    await session.flush()
    rows = await (await session.connection()).run_sync(end)
    return [change for row in rows if (change := change_of(*row)) is not None]


def begin(connection: Connection) -> None:
    """Take the right to write, and put the triggers in place, once for each connection.

    The right comes first: SQLite refuses at once, however long one would wait, to let a transaction write that has read
    before somebody else wrote, and the log is written all the time.
    """
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_temp_master WHERE name = 'audit_changes'").first():
        for statement in [*OUR_TABLES, *triggers(connection)]:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql("DELETE FROM audit_changes")
    connection.exec_driver_sql("INSERT INTO audit_watching VALUES (1)")


def end(connection: Connection) -> list[Any]:
    """Take out what was kept."""
    rows = connection.exec_driver_sql("SELECT what, id, before, after FROM audit_changes ORDER BY rowid").all()
    connection.exec_driver_sql("DELETE FROM audit_changes")
    connection.exec_driver_sql("DELETE FROM audit_watching")
    return list(rows)


def triggers(connection: Connection) -> Iterator[str]:
    """The SQL of every trigger."""
    columns: dict[str, list[Column]] = {}
    for table, *column in connection.exec_driver_sql(COLUMNS):
        if not UNWATCHED.fullmatch(table):
            columns.setdefault(table, []).append(Column(*column))
    for table, theirs in columns.items():
        yield trigger(table, theirs, "INSERT", "NULL", told(theirs, "NEW"), "NEW")
        yield trigger(table, theirs, "UPDATE", told(theirs, "OLD"), told(theirs, "NEW"), "NEW")
        yield trigger(table, theirs, "DELETE", told(theirs, "OLD"), "NULL", "OLD")


def trigger(table: str, columns: list[Column], act: str, before: str, after: str, which: str) -> str:
    """One trigger."""
    key = " || '/' || ".join(f'{which}."{column.name}"' for column in columns if column.place_in_key)
    return (
        f'CREATE TEMP TRIGGER "audit_{table}_{act.lower()}" AFTER {act} ON main."{table}" '
        f"WHEN EXISTS (SELECT 1 FROM audit_watching) "
        f"BEGIN INSERT INTO audit_changes VALUES ('{table}', {key}, {before}, {after}); END"
    )


def told(columns: list[Column], which: str) -> str:
    """A row as JSON, in SQL."""
    return "json_object(" + ", ".join(f"'{column.name}', {value(column, which)}" for column in columns) + ")"


def value(column: Column, which: str) -> str:
    """A column's value as it may be shown."""
    place = f'{which}."{column.name}"'
    if column.type == "BLOB":
        return f"'sealed …' || lower(hex(substr({place}, -4)))"
    return f"'hash …' || substr({place}, -6)" if SECRET.search(column.name) else place


def change_of(table: str, id: Any, before: str | None, after: str | None) -> Change | None:
    """A change as it is kept; None where nothing worth telling differs."""
    old, new = (None if text is None else json.loads(text) for text in (before, after))
    if old is not None and new is not None:
        differing = {name for name in new if old[name] != new[name]}
        if differing <= UNTOLD:
            return None
        old, new = ({name: row[name] for name in row if name in differing} for row in (old, new))
    return Change(table, str(id), shown(old), shown(new))


def shown(row: Json | None) -> Json | None:
    """A row whose JSON is read, and masked where a name says that it is a credential."""
    return None if row is None else {name: masked(read(value)) for name, value in row.items()}


def read(value: Any) -> Any:
    """JSON within a text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def masked(value: Any, within: str = "") -> Any:
    """The same without credentials; `within`: the name of the list or object that it is in."""
    if isinstance(value, list):
        return [masked(each, within) for each in value]
    if isinstance(value, dict):
        return {name: "…" if hides(name, each, within) else masked(each, name) for name, each in value.items()}
    return value


def hides(name: str, value: Any, within: str) -> bool:
    """Whether a name says that its value is a credential."""
    is_name = name == "key" and within in OF_NAMES
    return isinstance(value, str) and not is_name and bool(MASKED.search(name))


def as_json(changes: list[Change], most: int) -> str:
    """Changes as the audit log keeps them; of very many, the first, and how many more there were."""
    kept: list[Mapping[str, Any]] = [
        {"resource": one.table, "id": one.id, "before": one.before, "after": one.after} for one in changes[:most]
    ]
    further = [{"further": len(changes) - most}] if len(changes) > most else []
    return json.dumps([*kept, *further], ensure_ascii=False)
