"""The measurements, one function each; what is compared alternates, so that a noisy moment hits both."""

from __future__ import annotations

import json
import sqlite3
import statistics
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from urllib.request import urlopen

import msgspec

from console.commandline.launch import command
from tests.bench.load import Order, Seen
from tests.bench.machine import LOAD_CORE, cpu_seconds, pinned
from tests.bench.subjects import Subject

SETTLE_SECONDS = 60.0
PATIENCE_SECONDS = 30.0
"""For those that stop answering."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Throughput at many connections."""

    per_second: float
    cpu_us: float
    """Processor time of the gateway for one request."""
    asked: int
    persisted: int | None
    """Records found in the database afterwards; None for a peer, which keeps none."""


@dataclass(frozen=True, slots=True)
class Added:
    """What a gateway adds to the time of one request, in milliseconds."""

    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams in flight together."""

    chunks_per_second: float
    first_ms: float
    """The median time to the first event."""
    delay_p50_ms: float
    delay_p99_ms: float
    """Of a chunk, from the vendor's sending to the client."""


def run(
    subject: Subject, *, stream: bool = False, connections: int, seconds: float, spread_seconds: float = 0.0
) -> Seen:
    """Put load on a subject.

    Raises RuntimeError at the first failure, for a fast refusal is no result, and LookupError for no answer at all.
    """
    order = Order(
        url=subject.url,
        headers=dict(subject.headers),
        model=subject.model,
        stream=stream,
        connections=connections,
        seconds=seconds,
        spread_seconds=spread_seconds,
    )
    with pinned(command("tests.bench.load"), LOAD_CORE) as process:
        try:
            out, _ = process.communicate(msgspec.json.encode(order), timeout=seconds * 10 + PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise LookupError(f"{subject.name} stopped answering under this load") from error
    if process.returncode:
        raise RuntimeError(f"the program that puts load on {subject.name} ended with {process.returncode}")
    seen = Seen(**json.loads(out))
    if seen.failures:
        raise RuntimeError(f"{subject.name}: {seen.failures} of {seen.everything} failed: {seen.first_failure}")
    return seen


def rate(subject: Subject, *, connections: int, seconds: float) -> Rate:
    """Requests a second, every one of which is in the log afterwards."""
    settle(subject)
    before, used = persisted(subject), cpu_seconds(subject.pid)
    seen = run(subject, connections=connections, seconds=seconds)
    used = cpu_seconds(subject.pid) - used
    expected = None if before is None else before + seen.everything
    after = persisted(subject, expected)
    found = None if before is None or after is None else after - before
    return Rate(seen.requests / seen.seconds, used / seen.everything * 1e6, seen.everything, found)


def settle(subject: Subject) -> None:
    """Wait until nothing of an earlier measurement is on its way into the database."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while subject.home is not None and time.monotonic() < deadline:
        with urlopen(subject.url.replace("/chat/completions", "/health"), timeout=5) as answer:
            if not json.loads(answer.read())["writer"]["waiting"]:
                return
        time.sleep(0.1)


def persisted(subject: Subject, expected: int | None = None) -> int | None:
    """Log records in the database; waits for the expected number, as the writer works in batches."""
    if subject.home is None:
        return None
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        file = subject.home / "tollhouse.db"
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)) as database:
            count: int = database.execute("SELECT count(*) FROM logs").fetchone()[0]
        if expected is None or count >= expected or time.monotonic() > deadline:
            return count
        time.sleep(0.1)


def added(direct: Subject, subject: Subject, *, seconds: float, rounds: int) -> Added:
    """One connection, directly and through the gateway in turns: the difference of the quantiles."""
    p50s, p99s = [], []
    for _ in range(rounds):
        bare = run(direct, connections=1, seconds=seconds).latencies
        through = run(subject, connections=1, seconds=seconds).latencies
        p50s.append((quantile(through, 0.5) - quantile(bare, 0.5)) * 1000)
        p99s.append((quantile(through, 0.99) - quantile(bare, 0.99)) * 1000)
    return Added(statistics.median(p50s), statistics.median(p99s))


def streams(subject: Subject, *, connections: int, seconds: float, spread_seconds: float = 0.0) -> Streams:
    """Streams as fast, or as paced, as the upstream behind the subject makes them."""
    seen = run(subject, stream=True, connections=connections, seconds=seconds, spread_seconds=spread_seconds)
    return Streams(
        chunks_per_second=seen.chunks / seen.seconds,
        first_ms=quantile(seen.latencies, 0.5) * 1000,
        delay_p50_ms=quantile(seen.chunk_delays, 0.5) * 1000,
        delay_p99_ms=quantile(seen.chunk_delays, 0.99) * 1000,
    )


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def healthy(subject: Subject) -> bool:
    """Whether the gateway itself says that all is well after the load."""
    with urlopen(subject.url.replace("/chat/completions", "/health"), timeout=5) as answer:
        return bool(json.loads(answer.read())["status"] == "ok")
