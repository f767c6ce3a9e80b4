"""The console on a terminal of its own: how soon a key is seen, what it takes while much happens or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Condition, Thread

from console.commandline.launch import command, end, environment
from tests.bench import screen
from tests.bench.console_gateway import KEYS, RATE
from tests.bench.machine import cpu_seconds, resident_mb, work_seconds

SETTLING_SECONDS, IDLE_SECONDS = 4.0, 20.0
PRESSES, PAGES_DOWN = 60, 60
PATIENCE_SECONDS = 30.0


@dataclass(slots=True)
class Watched:
    """What a program writes to its terminal, as it comes."""

    terminal: int
    pid: int
    written: int = 0
    _seen: bytes = b""
    _news: Condition = field(default_factory=Condition)

    def follow(self) -> None:
        """Read on until the terminal is closed."""
        try:
            while piece := os.read(self.terminal, 65536):
                with self._news:
                    self.written += len(piece)
                    self._seen += piece
                    self._news.notify_all()
        except OSError:
            pass  # the program ended

    def press(self, keys: bytes, *until: bytes) -> float:
        """Press keys; gives the milliseconds until one of these texts is written, or anything. Raises RuntimeError."""
        with self._news:
            self._seen, began = b"", time.perf_counter()
            os.write(self.terminal, keys)
            came = self._news.wait_for(lambda: self._has(until), PATIENCE_SECONDS)
            if not came:
                raise RuntimeError(f"{keys!r} did not bring {until}: {self._seen[-2000:].decode(errors='replace')}")
            return (time.perf_counter() - began) * 1000

    def _has(self, texts: Sequence[bytes]) -> bool:
        return any(text in self._seen for text in texts) if texts else bool(self._seen)


@dataclass(frozen=True, slots=True)
class Load:
    """What it takes while events arrive."""

    key_p50_ms: float
    key_p95_ms: float
    work_p50_ms: float
    work_p95_ms: float
    """The console's own processor time between a key and what it brings: what else the machine does is not in it."""
    cpu_percent: float
    first_mb: float
    last_mb: float


@contextmanager
def watched(rate: int) -> Iterator[Watched]:
    """The console before a gateway that sends so many events a second."""
    words = [sys.executable, "-P", "-m", "tests.bench.console_gateway", str(rate)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment(os.environ)) as gateway:
        try:
            assert gateway.stdout is not None
            url = f"http://127.0.0.1:{int(gateway.stdout.readline())}"
            with TemporaryDirectory(prefix="tollhouse-bench-") as home:
                environ = {**os.environ, "TOLLHOUSE_OPERATOR_KEY": "th-bench", "XDG_STATE_HOME": home}
                with screen.opened(command("console.cli", "console", "--gateway", url), environ) as (pid, terminal):
                    screen.await_paint(terminal)
                    console = Watched(terminal, pid)
                    Thread(target=console.follow, daemon=True).start()
                    yield console
        finally:
            end(gateway)


def under_load(seconds: float) -> Load:
    """A key press is seen when the line that says whether the list follows does."""
    with watched(RATE) as console:
        console.press(b"2", b"following")
        time.sleep(SETTLING_SECONDS)
        first, before, began = resident_mb(console.pid), cpu_seconds(console.pid), time.monotonic()
        time.sleep(seconds)
        cpu = (cpu_seconds(console.pid) - before) / (time.monotonic() - began) * 100
        times, work = [], []
        for number in range(PRESSES):
            worked = work_seconds(console.pid)
            times.append(console.press(b"f", *((b"f follows",) if number % 2 == 0 else (b"following",))))
            work.append((work_seconds(console.pid) - worked) * 1000)
            time.sleep(0.05 + number % 7 / 100)
        cuts, worked_cuts = quantiles(times, n=20), quantiles(work, n=20)
        return Load(cuts[9], cuts[18], worked_cuts[9], worked_cuts[18], cpu, first, resident_mb(console.pid))


def at_rest() -> tuple[float, int]:
    """(percent of a core, bytes written to the terminal) while nobody does anything, a live tail open."""
    with watched(0) as console:
        console.press(b"2", b"following")
        time.sleep(SETTLING_SECONDS)
        written, before = console.written, cpu_seconds(console.pid)
        time.sleep(IDLE_SECONDS)
        return (cpu_seconds(console.pid) - before) / IDLE_SECONDS * 100, console.written - written


def paging() -> tuple[float, float]:
    """(median, worst) milliseconds until a page down in a list of 100,000 keys is seen."""
    with watched(0) as console:
        console.press(b"4", f"Keys {KEYS:,}".encode())
        time.sleep(SETTLING_SECONDS)
        times = []
        for _ in range(PAGES_DOWN):
            times.append(console.press(b"\x04"))
            time.sleep(0.05)
        times += [console.press(b"G"), console.press(b"g")]
        return quantiles(times, n=2)[0], max(times)


def opening(times: int) -> float:
    """Milliseconds until a log whose answer has a megabyte shows its conversation."""
    taken = []
    for _ in range(times):
        with watched(0) as console:
            console.press(b"2", b"following")
            time.sleep(SETTLING_SECONDS / 2)
            console.press(b"k")
            console.press(b"\r", b"Timings")
            taken.append(console.press(b"l", b"All work and no play"))
    return sorted(taken)[len(taken) // 2]
