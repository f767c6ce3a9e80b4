"""`make bench`: measures everything the house promises about speed, and prints a table in Markdown."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from console.commandline.launch import command
from tests.bench import console, measure, routing, screen, subjects
from tests.bench import logs as log_file
from tests.bench.answers import MODELS
from tests.bench.console_gateway import KEYS, RATE
from tests.bench.machine import GATEWAY_CORE, LOAD_CORE, idle_percent, resident_mb
from tests.bench.subjects import Subject
from tests.bench.upstream import CHUNKS

MANY, STREAMS, CALM_GAP_MS, BUSY_GAP_MS = 32, 64, 25.0, 6.0
"""Connections, streams, and milliseconds between the chunks of each stream: calm is 2,500 chunks/s, busy 10,000."""

SOAK_SECONDS = 60.0
"""How long the console looks on while much happens."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    promised: str
    measured: str


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    seconds: float
    rounds: int


def throughput(effort: Effort, subject: Subject) -> Iterator[Row]:
    """Requests a second at many connections, and whether every one was written down."""
    measure.run(subject, connections=MANY, seconds=effort.seconds)
    rates = [measure.rate(subject, connections=MANY, seconds=effort.seconds) for _ in range(effort.rounds)]
    middle = sorted(rates, key=lambda rate: rate.per_second)[len(rates) // 2]
    yield Row(
        f"requests/s, {MANY} connections", "≥ 4,000", f"{middle.per_second:,.0f} ({middle.cpu_us:.0f} µs CPU each)"
    )
    if subject.home is not None:
        asked, kept = sum(rate.asked for rate in rates), sum(rate.persisted or 0 for rate in rates)
        yield Row("of these in the database afterwards", "all", f"{kept:,} of {asked:,}")


def dialects(effort: Effort, subject: Subject) -> Iterator[Row]:
    """Requests a second where they have to be translated, against those that are passed through, in turns."""
    subjects_by = {vendor: replace(subject, model=f"@{vendor}/{model}") for vendor, model in MODELS.items()}
    rates: dict[str, list[float]] = {name: [] for name in ("openai", *MODELS)}
    for _ in range(effort.rounds):
        for name, each in {"openai": subject, **subjects_by}.items():
            rates[name].append(measure.rate(each, connections=MANY, seconds=effort.seconds).per_second)
    passed = statistics.median(rates.pop("openai"))
    shares = ", ".join(f"{name} {statistics.median(each) / passed:.0%}" for name, each in rates.items())
    yield Row("requests/s of translated dialects, of those passed through", "≥ 50 %", shares)


def routed() -> Iterator[Row]:
    """What deciding where to go takes."""
    promises = {"3 targets": "≤ 30 µs", "100 conditional targets": "≤ 100 µs"}
    for name, microseconds in routing.added_us().items():
        yield Row(f"routing by a config of {name}, p50", promises[name], f"{microseconds:.1f} µs")


def latency(effort: Effort, direct: Subject, subject: Subject) -> Iterator[Row]:
    """What one request takes longer than without a gateway."""
    added = measure.added(direct, subject, seconds=effort.seconds / 2, rounds=effort.rounds)
    yield Row("added at one connection, p50", "≤ 0.6 ms", f"{added.p50:.2f} ms")
    yield Row("added at one connection, p99", "≤ 3 ms", f"{added.p99:.2f} ms")


def streaming(effort: Effort, subject: Subject) -> Iterator[Row]:
    """Chunks a second when the vendor is as fast as can be."""
    seen = [measure.streams(subject, connections=STREAMS, seconds=effort.seconds) for _ in range(effort.rounds)]
    middle = statistics.median(each.chunks_per_second for each in seen)
    yield Row(f"chunks/s, {STREAMS} streams of 64 chunks", "≥ 10,000", f"{middle:,.0f}")


def pacing(effort: Effort, direct: Subject, subject: Subject, gap_ms: float) -> Iterator[Row]:
    """How much later a chunk arrives when the vendor takes its time, as vendors do."""
    firsts, delays, tails = [], [], []
    lasting = gap_ms * CHUNKS / 1000
    for _ in range(effort.rounds):
        bare, through = (
            measure.streams(each, connections=STREAMS, seconds=effort.seconds, spread_seconds=lasting)
            for each in (direct, subject)
        )
        firsts.append(through.first_ms - bare.first_ms)
        delays.append(through.delay_p50_ms - bare.delay_p50_ms)
        tails.append(through.delay_p99_ms - bare.delay_p99_ms)
    load = f"{STREAMS} streams, {STREAMS / gap_ms * 1000:,.0f} chunks/s"
    promise = "≤ 1 ms" if gap_ms == CALM_GAP_MS else ""
    yield Row(f"first chunk later, p50 ({load})", promise, f"{statistics.median(firsts):.2f} ms")
    middle = f"{statistics.median(delays):.2f} / {statistics.median(tails):.2f} ms"
    yield Row(f"any chunk later, p50 / p99 ({load})", "", middle)


def starting(effort: Effort, upstream: str) -> Iterator[Row]:
    """How long until it is healthy, and what it takes when nobody asks."""
    starts, sizes = [], []
    for _ in range(max(3, effort.rounds)):
        with subjects.tollhouse(upstream) as subject:
            starts.append(subject.start_seconds)
            sizes.append(resident_mb(subject.pid))
    yield Row("healthy after the start, in a new home", "≤ 1.0 s", f"{statistics.median(starts):.2f} s")
    yield Row("gateway's memory when idle", "≤ 120 MB", f"{statistics.median(sizes):.0f} MB")


def drawing(effort: Effort, subject: Subject) -> Iterator[Row]:
    """How soon the console shows something, and what both use while nothing happens."""
    paints, idle = [], 0.0
    root = subject.url.removesuffix("/v1/chat/completions")
    environ = {**os.environ, "TOLLHOUSE_OPERATOR_KEY": subject.operator_key}
    for number in range(max(3, effort.rounds)):
        with screen.drawn(command("console.cli", "console", "--gateway", root), environ) as (pid, first_paint):
            paints.append(first_paint)
            if number == 0:
                idle_percent([pid], 3)  # until it has settled
                idle = idle_percent([pid, subject.pid], 20)
    yield Row("console's first paint", "≤ 0.8 s", f"{statistics.median(paints):.2f} s")
    yield Row("console and gateway idle together", "≤ 2 % of a core", f"{idle:.1f} %")


def operating(effort: Effort, soak_seconds: float) -> Iterator[Row]:
    """What the console takes, and how soon a key is seen: while much happens, while nothing does, in large lists."""
    load = console.under_load(soak_seconds)
    events = f"{RATE:,} events/s in the tail"
    yield Row(
        f"a key on the screen with {events}, p50 / p95",
        "≤ 50 ms",
        f"{load.key_p50_ms:.0f} / {load.key_p95_ms:.0f} ms",
    )
    yield Row("of that the console's own work, p50 / p95", "", f"{load.work_p50_ms:.0f} / {load.work_p95_ms:.0f} ms")
    yield Row(f"console's share of a core with {events}", "≤ 40 %", f"{load.cpu_percent:.0f} %")
    memory = f"{load.last_mb:.0f} MB ({load.last_mb - load.first_mb:+.1f} MB in {soak_seconds:g} s)"
    yield Row(f"console's memory with {events}", "≤ 150 MB", memory)
    percent, written = console.at_rest()
    yield Row("console idle", "≤ 1 % of a core", f"{percent:.1f} %")
    yield Row("sent to the terminal meanwhile", "0 bytes", f"{written:,} bytes")
    middle, worst = console.paging()
    yield Row(f"a page down in {KEYS:,} keys, median / worst", "≤ 50 ms", f"{middle:.0f} / {worst:.0f} ms")
    yield Row("a log with an answer of 1 MB opened", "≤ 300 ms", f"{console.opening(effort.rounds):.0f} ms")


def ours(effort: Effort) -> Iterator[Row]:
    """Every promise."""
    with subjects.upstream(LOAD_CORE) as upstream:
        direct = subjects.nothing(upstream)
        with subjects.tollhouse(upstream) as subject:
            yield from drawing(effort, subject)
            yield from operating(effort, SOAK_SECONDS)
            yield from latency(effort, direct, subject)
            yield from throughput(effort, subject)
            yield from dialects(effort, subject)
            yield from streaming(effort, subject)
        yield from starting(effort, upstream)
    yield from routed()
    for gap_ms in (CALM_GAP_MS, BUSY_GAP_MS):
        with subjects.upstream(LOAD_CORE, gap_ms) as upstream, subjects.tollhouse(upstream) as subject:
            yield from pacing(effort, subjects.nothing(upstream), subject, gap_ms)


def compared(effort: Effort) -> Iterator[str]:
    """The same load on each peer that is installed and on ours in turns, and how many times faster ours is."""
    for name, peer in subjects.PEERS.items():
        try:
            with (
                subjects.upstream(LOAD_CORE) as upstream,
                peer(upstream) as theirs,
                subjects.tollhouse(upstream) as own,
            ):
                yield from beside(effort, subjects.nothing(upstream), own, theirs)
        except LookupError as error:
            yield f"| {name} | {error} | | |"


def beside(effort: Effort, direct: Subject, own: Subject, theirs: Subject) -> Iterator[str]:
    """One peer's rows."""
    rates: tuple[list[float], list[float]] = ([], [])
    chunks: tuple[list[float], list[float]] = ([], [])
    for subject in (own, theirs):  # programs that compile themselves need a warm-up
        measure.run(subject, connections=MANY, seconds=effort.seconds)
    for _ in range(effort.rounds):
        for place, subject in enumerate((own, theirs)):
            rates[place].append(measure.rate(subject, connections=MANY, seconds=effort.seconds).per_second)
            seen = measure.streams(subject, connections=STREAMS, seconds=effort.seconds)
            chunks[place].append(seen.chunks_per_second)
    for what, (mine, other) in (
        ("requests/s", map(statistics.median, rates)),
        ("chunks/s", map(statistics.median, chunks)),
    ):
        yield f"| {theirs.name} | {what} | {mine:,.0f} against {other:,.0f} | {mine / other:.1f} × |"
    mine, other = (
        measure.added(direct, subject, seconds=effort.seconds / 2, rounds=effort.rounds).p50
        for subject in (own, theirs)
    )
    yield f"| {theirs.name} | added, p50 | {mine:.2f} against {other:.2f} ms | {other / mine:.1f} × |"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--seconds", default=5.0, show_default=True, help="How long each single measurement takes.")
@click.option("--rounds", default=3, show_default=True, help="How often each is made; the median counts.")
@click.option("--alone", is_flag=True, help="Without the peers.")
@click.option("--logs", type=int, metavar="N", help="Measure a log of so many records instead, such as 1000000.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep that log there, and use it again the next time.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the tables there as well.")
def main(seconds: float, rounds: int, alone: bool, logs: int | None, folder: Path | None, output: Path | None) -> None:
    """Measure the gateway on one core, with the upstream and the clients on another."""
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("The benchmark needs two cores: one for the gateway, one for everything else.")
    effort, lines = Effort(seconds, rounds), []
    for line in tables(effort, alone=alone) if logs is None else log_table(effort, logs, folder):
        click.echo(line)
        lines.append(line)
    if output is not None:
        output.write_text("\n".join([*lines, ""]))


def tables(effort: Effort, *, alone: bool) -> Iterator[str]:
    """Line by line, as they are measured."""
    yield f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}; gateway on core {GATEWAY_CORE}, "
    yield f"upstream and clients on core {LOAD_CORE}; median of {effort.rounds} rounds of {effort.seconds:g} s.\n"
    yield "| | Promised | Measured |\n|---|---|---|"
    yield from (f"| {row.what} | {row.promised} | {row.measured} |" for row in ours(effort))
    if not alone:
        yield "\n| Beside | | Tollhouse against it | |\n|---|---|---|---|"
        yield from compared(effort)


def log_table(effort: Effort, count: int, folder: Path | None) -> Iterator[str]:
    """What a log of so many records takes to write, to keep and to ask."""
    yield f"{processor()}, Python {platform.python_version()}; {count:,} records over a year.\n"
    yield "| | Promised | Measured |\n|---|---|---|"
    rows = log_file.measured(count, folder, seconds=effort.seconds, rounds=effort.rounds)
    yield from (f"| {' | '.join(row)} |" for row in rows)


def processor() -> str:
    """The name of this machine's processor."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


if __name__ == "__main__":
    main()
