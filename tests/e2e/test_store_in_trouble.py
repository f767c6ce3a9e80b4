"""A database that is locked, a disk that is full: requests are answered all the same, and nothing is lost or hidden."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.e2e.running import CHAT, Gateway, Json, add_demo, ask, client, eventually, gateway_in, new_key

TRACES = [f"in-trouble-{number}" for number in range(12)]


@contextmanager
def furnished(home: Path, vendor_url: str) -> Iterator[tuple[Gateway, httpx.Client]]:
    """A gateway that has written down what there is to write, and an application."""
    with gateway_in(home) as gateway:
        add_demo(gateway.admin, vendor_url)
        with client(gateway.url, new_key(gateway.admin)) as app:
            eventually(lambda: gateway.admin.get("/v1/models").json()["data"])
            yield gateway, app


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process holds the database."""
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


def ask_all(app: httpx.Client) -> list[int]:
    """Ask, whole and streamed by turns, each with a trace of its own; the statuses."""
    return [
        app.post(CHAT, json=ask(stream=number % 2 == 0), headers={"x-portkey-trace-id": trace}).status_code
        for number, trace in enumerate(TRACES)
    ]


def degraded(gateway: Gateway) -> Json:
    """Its health when it says that it is not well, otherwise nothing."""
    said = gateway.health()
    return said if said["status"] == "degraded" else {}


def new_key_refused(gateway: Gateway, name: str) -> httpx.Response:
    """How a change is answered that cannot be written down."""
    return gateway.admin.post("/v1/api-keys/workspace/service", json={"name": name, "scopes": ["logs.list"]})


def well(gateway: Gateway) -> bool:
    """Whether it is well again, and has written everything down."""
    said = gateway.health()
    return bool(said["status"] == "ok" and said["writer"]["waiting"] == 0)


def logged(gateway: Gateway) -> list[str]:
    """The traces in the log, oldest first."""
    return [record["trace_id"] for record in reversed(gateway.logs())]


def test_locked_database(tmp_path: Path, vendor_url: str) -> None:
    """While another program holds the database requests are answered and health says why they wait; then all are there.

    What the operator changes meanwhile is refused with 503 and a `Retry-After`, and has changed nothing.
    """
    with furnished(tmp_path / "home", vendor_url) as (gateway, app):
        with locked(gateway.home / "tollhouse.db"), ThreadPoolExecutor() as beside:
            changing = beside.submit(new_key_refused, gateway, "x")  # it waits some seconds for the lock
            answers = ask_all(app)
            health = eventually(lambda: degraded(gateway))
            stats = gateway.admin.get("/v1/stats").json()
            refused = changing.result()
        eventually(lambda: well(gateway))
        found, keys = logged(gateway), gateway.admin.get("/v1/api-keys").json()["data"]

    assert answers == [200] * len(TRACES)
    assert (health["writer"]["status"], health["writer"]["waiting"]) == ("degraded", len(TRACES))
    assert "tollhouse.db` is locked by another program" in health["writer"]["reason"]
    assert (stats["status"], stats["reason"]) == ("degraded", health["writer"]["reason"])
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["error"]["code"] == "database_unavailable"
    assert (found, [key["name"] for key in keys]) == (TRACES, ["webui"])


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of so many megabytes."""
    mount, folder = shutil.which("mount"), tmp_path / "disk"
    folder.mkdir()
    words = [mount or "", "-t", "tmpfs", "-o", f"size={request.param}m", "tollhouse-test", str(folder)]
    if mount is None or os.geteuid() or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("a small file system is mounted by root only, where mounting is allowed")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Leave no byte of a file system; gives the file that has them."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as writing:
        for size in (1 << 20, 4096, 1):
            try:
                while writing.write(bytes(size)) == size:
                    pass
            except OSError:
                pass  # no room for so many
    return file


@pytest.mark.parametrize("disk", [8], indirect=True)
def test_full_disk(disk: Path, vendor_url: str) -> None:
    """On a full disk requests are answered and health says what to do; once there is room all are in the log."""
    with furnished(disk / "home", vendor_url) as (gateway, app):
        filler = fill(disk)
        answers = ask_all(app)
        health = eventually(lambda: degraded(gateway))
        refused = new_key_refused(gateway, "x" * 9000)
        filler.unlink()
        eventually(lambda: well(gateway))
        found = logged(gateway)

    assert answers == [200] * len(TRACES)
    assert (health["writer"]["waiting"], "make" in health["writer"]["reason"]) == (len(TRACES), True)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert found == TRACES


@pytest.mark.parametrize("disk", [64], indirect=True)
def test_reserve_on_a_full_disk(disk: Path, vendor_url: str) -> None:
    """Where there was room for a reserve the next requests are in the log although the disk is full."""
    with furnished(disk / "home", vendor_url) as (gateway, app):
        fill(disk)
        answers = ask_all(app)
        found = logged(gateway)

    assert (answers, found) == ([200] * len(TRACES), TRACES)
