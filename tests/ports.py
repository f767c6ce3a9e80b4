"""Ports for what a test starts."""

import socket
from contextlib import suppress
from random import SystemRandom


def free_port() -> int:
    """A port that nobody has, and that no connection going out is given meanwhile: theirs begin at 32768."""
    while True:
        port = SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
