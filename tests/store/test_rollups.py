"""Rollups: what is summed up is what the log has, once each, with percentiles that are right to 2 %."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from store.rollups.measures import Bag, pour
from store.rollups.rollups import DAY, HOUR, MINUTE, OTHERS, VALUES_KEPT, decode_counts, decode_times
from store.rollups.sketches import Series, percentiles, place
from store.spool.drain import Drain
from store.spool.packed import encode
from tests.store.records import drain, log_record, put, small_spool

NOON = 1_764_072_000_000
"""2025-11-25T12:00:00Z."""


def cells(file: Path, grain: int, facet: str = "") -> dict[tuple[int, str], Bag]:
    """Every bucket of a facet: its counts by start and value."""
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(
            "SELECT start_ms, value, counts FROM rollups WHERE grain = ? AND facet = ?", (grain, facet)
        ).fetchall()
    return {(start, value): decode_counts(counts) for start, value, counts in rows}


def summed(found: dict[tuple[int, str], Bag]) -> Bag:
    """All of it."""
    total: Bag = {}
    for bag in found.values():
        pour(bag, total)
    return total


@pytest.mark.parametrize("spread", ["lognormal", "uniform", "two peaks"])
def test_percentiles_are_right_to_two_percent(spread: str) -> None:
    """Merged from any number of parts, each percentile is within 2 % of the value at that rank."""
    chance = Random(1)
    draws: dict[str, Callable[[], float]] = {
        "lognormal": lambda: chance.lognormvariate(5, 1.5),
        "uniform": lambda: chance.uniform(0.01, 9_000),
        "two peaks": lambda: chance.gauss(*chance.choice([(40, 3), (7_000, 500)])),
    }
    values = [max(0.001, draws[spread]()) for _ in range(20_000)]
    counts: dict[int, int] = {}
    for value in values:
        counts[place(Series.TOTAL, value)] = counts.get(place(Series.TOTAL, value), 0) + 1
    shares = (0.5, 0.9, 0.95, 0.99)

    found = percentiles(counts, Series.TOTAL, shares)

    right = [sorted(values)[int(share * (len(values) - 1))] for share in shares]
    assert [value and abs(value - exact) / exact <= 0.02 for value, exact in zip(found, right, strict=True)] == [
        True
    ] * 4


def test_series_are_kept_apart() -> None:
    """A distribution in which nothing was counted has no percentiles, whatever stands beside it."""
    counts = {place(Series.TOTAL, 1e12): 1, place(Series.OVERHEAD, 0.0): 1}

    assert percentiles(counts, Series.FIRST_TOKEN, [0.5]) == [None]
    assert percentiles(counts, Series.OVERHEAD, [0.5, 1]) == pytest.approx([0.001, 0.001], rel=0.02)


def test_every_grain_adds_up(file: Path) -> None:
    """Minutes, hours and days each come to what was written, in whichever batches it came."""
    chance = Random(3)
    records = [
        log_record(
            created_at_ms=NOON + chance.randrange(3 * DAY),
            status=chance.choice([200, 200, 429]),
            cost=chance.randrange(1000),
            usage={"input_tokens": chance.randrange(100), "output_tokens": 7},
        )
        for _ in range(400)
    ]
    wanted = {
        "n": 400,
        "e": sum(record.status == 429 for record in records),
        "cost": sum(record.cost or 0 for record in records),
        "in": sum(record.usage.input_tokens for record in records if record.usage),
        "out": 2800,
    }

    for start in range(0, 400, 57):
        put(file, records[start : start + 57])

    totals = [summed(cells(file, grain)) for grain in (MINUTE, HOUR, DAY)]
    assert [{name: total[name] for name in wanted} for total in totals] == [wanted] * 3
    assert len(cells(file, DAY)) == 4


def test_facets(file: Path) -> None:
    """A request is counted under its key, provider, model, config, status and each metadata key, in its workspace."""
    named: dict[str, Any] = {"api_key_id": "k", "provider": "p", "vendor": "openai", "model": "m", "config": "pc-1"}
    put(file, [log_record(created_at_ms=NOON, workspace="sales", metadata={"team": "a", "_user": "ada"}, **named)])

    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT DISTINCT facet, value, workspace FROM rollups ORDER BY facet").fetchall()
        labels = connection.execute("SELECT facet, value FROM labels JOIN log_labels ON id = label").fetchall()

    wanted = {
        *{("", ""), ("api_key", "k"), ("config", "pc-1"), ("provider", "p"), ("status", "200")},
        *{("metadata._user", "ada"), ("metadata.team", "a"), ("model", "openai__m")},
    }
    assert {row[:2] for row in found} == wanted
    assert {row[2] for row in found} == {"sales"}
    assert set(labels) == wanted - {("", ""), ("status", "200")}


def test_values_are_bounded(file: Path) -> None:
    """A metadata key with a value for each request fills no table: what is too many is counted together."""
    put(file, [log_record(created_at_ms=NOON, metadata={"chat": str(n)}) for n in range(VALUES_KEPT + 50)])

    found = cells(file, DAY, "metadata.chat")

    assert len(found) <= VALUES_KEPT + 1
    assert found[NOON - NOON % DAY, OTHERS]["n"] == 50
    assert summed(found)["n"] == VALUES_KEPT + 50


def test_what_was_there_before_is_counted(file: Path) -> None:
    """Records from before there were rollups are counted with the next that come, each once."""
    put(file, [log_record(created_at_ms=NOON) for _ in range(30)])
    with closing(sqlite3.connect(file)) as connection:
        for table in ("rollups", "labels", "log_labels", "facts"):
            connection.execute(f"DELETE FROM {table}")
        connection.commit()

    put(file, [log_record(created_at_ms=NOON)])

    assert summed(cells(file, DAY))["n"] == 31


def test_failed_transaction_counts_nothing(file: Path) -> None:
    """A batch that could not be written is counted once when it is at last."""
    spool = small_spool(file.parent / "spool")
    put_in = [log_record(created_at_ms=NOON) for _ in range(5)]
    spool.append(*map(encode, put_in))
    writer = Drain(file, patience_seconds=0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("CREATE TRIGGER broken BEFORE INSERT ON spool_positions BEGIN SELECT raise(ABORT, 'no'); END")
        with pytest.raises(sqlite3.Error, match="no"):
            writer.step(spool.standing())
        other.execute("DROP TRIGGER broken")
    writer.close()

    drain(file, spool)
    spool.close()

    assert summed(cells(file, MINUTE))["n"] == 5


def test_record_that_comes_twice_is_counted_once(file: Path) -> None:
    """A record that is in the log already is not counted again."""
    record = log_record(created_at_ms=NOON)
    put(file, [record])

    put(file, [record, log_record(created_at_ms=NOON)])

    assert summed(cells(file, DAY))["n"] == 2


def test_times_are_kept(file: Path) -> None:
    """Total time, time to first token, tokens per second and the gateway's own share are told apart."""
    usage = {"output_tokens": 100}
    put(file, [log_record(created_at_ms=NOON, total_ms=1200, first_token_ms=200, vendor_ms=1190, usage=usage)])
    with closing(sqlite3.connect(file)) as connection:
        row = connection.execute("SELECT times FROM rollups WHERE facet = '' AND grain = ?", (DAY,)).fetchone()

    times = decode_times(row[0])

    found = [percentiles(times, series, [0.5])[0] for series in Series]
    assert found == pytest.approx([1200, 200, 100, 10, 1190], rel=0.02)


def test_what_writes_does_without_sqlalchemy() -> None:
    """The process that writes the log starts quickly, since nothing in it imports SQLAlchemy."""
    program = "import sys, store.spool.scribe; sys.exit('sqlalchemy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
