"""Processes on cores of their own, and what the kernel says about them. Linux only, as the numbers are."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from console.commandline.launch import end, environment

GATEWAY_CORE, LOAD_CORE = 0, 1
"""What is measured has a core of its own; upstream and clients share the other."""
START_SECONDS = 60.0
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def pinned(
    words: Sequence[str], core: int, environ: Mapping[str, str] = os.environ
) -> Iterator[subprocess.Popen[bytes]]:
    """A program on one core for as long as the block runs, silent unless it fails."""
    before = os.sched_getaffinity(0)
    with tempfile.TemporaryFile() as errors:
        os.sched_setaffinity(0, {core})
        try:
            process = subprocess.Popen(
                words, env=environment(environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        finally:
            os.sched_setaffinity(0, before)
        with process:
            try:
                yield process
            finally:
                end(process)
                if process.returncode not in (0, -15, 143):
                    errors.seek(0)
                    sys.stderr.write(errors.read().decode(errors="replace")[-2000:])


def await_answer(url: str, process: subprocess.Popen[bytes]) -> float:
    """Seconds until `url` answers 200. Raises RuntimeError if the program ends first or takes too long."""
    began = time.perf_counter()
    while time.perf_counter() - began < START_SECONDS and process.poll() is None:
        try:
            with urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except OSError:
            time.sleep(0.005)
    raise RuntimeError(f"nothing answers at {url}")


def work_seconds(pid: int) -> float:
    """Processor time of a process so far, to the microsecond. Source: glibc's clock_getcpuclockid."""
    return time.clock_gettime(~pid << 3 | 2)


def tree(pid: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from tree(int(child))


def cpu_seconds(pid: int) -> float:
    """What a process and its descendants have used so far."""
    ticks = 0
    for each in tree(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def resident_mb(pid: int) -> float:
    """Memory of a process and its descendants, as the kernel counts it (shared pages once for each)."""
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in tree(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def idle_percent(pids: Sequence[int], seconds: float) -> float:
    """How much of one core these processes use while nobody does anything."""
    before = sum(map(cpu_seconds, pids))
    time.sleep(seconds)
    return (sum(map(cpu_seconds, pids)) - before) / seconds * 100
