"""Whether those who are served notice that somebody looks through a large log meanwhile."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from threading import Event, Thread

import httpx

from tests.bench import subjects
from tests.bench.machine import LOAD_CORE
from tests.bench.measure import quantile, run
from tests.bench.subjects import Subject

CONNECTIONS, PAUSE_SECONDS = 4, 0.1
"""Some thousand requests a second; ten questions a second, as several open consoles ask."""


def moved(file: Path, seconds: float, rounds: int) -> Iterator[tuple[str, str, str]]:
    """A row of the table: the p99 of requests without questions and with them, in turns, on a copy of a log."""
    calm, busy = [], []
    with subjects.upstream(LOAD_CORE) as upstream, subjects.tollhouse(upstream, file) as subject:
        run(subject, connections=CONNECTIONS, seconds=seconds)
        for _ in range(rounds):
            calm.append(p99_ms(subject, seconds))
            with asking(subject) as answered:
                busy.append(p99_ms(subject, seconds))
    before, beside = statistics.median(calm), statistics.median(busy)
    told = f"{before:.2f} ms; {beside:.2f} ms beside {len(answered)} questions ({beside / before - 1:+.0%})"
    yield f"p99 of requests, {CONNECTIONS} connections", "moves ≤ 10 %", told


def p99_ms(subject: Subject, seconds: float) -> float:
    """Of requests in one measurement."""
    return quantile(run(subject, connections=CONNECTIONS, seconds=seconds).latencies, 0.99) * 1000


@contextmanager
def asking(subject: Subject) -> Iterator[list[str]]:
    """Have the log and the metrics asked meanwhile, one question after the other; those that were answered."""
    over, answered = Event(), list[str]()
    root = subject.url.removesuffix("/v1/chat/completions")

    def ask() -> None:
        headers = {"x-portkey-api-key": subject.operator_key}
        with httpx.Client(base_url=root, headers=headers, trust_env=False, timeout=30) as client:
            for path in cycle(questions(datetime.now(UTC))):
                if over.wait(PAUSE_SECONDS):
                    return
                client.get(path).raise_for_status()
                answered.append(path)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield answered
    finally:
        over.set()
        thread.join()


def questions(now: datetime) -> list[str]:
    """What a console asks: pages of the log, words in it, graphs of a day and of a year."""

    def graph(days: int) -> str:
        since = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        until = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"/v1/analytics/graphs/requests?time_of_generation_min={since}&time_of_generation_max={until}"

    return [
        "/v1/logs?limit=50",
        "/v1/logs?limit=50&status=error",
        "/v1/logs?limit=50&words=zebra",
        graph(1),
        graph(365),
    ]
