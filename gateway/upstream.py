"""The only file that opens a connection to a vendor."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.errors import VendorBroke, VendorFailed, VendorSlow, VendorUnreachable
from gateway.http1 import Connection, ConnectionBroke, ConnectionStalled, Patience, head_of

if TYPE_CHECKING:
    from gateway.vendors.vendor import Sent

IDLE_SECONDS = 20.0
"""How long an unused connection is kept; vendors close theirs after a minute or more."""
MOST_IDLE = 256
"""Unused connections kept for one address."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a base URL leads."""

    host: str
    port: int
    tls: bool
    path: str
    named: str
    """As the `host` header has it."""


@lru_cache(maxsize=4096)
def address_of(base_url: str) -> Address:
    """A base URL taken apart. Raises ValueError."""
    url = urlsplit(base_url)
    tls = url.scheme == "https"
    return Address(url.hostname or "", url.port or (443 if tls else 80), tls, url.path.rstrip("/"), url.netloc)


@lru_cache(maxsize=1)
def certificates() -> ssl.SSLContext:
    """Whom to trust: what this machine trusts, and Mozilla's list, for small machines have none of their own."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class Reply:
    """A vendor's answer: the head has come, the body is still to be read."""

    __slots__ = ("_begun", "_connection", "_vendor", "headers", "status")

    def __init__(self, connection: Connection, vendor: str) -> None:
        self.status = connection.status
        self.headers = connection.headers
        self._connection = connection
        self._vendor = vendor
        self._begun = b""
        """What was looked at and is still to be read."""

    def wait_with(self, patience: Patience) -> None:
        """How long to wait for the rest of it."""
        self._connection.wait_with(patience)

    async def beginning(self) -> bytes:
        """How the body begins, for a look. Raises VendorBroke and VendorSlow."""
        try:
            self._begun = self._begun or await self._connection.chunk()
        except (ConnectionBroke, ConnectionStalled) as error:
            raise failure(self._vendor, error) from error
        return self._begun

    async def body(self) -> bytes:
        """All of it. Raises VendorBroke and VendorSlow."""
        try:
            return self._begun + await self._connection.body()
        except (ConnectionBroke, ConnectionStalled) as error:
            raise failure(self._vendor, error) from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """It, piece by piece as the network brings it. Raises VendorBroke and VendorSlow."""
        try:
            if self._begun:
                yield self._begun
            while chunk := await self._connection.chunk():
                yield chunk
        except (ConnectionBroke, ConnectionStalled) as error:
            raise failure(self._vendor, error) from error


class Upstream:
    """Connections to every vendor, kept open between requests. Close it in the end."""

    def __init__(self, *, connect_seconds: float, answer_seconds: float, stall_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self.whole, self._streamed = Patience(answer_seconds), Patience(stall_seconds, with_silence_only=True)
        """How long a whole answer may take, and how long a stream may be silent."""
        self._idle: dict[tuple[str, int, bool], list[Connection]] = {}

    def close(self) -> None:
        """Give up every connection that waits."""
        for connections in self._idle.values():
            for connection in connections:
                connection.abort()
        self._idle.clear()

    async def ask(
        self, base_url: str, sent: Sent, headers: Mapping[str, str], vendor: str, seconds: float | None = None
    ) -> tuple[Reply, bytes]:
        """Send a request and wait for the whole answer, at most so long. Raises VendorFailed."""
        patience = self.whole if seconds is None else Patience(seconds)
        address = address_of(base_url)
        connection = await self._answered(address, vendor, head_for(address, sent, headers), sent.body, patience)
        try:
            reply, body = Reply(connection, vendor), connection.whole_body()
            return reply, await reply.body() if body is None else body
        finally:
            self._put_back(address, connection)

    def silent(self, milliseconds: float | None) -> Patience:
        """Silence of so long, however long the whole answer takes; None: as the settings have it."""
        return self._streamed if milliseconds is None else Patience(milliseconds / 1000, with_silence_only=True)

    @asynccontextmanager
    async def open(
        self, base_url: str, sent: Sent, headers: Mapping[str, str], vendor: str, patience: Patience | None = None
    ) -> AsyncIterator[Reply]:
        """Send a request and wait for the head of the answer; leaving closes what was not read. Raises VendorFailed.

        Where no patience is given, silence is what counts.
        """
        address, patience = address_of(base_url), patience or self._streamed
        connection = await self._answered(address, vendor, head_for(address, sent, headers), sent.body, patience)
        try:
            yield Reply(connection, vendor)
        finally:
            self._put_back(address, connection)

    async def _answered(
        self, address: Address, vendor: str, head: bytes, body: bytes, patience: Patience
    ) -> Connection:
        """A connection on which the request was sent and the answer has begun, to be put back.

        One that waited may have been closed by the vendor in the very moment it was used, without a byte of an answer:
        then a new one is tried, once (RFC 9110, section 9.2.2).
        """
        connection = self._waiting(address) or await self._connect(address, vendor)
        while True:
            connection.send(head, body, patience=patience)
            try:
                await connection.answer()
            except (ConnectionBroke, ConnectionStalled) as error:
                connection.leave()
                is_stale = isinstance(error, ConnectionBroke) and connection.served and not connection.has_answered
                if not is_stale:
                    raise failure(vendor, error) from error
            except BaseException:
                connection.leave()
                raise
            else:
                return connection
            connection = await self._connect(address, vendor)

    def _waiting(self, address: Address) -> Connection | None:
        idle = self._idle.get((address.host, address.port, address.tls))
        while idle:
            connection = idle.pop()
            if not connection.is_closed and asyncio.get_running_loop().time() - connection.idle_since < IDLE_SECONDS:
                return connection
            connection.abort()
        return None

    def _put_back(self, address: Address, connection: Connection) -> None:
        if connection.leave():
            idle = self._idle.setdefault((address.host, address.port, address.tls), [])
            idle.append(connection)
            if len(idle) > MOST_IDLE:
                idle.pop(0).abort()

    async def _connect(self, address: Address, vendor: str) -> Connection:
        loop = asyncio.get_running_loop()
        context = certificates() if address.tls else None
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, connection = await loop.create_connection(Connection, address.host, address.port, ssl=context)
        except TimeoutError as error:
            raise unreachable(vendor, f"no connection within {self._connect_seconds:g} seconds") from error
        except (OSError, ValueError) as error:
            raise unreachable(vendor, reason(error)) from error
        return connection


def head_for(address: Address, sent: Sent, headers: Mapping[str, str]) -> bytes:
    """The first lines of a request."""
    named = {**headers, **sent.headers} if sent.headers else headers
    return head_of(address.path + sent.path, address.named, named, len(sent.body), sent.method)


def reason(error: OSError | ValueError) -> str:
    """Why there is no connection, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {error.verify_message}"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    return str(error)


def unreachable(vendor: str, why: str) -> VendorFailed:
    """Nobody is there."""
    return VendorUnreachable(vendor, f"it cannot be reached ({why}); is its base URL right?", retry_after=10)


def slow(vendor: str) -> VendorFailed:
    """Nothing came in time."""
    return VendorSlow(vendor, "no answer in the time allowed; try again, or ask a faster model", retry_after=5)


def failure(vendor: str, error: ConnectionBroke | ConnectionStalled) -> VendorFailed:
    """What a broken connection means for the caller."""
    if isinstance(error, ConnectionStalled):
        return slow(vendor)
    return VendorBroke(vendor, f"the connection broke before the answer was complete ({error})", retry_after=1)
