"""Tollhouse and its simulated vendor as processes of their own, with what a test needs to ask them."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from console.commandline.address import Address
from console.commandline.launch import await_gateway, child, command, environment
from console.demo.stage import announced
from console.demo.vendor import SimulatedVendor
from tests.ports import free_port

Json = dict[str, Any]
T = TypeVar("T")
PATIENCE_SECONDS = 30.0
"""How long a test waits for what must come; only a failing one waits that long."""
LOOK_SECONDS = 0.05
CHAT = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Gateway:
    """It runs. `admin` carries the owner's key."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    key: str
    """The owner's."""
    admin: httpx.Client

    @property
    def port(self) -> int:
        """Where it listens."""
        return httpx.URL(self.url).port or 0

    def health(self) -> Json:
        """What it says of itself."""
        said: Json = self.admin.get("/v1/health").json()
        return said

    def logs(self, **filters: str) -> list[Json]:
        """Every log record there is, newest first, once all of them are in the database."""
        eventually(lambda: self.health()["writer"]["waiting"] == 0)
        found: list[Json] = []
        cursor: Json = dict(filters)
        while True:
            page = self.admin.get("/v1/logs", params={"limit": 1000} | cursor).raise_for_status().json()
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            cursor |= {"cursor": page["next_cursor"]}


def environ_of(home: Path, **variables: str) -> dict[str, str]:
    """The environment of a user whose home folder is `home`, and who has set nothing else of ours."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("TOLLHOUSE_", "XDG_"))}
    return environment(usual | {"HOME": str(home), "LC_ALL": "C.UTF-8"} | variables)


@contextmanager
def gateway_in(home: Path, *arguments: str, port: int | None = None, **variables: str) -> Iterator[Gateway]:
    """A gateway process for as long as the block runs."""
    address = Address("127.0.0.1", port or free_port())
    where = ("--host", address.host, "--port", str(address.port), "--home", str(home))
    with child("gateway", *where, *arguments, environ=environ_of(home.parent, **variables)) as started:
        await_gateway(address, started)
        key = (home / "operator.key").read_text().strip()
        with client(address.url, key) as admin:
            yield Gateway(address.url, home, started.process, key, admin)


@contextmanager
def vendor_process(environ: Mapping[str, str]) -> Iterator[str]:
    """A simulated vendor that answers at once; yields its base URL."""
    words = ("--port", "0", "--pace", "0")
    with child("console.demo.vendor", *words, environ=environ, stdout=subprocess.PIPE) as started:
        yield f"{announced(started)}/v1"


def run(*arguments: str, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`tollhouse` with these arguments, run to its end."""
    words, environ = command("console.cli", *arguments), environ_of(home, **variables)
    return subprocess.run(words, env=environ, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)


def add_demo(admin: httpx.Client, vendor_url: str) -> None:
    """An integration for the simulated vendor, with a provider `@demo`."""
    configurations = {"custom_host": vendor_url}
    body = {"name": "Demo", "slug": "demo", "ai_provider_id": "openai", "key": "sk-x", "configurations": configurations}
    admin.post("/v1/integrations", json=body).raise_for_status()


def new_key(admin: httpx.Client, *scopes: str, name: str = "webui") -> str:
    """The secret of a new API key."""
    body = {"name": name, "scopes": scopes or ("completions.write",)}
    made: Json = admin.post("/v1/api-keys/workspace/service", json=body).raise_for_status().json()
    key: str = made["key"]
    return key


def client(url: str, key: str) -> httpx.Client:
    """A client with an API key."""
    return httpx.Client(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=20, trust_env=False)


def async_client(url: str, key: str) -> httpx.AsyncClient:
    """The same, for many requests at once."""
    return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=20, trust_env=False)


def ask(text: str = "Hello", *, model: str = "@demo/gpt-4o", **more: Any) -> Json:
    """The body of a chat request."""
    return {"model": model, "messages": [{"role": "user", "content": text}]} | more


@dataclass(frozen=True, slots=True)
class Furnished:
    """A home to be copied: it has a provider `@demo`, whose vendor is to listen at `vendor_port`, and a key."""

    home: Path
    vendor_port: int
    app_key: str

    def copy(self, home: Path) -> Path:
        """The same for a gateway of one's own."""
        return shutil.copytree(self.home, home)


async def reached(vendor: SimulatedVendor, requests: int) -> None:
    """Wait until the vendor was asked so often."""

    async def is_reached() -> bool:
        return len(vendor.requests) >= requests

    await soon(is_reached)


async def acquainted(vendor: SimulatedVendor) -> None:
    """Wait until a gateway that starts has asked for the models, for it would take an answer meant for a chat."""
    await reached(vendor, 1)
    vendor.forget()


async def draining(url: str) -> None:
    """Wait until a gateway says that it is on its way out."""
    async with async_client(url, "none") as anybody:

        async def says_so() -> bool:
            return (await anybody.get("/v1/health")).status_code == 503

        await soon(says_so)


def is_open(port: int) -> bool:
    """Whether somebody listens at a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes_of(home: Path) -> dict[int, str]:
    """Our processes that were told of this home, with their command lines; one that is dead has none."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue  # it ended meanwhile
        if words[0] == sys.executable and str(home) in words:
            found[int(process.name)] = " ".join(words)
    return found


def eventually(look: Callable[[], T]) -> T:
    """What `look` finds, as soon as it finds something. Raises AssertionError when it never does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE_SECONDS:.0f} seconds"
        time.sleep(LOOK_SECONDS)
    return found


async def soon(look: Callable[[], Awaitable[T]]) -> T:
    """As `eventually`, while other tasks go on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := await look()):
        assert time.monotonic() < deadline, f"still {found!r} after {PATIENCE_SECONDS:.0f} seconds"
        await asyncio.sleep(LOOK_SECONDS)
    return found
