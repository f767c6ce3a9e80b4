"""The demo's throw-away installation: a vendor, a gateway in a home of its own, applications with keys, and traffic."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from console.commandline.address import HOST, PORT, Address
from console.commandline.launch import Child, NotStarted, child, gateway
from console.demo.furniture import furnish
from console.demo.traffic import PROVIDER, Plan


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is running."""

    gateway: str
    vendor: str
    home: Path
    operator_key: str
    application_key: str
    """A key that anyone at this machine may try the gateway with."""

    def summary(self) -> str:
        """What a newcomer needs to join in."""
        return "\n".join(
            (
                f"Gateway          {self.gateway}/v1",
                f"API key          {self.application_key}",
                f"Models           {PROVIDER}/gpt-4o, {PROVIDER}/demo-fast, {PROVIDER}/demo-error-503, …",
                f"Simulated vendor {self.vendor}",
                f"Throw-away home  {self.home}",
            )
        )


@contextmanager
def throwaway(port: int | None, pace: float) -> Iterator[Stage]:
    """The whole demo for as long as the block runs; nothing of it is left afterwards. Raises NotStarted."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TOLLHOUSE_")}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tollhouse-demo-", ignore_cleanup_errors=True))
        home, address = Path(folder), Address(HOST, port or free_port())
        arguments = ("--port", "0", "--pace", str(pace))
        vendor = stack.enter_context(child("console.demo.vendor", *arguments, environ=ours, stdout=subprocess.PIPE))
        started = stack.enter_context(gateway(address, "--home", folder, environ=ours))
        if not started:
            raise NotStarted(f"A gateway runs at {address.url} already. Give the demo another port with `--port`.")
        operator_key = (home / "operator.key").read_text().strip()
        vendor_url = announced(vendor)
        plan = Plan(address.url, furnish(address.url, operator_key, vendor_url))
        stack.enter_context(traffic(plan, ours))
        yield Stage(address.url, vendor_url, home, operator_key, next(iter(plan.keys.values())))


def free_port() -> int:
    """The usual port, or any when that is taken."""
    for wanted in (PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                continue
            taken: int = probe.getsockname()[1]
            return taken
    raise NotStarted("This machine has no free port.")


def announced(vendor: Child) -> str:
    """The address that the vendor says it listens at."""
    line = vendor.process.stdout.readline().decode() if vendor.process.stdout else ""
    if not line:
        raise NotStarted(f"The simulated vendor did not start:\n{vendor.last_words()}")
    return line.rpartition(" ")[2].strip()


@contextmanager
def traffic(plan: Plan, environ: dict[str, str]) -> Iterator[None]:
    """Requests, for as long as the block runs."""
    with child("console.demo.traffic", environ=environ, stdin=subprocess.PIPE) as driver:
        if driver.process.stdin is not None:
            driver.process.stdin.write(msgspec.json.encode(plan))
            driver.process.stdin.close()
        yield


def stay(seconds: float | None) -> None:
    """Do nothing, for some time or until interrupted."""
    deadline = None if seconds is None else time.monotonic() + seconds
    while deadline is None or time.monotonic() < deadline:
        time.sleep(0.2)
