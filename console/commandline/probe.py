"""Asks an address once whether a gateway of ours is there; standard library alone, for it runs before every start."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from console.commandline.address import UNIX

TIMEOUT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """What `/v1/health` of a gateway said."""

    ready: bool
    version: str
    reason: str | None
    """Why it is not ready, or not as well as it should be."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody answers, who is no Tollhouse gateway."""

    said: str


def probe(url: str) -> Health | Stranger | None:
    """Who answers at the base URL `url`; None if nobody does."""
    connection = connection_to(url)
    path = "" if url.startswith(UNIX) else urlsplit(url).path.rstrip("/")
    try:
        connection.request("GET", f"{path}/v1/health")
        answer = connection.getresponse()
        return health_of(answer.status, answer.read(65536))
    except http.client.HTTPException as error:
        return Stranger(f"no HTTP ({type(error).__name__})")
    except TimeoutError:
        return Stranger(f"nothing within {TIMEOUT_SECONDS:.0f} seconds")
    except OSError:
        return None
    finally:
        connection.close()


class SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, file: str) -> None:
        super().__init__("gateway", timeout=TIMEOUT_SECONDS)
        self._file = file

    def connect(self) -> None:
        """Reach the socket in place of a host."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._file)


def connection_to(url: str) -> http.client.HTTPConnection:
    """What asks there; `unix:/path` is a socket."""
    if url.startswith(UNIX):
        return SocketConnection(url.removeprefix(UNIX))
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    return kind(address.hostname or "", address.port, timeout=TIMEOUT_SECONDS)


def health_of(status: int, body: bytes) -> Health | Stranger:
    """Read a health answer, ready (200) or not (503)."""
    try:
        said: dict[str, Any] = json.loads(body)
        parts = [said["database"].get("reason"), said["writer"].get("reason")]
        return Health(status == 200, said["version"], next(filter(None, parts), None))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Stranger(f"status {status} and no health of a Tollhouse gateway")
