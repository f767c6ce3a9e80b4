"""The only file that opens a connection to a vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from pyreqwest.client import ClientBuilder
from pyreqwest.exceptions import (
    ConnectError,
    ConnectTimeoutError,
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)

from gateway.errors import GatewayError, VendorBroke, VendorSlow, VendorUnreachable

if TYPE_CHECKING:
    from pyreqwest.response import Response

    from gateway.domain import Target

IDLE_SECONDS = 20.0
"""How long an unused connection is kept; vendors close theirs after a minute or more."""


class Reply:
    """A vendor's answer: the head has come, the body is still to be read."""

    __slots__ = ("_response", "_vendor", "headers", "status")

    def __init__(self, response: Response, vendor: str) -> None:
        self.status = response.status
        self.headers: list[tuple[str, str]] = list(response.headers.items())
        self._response = response
        self._vendor = vendor

    async def body(self) -> bytes:
        """All of it. Raises VendorBroke and VendorSlow."""
        try:
            return bytes(await self._response.bytes())
        except PyreqwestError as error:
            raise failure(self._vendor, error) from error

    async def chunks(self) -> AsyncIterator[bytes]:
        """It, piece by piece as the network brings it. Raises VendorBroke and VendorSlow."""
        reader = self._response.body_reader
        try:
            while (chunk := await reader.read_chunk()) is not None:
                yield bytes(chunk)
        except PyreqwestError as error:
            raise failure(self._vendor, error) from error


class Upstream:
    """Connections to every vendor, kept open between requests. Close it in the end."""

    def __init__(self, *, connect_seconds: float, answer_seconds: float, stall_seconds: float) -> None:
        self._answer_time = timedelta(seconds=answer_seconds)
        connect_time = timedelta(seconds=connect_seconds)
        self._whole = client(connect_time).build()
        self._streaming = client(connect_time).read_timeout(timedelta(seconds=stall_seconds)).build()

    async def close(self) -> None:
        """Give up every connection."""
        await self._whole.close()
        await self._streaming.close()

    async def ask(self, target: Target, path: str, body: bytes) -> tuple[Reply, bytes]:
        """Send a request and wait for the whole answer. Raises VendorFailed."""
        request = self._whole.post(target.base_url + path).headers(target.headers).body_bytes(body)
        try:
            response = await request.timeout(self._answer_time).build().send()
            reply = Reply(response, target.vendor.id)
            return reply, bytes(await response.bytes())
        except PyreqwestError as error:
            raise failure(target.vendor.id, error) from error

    @asynccontextmanager
    async def open(self, target: Target, path: str, body: bytes) -> AsyncIterator[Reply]:
        """Send a request and wait for the head of the answer; leaving closes the connection. Raises VendorFailed."""
        request = self._streaming.post(target.base_url + path).headers(target.headers).body_bytes(body)
        stream = request.streamed_read_buffer_limit(0).build_streamed()  # or it would wait for 64 KB of the stream
        try:
            response = await stream.__aenter__()
        except PyreqwestError as error:
            raise failure(target.vendor.id, error) from error
        try:
            yield Reply(response, target.vendor.id)
        finally:
            await stream.__aexit__(None, None, None)

    async def get(self, base_url: str, path: str, headers: Mapping[str, str], vendor: str, seconds: float) -> Reply:
        """Ask for something small, such as a list of models. Raises VendorFailed."""
        request = self._whole.get(base_url + path).headers(headers).timeout(timedelta(seconds=seconds))
        try:
            return Reply(await request.build().send(), vendor)
        except PyreqwestError as error:
            raise failure(vendor, error) from error


def client(connect_time: timedelta) -> ClientBuilder:
    """What both kinds of connection have in common: bodies as they come, and nobody's redirects are followed."""
    return (
        ClientBuilder()
        .gzip(False)
        .brotli(False)
        .zstd(False)
        .deflate(False)
        .follow_redirects(False)
        .connect_timeout(connect_time)
        .pool_idle_timeout(timedelta(seconds=IDLE_SECONDS))
        .tcp_nodelay(True)
    )


def failure(vendor: str, error: PyreqwestError) -> GatewayError:
    """What the network's failure means for the caller."""
    cause = cause_of(error)
    if isinstance(error, ConnectTimeoutError):
        return VendorUnreachable(vendor, "no connection in the time allowed; is the vendor up?", retry_after=10)
    if isinstance(error, RequestTimeoutError):
        return VendorSlow(vendor, "no answer in the time allowed; try again, or ask a faster model", retry_after=5)
    if isinstance(error, ConnectError) and "(Connect)" in str(error.details):
        return VendorUnreachable(vendor, f"it cannot be reached ({cause}); is its base URL right?", retry_after=10)
    return VendorBroke(vendor, f"the connection broke before the answer was complete ({cause})", retry_after=1)


def cause_of(error: PyreqwestError) -> str:
    """The innermost cause: the one that says what happened, without the URL."""
    causes = error.details.get("causes") if isinstance(error, DetailedPyreqwestError) else None
    return causes[-1]["message"] if causes else error.message
