"""What records charge to budgets, added up in the transaction that writes the records; free of SQLAlchemy."""

import sqlite3
from collections.abc import Iterable

from store.ids import LogId
from store.records import Charge

MOST = 1 << 52
"""Of one charge: four million dollars, or more tokens than there are; so sums stay whole numbers."""

ADD = (
    "INSERT INTO counters (counter_id, period_start_ms, nanodollars, tokens, requests) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (counter_id, period_start_ms) DO UPDATE SET nanodollars = nanodollars + excluded.nanodollars, "
    "tokens = tokens + excluded.tokens, requests = requests + excluded.requests"
)


def unwritten(connection: sqlite3.Connection, ids: Iterable[LogId]) -> set[LogId]:
    """Those of some records that are not in the log yet; to be asked before they are written."""
    wanted = set(ids)
    if not wanted:
        return wanted
    marks = ", ".join("?" * len(wanted))
    there = connection.execute(f"SELECT id FROM logs WHERE id IN ({marks})", list(wanted))
    return wanted - {LogId(found) for (found,) in there}


def add(connection: sqlite3.Connection, charges: Iterable[Charge]) -> None:
    """Add charges to their counters."""
    connection.executemany(ADD, [bounded(charge) for charge in charges])


def bounded(charge: Charge) -> tuple[str, int, int, int, int]:
    """A charge that SQLite can hold: a number it refused would leave the record written, and the charge not."""
    nanodollars, tokens, requests = (
        max(0, min(each, MOST)) for each in (charge.nanodollars, charge.tokens, charge.requests)
    )
    return charge.counter_id, max(0, min(charge.period_start_ms, MOST)), nanodollars, tokens, requests
