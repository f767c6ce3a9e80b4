"""Ports for what a test starts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import SystemRandom


def free_port() -> int:
    """A port that nobody has, and that no connection going out is given meanwhile: theirs begin at 32768."""
    while True:
        port = SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def kept_port() -> Iterator[int]:
    """A port for servers that follow each other while the block runs; between two of them nobody else gets it."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]
