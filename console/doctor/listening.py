"""Looks at the gateway's port: who answers there, and how it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

from console.commandline.address import UNIX, Address
from console.commandline.probe import Health, Stranger, probe
from console.doctor.finding import Finding, bad, ok, warn

LISTENING = "0A"
"""A socket state in /proc/net/tcp (linux/include/net/tcp_states.h)."""


def gateway_at(address: Address) -> Iterator[Finding]:
    """Nobody, our gateway, or somebody else."""
    match probe(address.url):
        case Health(ready=True, version=version, reason=None):
            yield ok(f"A gateway {version} answers at {address.url}")
        case Health(ready=ready, version=version, reason=reason):
            found = f"The gateway {version} at {address.url} says: {reason}"
            mend = "Mend what it says; it goes on by itself."
            yield warn(found, mend) if ready else bad(found, mend)
        case Stranger(said):
            found = f"Port {address.port} is used by {owner(address.port)} ({said})"
            yield bad(found, "End that program, or choose another port with `--port`.")
        case None:
            yield vacancy(address)


def own_door(address: Address) -> Iterator[Finding]:
    """Where the admin API is, if it has a door of its own: at its address, for the right users, and not elsewhere."""
    if address.own_door is None:
        return
    file = Path(address.own_door.removeprefix(UNIX)) if address.own_door.startswith(UNIX) else None
    if file is not None and file.is_socket() and file.stat().st_mode & 0o077:
        yield bad(f"{file} is open to other users", f"`chmod 600 {file}`")
    match probe(address.own_door), probe(address.url):
        case Health(version=version), _:
            yield ok(f"The admin API of {version} has a door of its own at {address.own_door}")
        case _, Health():
            found = f"Nobody answers at {address.own_door}, where the admin API is to have its own door"
            yield bad(found, "The gateway runs with other settings; start it again.")
        case Stranger(said), _:
            yield bad(f"{address.own_door} is used by something else ({said})", "Choose another for the admin API.")


def vacancy(address: Address) -> Finding:
    """Whether a gateway could start there."""
    try:
        family = socket.getaddrinfo(address.host, address.port)[0][0]
        with socket.socket(family) as ours:
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            ours.bind((address.host, address.port))
    except (OSError, OverflowError) as error:
        found = f"A gateway cannot listen at {address.host}:{address.port}: {error}"
        return bad(found, f"Used by {owner(address.port)}. Choose another with `--host` and `--port`.")
    return ok(f"No gateway runs at {address.url}, and the port is free; `tollhouse` starts one")


def owner(port: int) -> str:
    """The program that listens at `port`, as far as Linux tells this user."""
    sockets = {f"socket:[{inode}]" for inode in inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(file.readlink()) in sockets for file in (folder / "fd").iterdir()):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                return f"process {folder.name} (`{' '.join(words).strip()[:80]}`)"
        except OSError:
            continue  # another user's, or gone meanwhile
    return "a program of another user"


def inodes(port: int) -> Iterator[str]:
    """The sockets that listen at `port`."""
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            _, local, _, state, *_, inode = line.split()[:10]
            if state == LISTENING and int(local.rpartition(":")[2], 16) == port:
                yield inode
