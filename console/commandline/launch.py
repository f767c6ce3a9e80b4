"""Starts programs of ours as children, knows when they are ready, and ends them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from console.commandline.address import Address
from console.commandline.probe import Health, Stranger, probe

READY_SECONDS = 20.0
"""How long a gateway may take to start; it takes one, more when it upgrades a large database."""
DRAIN_SECONDS = 15.0
"""How long a child may take to end after SIGTERM."""
LOOK_SECONDS = 0.02
"""Between two looks at a gateway that is starting."""
LAST_LINES = 12


class NotStarted(Exception):
    """A gateway could not be started, or somebody else is where it should be; says what to do."""


def command(module: str, *arguments: str) -> list[str]:
    """The words that run a module of ours; `-P`, for a folder of that name where the user stands must not be run."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """`given`, with the packages found where this one was, installed or not."""
    ours = str(Path(__file__).parents[2])
    return {**given, "PYTHONPATH": os.pathsep.join(filter(None, (ours, given.get("PYTHONPATH"))))}


@contextmanager
def gateway(address: Address, *arguments: str, environ: Mapping[str, str] = os.environ) -> Iterator[bool]:
    """A gateway at `address` for as long as the block runs; True if it had to be started, and so ends with it.

    One that answers already is left alone. Raises NotStarted.
    """
    match probe(address.url):
        case Stranger(said):
            raise NotStarted(stranger_at(address, said))
        case Health():
            yield False
        case None:
            where = ("--host", address.host, "--port", str(address.port))
            with child("gateway", *where, *arguments, environ=environ) as started:
                await_gateway(address, started)
                yield True


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours, and what it says on standard error (it has none of our terminal, which a console draws on)."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]

    def last_words(self) -> str:
        """The end of what it said."""
        self.errors.seek(0)
        return "\n".join(self.errors.read().decode(errors="replace").splitlines()[-LAST_LINES:]) or "(it said nothing)"


@contextmanager
def child(
    module: str,
    *arguments: str,
    environ: Mapping[str, str] = os.environ,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> Iterator[Child]:
    """A module of ours as a process; ended with SIGTERM, and waited for, when the block ends.

    It has a session of its own: a terminal that is closed, or Ctrl+C in it, would otherwise kill it in mid-request.
    """
    words, variables = command(module, *arguments), environment(environ)
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            words, env=variables, stdin=stdin, stdout=stdout or errors, stderr=errors, start_new_session=True
        ) as process,
    ):
        try:
            yield Child(process, errors)
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, wait until it has, and insist in the end."""
    process.terminate()
    try:
        process.wait(DRAIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def await_gateway(address: Address, started: Child) -> None:
    """Return when it answers. Raises NotStarted with its last words if it ends first, or takes too long."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        ended = started.process.poll() is not None
        match probe(address.url):
            case Health():
                return  # perhaps another's, started at the same moment; it serves as well
            case Stranger(said) if ended:
                raise NotStarted(stranger_at(address, said))
        if ended:
            raise NotStarted(f"The gateway did not start:\n{started.last_words()}\n`tollhouse doctor` may know more.")
        time.sleep(LOOK_SECONDS)
    raise NotStarted(f"The gateway is not ready after {READY_SECONDS:.0f} seconds:\n{started.last_words()}")


def stranger_at(address: Address, said: str) -> str:
    """What to do about a port that somebody else has."""
    return f"Port {address.port} is in use by something else ({said}). Give another with `--port`."


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into an ordinary exit, so that children end with us when the terminal is closed."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
