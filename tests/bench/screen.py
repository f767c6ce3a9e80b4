"""A program on a terminal of its own: when it first draws something, and what it uses while nobody looks."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread

from console.commandline.launch import end, environment

COLUMNS, ROWS = 120, 40
CONTROL = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[\]P][^\x07\x1b]*(\x07|\x1b\\)|[@-Z\\^_=>])|[\x00-\x20]")
"""Escape sequences and blanks: what does not show. Source: ECMA-48."""
WHOLE_SCREEN, PAINTED = b"\x1b[?1049h", 40
"""A screen counts as painted when so many signs were drawn on it after it was taken over."""
PATIENCE_SECONDS = 30.0


@contextmanager
def drawn(words: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[int, float]]:
    """A program on a new terminal; yields its process id and the seconds until its first paint."""
    began = time.perf_counter()
    with opened(words, environ) as (pid, terminal):
        first_paint = await_paint(terminal) - began
        Thread(target=swallow, args=[terminal], daemon=True).start()
        yield pid, first_paint


@contextmanager
def opened(words: Sequence[str], environ: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """A program on a new terminal; yields its process id and our end of the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    variables = environment({**environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True)
    os.close(theirs)
    with process:
        try:
            yield process.pid, ours
        finally:
            end(process)
            os.close(ours)


def await_paint(terminal: int) -> float:
    """The moment at which something can be read on the screen. Raises RuntimeError with what was written instead."""
    seen = b""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while time.perf_counter() < deadline:
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            break  # the program ended
        _, took_over, drawing = seen.partition(WHOLE_SCREEN)
        if took_over and len(CONTROL.sub(b"", drawing)) >= PAINTED:
            return time.perf_counter()
    raise RuntimeError(f"nothing was drawn: {seen[-2000:].decode(errors='replace')}")


def swallow(terminal: int) -> None:
    """Read on, or the program would wait for us."""
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass  # closed: the measurement is over
