"""A gateway that ends, and connections that do: whoever is at the other end is told."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx

from console.demo.vendor import SimulatedVendor
from tests.e2e.running import (
    CHAT,
    Furnished,
    Gateway,
    acquainted,
    ask,
    async_client,
    gateway_in,
)

MORE_TO_COME = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer wrong\r\ncontent-length: 3000000\r\n\r\n"
)


async def test_request_without_end_is_broken_off(home: Path, furnished: Furnished, vendor: SimulatedVendor) -> None:
    """A stream that outlasts the drain never ends clean for its client, and the gateway ends with 0 all the same."""
    received = b""
    with gateway_in(home, "--drain-seconds", "0.2") as gateway:
        await acquainted(vendor)
        async with async_client(gateway.url, furnished.app_key) as app:
            vendor.will(gate=asyncio.Event(), gate_after=2)
            async with app.stream("POST", CHAT, json=ask(stream=True)) as answer:
                pieces = answer.aiter_bytes()
                received += await anext(pieces)
                gateway.process.terminate()
                status = await asyncio.to_thread(gateway.process.wait, 15)
                try:
                    async for piece in pieces:
                        received += piece
                    is_told = b'"error"' in received
                except httpx.RemoteProtocolError:
                    is_told = True

    assert (is_told, b"[DONE]" in received, status) == (True, False, 0)


def test_connection_that_will_be_closed_says_so(gateway: Gateway) -> None:
    """A refusal before the body was read says `connection: close`, for the connection is closed after it."""
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
            connection.sendall(MORE_TO_COME)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))

        assert b"401" in answer
        assert b"connection: close" in answer.lower()
