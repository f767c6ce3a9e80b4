"""How quickly a large log is written and asked."""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from store.database import Database, open_database
from store.log.compressing import bodies_in
from store.log.filter import LogFilter
from store.log.ranges import Labelled
from store.log.reading import log_by_id, page
from store.rollups.sums import Question, period_of, sums
from tests.bench.beside import moved
from tests.bench.log_file import DAY_MS, Made, key_id, make

Ask = Callable[[Database, int], Awaitable[object]]
LIMIT, NOW, A_SECOND = 50, 100_000, 2_000


def listing(**narrowed: object) -> Ask:
    """The newest page of a filter."""

    async def ask(database: Database, _: int) -> object:
        async with database.session() as session:
            return await page(session, LogFilter(**narrowed), limit=LIMIT)  # type: ignore[arg-type]

    return ask


def graph(days: int, facet: str = "", values: tuple[str, ...] | None = None, *, with_times: bool = True) -> Ask:
    """The sums of the last days."""

    async def ask(database: Database, now_ms: int) -> object:
        period = period_of(now_ms - days * DAY_MS, now_ms, now_ms)
        async with database.session() as session:
            question = Question(period=period, workspace="default", facet=facet, values=values)
            return await sums(session, question, with_times=with_times)

    return ask


async def newest_whole(database: Database, _: int) -> object:
    """One record with its bodies."""
    async with database.session() as session:
        (newest,) = await page(session, LogFilter(), limit=1)
        return await log_by_id(session, newest.id)


QUESTIONS: tuple[tuple[str, str, Ask], ...] = (
    ("newest page", "≤ 50 ms", listing()),
    ("page of a rare key", "≤ 50 ms", listing(labels=(Labelled("api_key", (key_id(150),)),))),
    (
        "page of a user and a model",
        "≤ 50 ms",
        listing(labels=(Labelled("metadata._user", ("user-77",)), Labelled("model", ("openai__m9",)))),
    ),
    ("page of failures", "≤ 50 ms", listing(status="error")),
    ("page of one chat", "≤ 50 ms", listing(labels=(Labelled("metadata.chat", ("0-ffffffff",)),))),
    ("free text, common words", "≤ 1 s", listing(words="te ta")),
    ("free text, no such word", "≤ 1 s", listing(words="zebra")),
    ("one record whole", "≤ 10 ms", newest_whole),
    ("graph over a day", "≤ 30 ms", graph(1)),
    ("graph over a year", "≤ 150 ms", graph(365)),
    ("graph of one key over a year", "≤ 150 ms", graph(365, "api_key", (key_id(3),))),
    ("teams over 30 days", "≤ 500 ms", graph(30, "metadata.team", with_times=False)),
    ("users over 30 days", "≤ 500 ms", graph(30, "metadata._user", with_times=False)),
)


def measured(
    count: int, folder: Path | None = None, *, seconds: float = 5.0, rounds: int = 3
) -> Iterator[tuple[str, str, str]]:
    """Rows of the table, for a file of so many records; one that is there already is used as it is."""
    with tempfile.TemporaryDirectory() as temporary:
        yield from writing(Path(temporary))
        file = (folder or Path(temporary)) / f"log-{count}" / "tollhouse.db"
        if not file.exists():
            file.parent.mkdir(parents=True)
            yield f"of a year, {count:,} requests", "", speed(make(file, count), count)
        yield from sizes(file, count)
        now_ms = round(file.stat().st_mtime * 1000)
        calm = asyncio.run(asked(file, now_ms))
        with busy(file):
            loaded = asyncio.run(asked(file, now_ms))
        for (name, promised, alone), (_, _, beside) in zip(calm, loaded, strict=True):
            yield name, promised, f"{alone}; {beside} while {A_SECOND:,} records/s are written"
        yield from moved(file, seconds, rounds)


def writing(folder: Path) -> Iterator[tuple[str, str, str]]:
    """How quickly requests of this moment are written, by a process of its own, and what that process takes."""
    file = folder / "now" / "tollhouse.db"
    file.parent.mkdir()
    made = make(file, NOW, days=NOW / 20_000 / 86_400)
    yield f"records/s written, {NOW:,} of this moment", "≥ 20,000", speed(made, NOW)
    yield "memory of the writer", "", f"{made.peak_mb} MB at the most"
    with closing(sqlite3.connect(file)) as connection:
        bodies = connection.execute("SELECT body FROM log_bodies LIMIT 5000").fetchall()
    whole = sum(len(msgspec.msgpack.encode(bodies_in(body))) for (body,) in bodies)
    yield "bodies, whole to kept", "≥ 3 : 1", f"{whole / sum(len(body) for (body,) in bodies):.1f} : 1"


def speed(made: Made, count: int) -> str:
    """By the processor's time, for what else the machine does is no matter of the writer's."""
    later = (made.spent - made.writing) / count * 1e6
    return f"{count / made.writing:,.0f} ({made.writing / count * 1e6:.0f} µs CPU each, words {later:.0f} µs more)"


@contextmanager
def busy(file: Path) -> Iterator[None]:
    """Have a process write requests into the file meanwhile."""
    words = [sys.executable, "-m", "tests.bench.log_file", str(file), str(A_SECOND)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None, "it was asked for"
        process.stdout.readline()
        try:
            yield
        finally:
            process.terminate()


def sizes(file: Path, count: int) -> Iterator[tuple[str, str, str]]:
    """Bytes a record, bodies and words apart."""
    with closing(sqlite3.connect(file)) as connection:
        found = dict(connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY 1").fetchall())
    bodies = found.get("log_bodies", 0)
    words = sum(size for name, size in found.items() if name.startswith("log_text"))
    sums_ = found.get("rollups", 0)
    rest = sum(found.values()) - bodies - words - sums_
    told = f"{rest / count:,.0f}, sums {sums_ / count:,.0f}, words {words / count:,.0f}, bodies {bodies / count:,.0f}"
    yield "bytes a record", "≤ 400 without bodies", told


async def asked(file: Path, now_ms: int) -> list[tuple[str, str, str]]:
    """The median of five times, and the first."""
    database, rows = await open_database(file), []
    for name, promised, ask in QUESTIONS:
        times = []
        for _ in range(5):
            began = time.perf_counter()
            await ask(database, now_ms)
            times.append((time.perf_counter() - began) * 1000)
        rows.append((name, promised, f"{statistics.median(times):.1f} ms (first {times[0]:.1f})"))
    await database.close()
    return rows
