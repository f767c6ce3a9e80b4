"""What records charge to budgets, added up in the transaction that writes the records; free of SQLAlchemy."""

import sqlite3
from collections.abc import Iterable

from store.records import Charge

MOST = 1 << 52
"""Of one charge: four million dollars, or more tokens than there are; so sums stay whole numbers."""

ADD = (
    "INSERT INTO counters (counter_id, period_start_ms, nanodollars, tokens, requests) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (counter_id, period_start_ms) DO UPDATE SET nanodollars = nanodollars + excluded.nanodollars, "
    "tokens = tokens + excluded.tokens, requests = requests + excluded.requests"
)


def add(connection: sqlite3.Connection, charges: Iterable[Charge]) -> None:
    """Add charges to their counters, all that one of them has at once."""
    sums: dict[tuple[str, int], tuple[int, int, int]] = {}
    for charge in charges:
        counter_id, period, nanodollars, tokens, requests = bounded(charge)
        so_far = sums.get((counter_id, period), (0, 0, 0))
        sums[counter_id, period] = (so_far[0] + nanodollars, so_far[1] + tokens, so_far[2] + requests)
    connection.executemany(ADD, [(*counter, *total) for counter, total in sums.items()])


def bounded(charge: Charge) -> tuple[str, int, int, int, int]:
    """A charge that SQLite can hold: a number it refused would leave the record written, and the charge not."""
    nanodollars, tokens, requests = (
        max(0, min(each, MOST)) for each in (charge.nanodollars, charge.tokens, charge.requests)
    )
    return charge.counter_id, max(0, min(charge.period_start_ms, MOST)), nanodollars, tokens, requests
