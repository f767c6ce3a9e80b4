"""The console in front of a gateway that does not let it in, or of something else."""

import asyncio

import httpx
import pytest

from console.client import GatewayClient
from console.wire.errors import GatewayUnreachable
from tests.console.driving import console_of, seen, until_seen
from tests.console.fake_gateway import FakeGateway

REFUSAL = {
    "error": {
        "message": "Tollhouse: this API key is not known here, or was revoked.",
        "type": "authentication_error",
        "param": None,
        "code": "invalid_api_key",
        "fault": "caller",
    }
}


async def test_key_that_is_not_known_is_no_good_state() -> None:
    """With a key that ended, the first line does not say `ok`, and says how to give another."""
    transport = httpx.MockTransport(lambda _: httpx.Response(401, json=REFUSAL))
    app = console_of(FakeGateway(), transport=transport, at="keys")
    async with app.run_test(size=(120, 36)) as pilot:
        await until_seen(pilot, "✖ this console's key is not known there", "`--key-file` gives another")
        await until_seen(pilot, "this API key is not known here, or was revoked.")

        assert "ok" not in seen(pilot).splitlines()[0]


async def test_address_without_tls_is_told_in_words() -> None:
    """`https://` in front of a port that speaks plain HTTP says just that, not what OpenSSL calls it."""

    async def plain_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(plain_http, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        gateway = GatewayClient(f"https://127.0.0.1:{port}", "th-operator")

        with pytest.raises(GatewayUnreachable, match=r"does not speak TLS there: is it `http://`\?"):
            await gateway.stats()

        await gateway.close()
