"""The log: what is written is what is read, and reading is quick."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, event

from store.database import Database
from store.ids import LogId, Nanodollars, TraceId
from store.log.columns import COLUMNS
from store.log.filter import LogFilter
from store.log.reading import LogRow, Totals, log_by_id, page, totals_since
from store.records import Failure, LogRecord
from tests.store.records import any_record, log_record, put

BODIES = {"request_body": b"", "response_body": b"", "request_headers": {}, "response_headers": {}, "sent": ()}


def test_columns_are_the_tables() -> None:
    """What the writer fills is every column of the table, in its order."""
    assert list(COLUMNS) == [column.name for column in LogRow.__table__.columns]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(20))
async def test_record_comes_back_as_it_was(database: Database, seed: int) -> None:
    """Any record, with every field set, is read as it was written; in a list it lacks its bodies only."""
    records = [any_record(Random(seed * 10 + one)) for one in range(10)]

    put(database.file, records)

    async with database.session() as session:
        whole = [await log_by_id(session, record.id) for record in records]
        listed = await page(session, LogFilter(), limit=10)
    assert whole == records
    assert [type(found.stream) for found in listed] == [bool] * 10
    assert listed[::-1] == [msgspec.structs.replace(record, **BODIES) for record in records]


async def test_smallest_record_comes_back(database: Database) -> None:
    """A record of which nothing is known but what every record has is read as it was written."""
    record = log_record()

    put(database.file, [record])

    async with database.session() as session:
        assert await log_by_id(session, record.id) == record


async def test_large_bodies_are_kept_small(database: Database) -> None:
    """Bodies that repeat themselves take a fraction of their size on disk."""
    record = log_record(request_body=b"question " * 100_000, response_body=b"answer " * 100_000)

    put(database.file, [record])

    async with database.session() as session:
        assert await log_by_id(session, record.id) == record
    assert sum(file.stat().st_size for file in database.file.parent.glob("tollhouse.db*")) < 800_000


async def test_unknown_id(database: Database) -> None:
    """There is no record of an id that was never given."""
    async with database.session() as session:
        assert await log_by_id(session, LogId("nothing")) is None


async def test_pages_follow_each_other(database: Database) -> None:
    """Page by page every record comes once, newest first, also when new ones come between two pages."""
    records = [log_record() for _ in range(25)]
    put(database.file, records)
    seen: list[LogRecord] = []

    async with database.session() as session:
        while found := await page(session, LogFilter(), limit=10, before=seen[-1].id if seen else None):
            seen += found
            put(database.file, [log_record()])

    assert seen == records[::-1]


async def test_totals(database: Database) -> None:
    """Requests, failures, cost and requests without a price are counted from a minute on."""
    broken = Failure(code="stream_broken", message="cut", fault="provider")
    put(
        database.file,
        [
            log_record(created_at_ms=59_999, status=500, cost=Nanodollars(1), unpriced=True),
            log_record(created_at_ms=60_000, cost=Nanodollars(5_000_000_000_000)),
            log_record(created_at_ms=60_001, cost=Nanodollars(7), failure=broken),
            log_record(created_at_ms=60_002, unpriced=True),
            log_record(created_at_ms=60_003, status=404, failure=broken),
        ],
    )

    async with database.session() as session:
        some, none = await totals_since(session, 60_000), await totals_since(session, 120_000)

    assert some == Totals(requests=4, errors=2, cost=Nanodollars(5_000_000_000_007), unpriced=1)
    assert none == Totals(requests=0, errors=0, cost=Nanodollars(0), unpriced=0)


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    """Every SELECT from here on, with its parameters."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plan(file: Path, statements: list[tuple[str, Any]]) -> str:
    """How SQLite goes about the only one of them."""
    ((statement, parameters),) = statements
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
    return "\n".join(row[3] for row in rows)


@pytest.mark.parametrize(
    ("narrowed", "index"),
    [
        (LogFilter(), "SCAN logs USING INDEX ix_logs_id"),
        (LogFilter(provider="openai"), "SCAN logs USING INDEX ix_logs_id"),
        (LogFilter(since_ms=1), "SEARCH logs USING INDEX ix_logs_id (id>?)"),
        (LogFilter(trace_id=TraceId("t")), "SEARCH logs USING INDEX ix_logs_trace_id (trace_id=?)"),
        (LogFilter(status="error"), "SCAN logs USING INDEX ix_logs_failed"),
        (LogFilter(status="error", vendor="openai"), "SCAN logs USING INDEX ix_logs_failed"),
        (LogFilter(status="4xx"), "SCAN logs USING INDEX ix_logs_failed"),
        (LogFilter(status="429"), "SCAN logs USING INDEX ix_logs_failed"),
    ],
)
async def test_index_of_each_list(database: Database, narrowed: LogFilter, index: str) -> None:
    """Each index is used by the list it is there for, and no list but that of one trace is sorted."""
    with asked() as statements:
        async with database.session() as session:
            await page(session, narrowed, limit=50)

    steps = plan(database.file, statements)

    assert index in steps
    assert bool(narrowed.trace_id) == ("FOR ORDER BY" in steps.replace("SCALAR", ""))


async def test_next_page_begins_where_the_last_ended(database: Database) -> None:
    """A later page does not read those before it."""
    with asked() as statements:
        async with database.session() as session:
            await page(session, LogFilter(), limit=50, before=LogId("x"))

    assert plan(database.file, statements).startswith("SEARCH logs USING INDEX ix_logs_id (id<?)")


async def test_totals_read_no_record(database: Database) -> None:
    """Sums are read from what the log was summed up to, however many records there are."""
    with asked() as statements:
        async with database.session() as session:
            await totals_since(session, 1)

    assert {line for each in statements for line in plan(database.file, [each]).splitlines() if "logs" in line} == set()
