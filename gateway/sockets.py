"""Where the gateway listens: at a port, or at a Unix socket that is for its own user alone."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

if TYPE_CHECKING:
    from gateway.api.asgi import Door

BACKLOG = 2048
"""Connections that wait to be accepted."""
PRIVATE = 0o600


class CannotStart(Exception):
    """The gateway cannot start; says why, and what to do."""


@asynccontextmanager
async def at_port(host: str, port: int, door: Door) -> AsyncIterator[None]:
    """Serve there for as long as the block runs. Raises CannotStart."""
    refuse_taken(host, port)
    async with serving(server(door, host, port)):
        yield


@asynccontextmanager
async def at_socket(file: Path, door: Door) -> AsyncIterator[None]:
    """Serve there, for nobody but the user the gateway runs as. Raises CannotStart."""
    clear(file)
    async with AsyncExitStack() as stack:
        with masked(0o777 & ~PRIVATE):  # from its first moment on: a mode that is set afterwards comes too late
            await stack.enter_async_context(serving(server(door, socket_file=file)))
        yield


def server(door: Door, host: str = "", port: int = 0, socket_file: Path | None = None) -> Server:
    """A server of our process and its event loop."""
    return Server(
        door,
        address=host,
        port=port,
        uds=socket_file,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=BACKLOG,
        log_enabled=False,
    )


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    """It answers for as long as the block runs."""
    running = asyncio.create_task(server.serve())
    await asyncio.sleep(0)  # binding the socket is its first step
    try:
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await running


def refuse_taken(host: str, port: int) -> None:
    """Raises CannotStart if the address is not ours to listen at; the server itself would share a port with another."""
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ours.bind(place)
    except OSError as error:
        how = "Choose another with `--host` and `--port`."
        raise CannotStart(f"It cannot listen at {host}:{port} ({error.strerror}). {how}") from error


def clear(file: Path) -> None:
    """Make room for a socket where a gateway that was killed has left one, and nowhere else. Raises CannotStart."""
    try:
        if file.exists():
            refuse_used(file)
            file.unlink()
        with socket.socket(socket.AF_UNIX) as ours:
            ours.bind(str(file))
        file.unlink()
    except OSError as error:
        how = "Choose another `admin_socket`, in a folder that is there."
        raise CannotStart(f"It cannot listen at the socket `{file}` ({error}). {how}") from error


def refuse_used(file: Path) -> None:
    """Raises CannotStart if it is something else than a socket, or somebody listens there."""
    if not stat.S_ISSOCK(file.stat().st_mode):
        raise CannotStart(f"`{file}` is there already and no socket. Choose another `admin_socket`.")
    with socket.socket(socket.AF_UNIX) as probe:
        if probe.connect_ex(str(file)) == 0:
            raise CannotStart(f"Somebody listens at the socket `{file}` already. Choose another `admin_socket`.")


@contextmanager
def masked(mask: int) -> Iterator[None]:
    """New files without these permissions."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
