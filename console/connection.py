"""How the gateway is reached: one address, one key, and what can go wrong on the way; what is asked is `client.py`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from console.commandline.address import UNIX
from console.playground.streaming import Events
from console.text.plain import plain_line
from console.wire.errors import GatewayRefused, GatewayUnreachable
from console.wire.reading import read, refusal

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")
LONGEST_SILENCE_SECONDS = 600.0
"""Some models think for minutes before their first word."""
TLS_ADVICE = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS there: is it `http://`?",
    "record layer failure": "it does not speak TLS there: is it `http://`?",
    "CERTIFICATE_VERIFY_FAILED": "this machine does not trust its certificate: `SSL_CERT_FILE` names a file of more",
}
"""What a failure of OpenSSL means, by a part of its words."""
QUESTIONS = ("/v1/configs/explain", "/v1/configs/validate")
"""Paths that a POST only asks something of."""


class Connection:
    """One gateway, one key. `transport` replaces the network, as httpx means it."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        is_read_only: bool = False,
    ) -> None:
        self.url = url.rstrip("/")
        self.is_read_only = is_read_only
        self._key = key
        self._transport = transport
        self._opened: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Give up every connection."""
        if self._opened is not None:
            await self._opened.aclose()

    def hide(self, text: str) -> str:
        """A text without this client's key."""
        return text.replace(self._key, "***") if self._key else text

    async def ask(self, method: str, path: str, kind: type[T], **request: Any) -> T:
        """One request and its typed answer. Raises GatewayUnreachable and GatewayRefused."""
        http = self._http()
        import httpx

        try:
            response = await http.request(method, path, **request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        if response.is_error:
            raise refusal(response.status_code, response.content)
        return read(response.content or b"{}", kind)

    @asynccontextmanager
    async def events(
        self,
        method: str,
        path: str,
        *,
        where: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        patience_seconds: float = LONGEST_SILENCE_SECONDS,
    ) -> AsyncIterator[Events]:
        """An answer as it comes, for as long as the block runs; silence longer than `patience_seconds` ends it."""
        http = self._http()
        import httpx

        waits = httpx.Timeout(10, read=patience_seconds)
        asked: dict[str, Any] = {"params": where, "headers": headers, "timeout": waits}
        asked |= {} if body is None else {"json": body}
        try:
            async with http.stream(method, path, **asked) as response:
                if response.is_error:
                    raise refusal(response.status_code, await response.aread())
                yield Events(response)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error

    def _http(self) -> httpx.AsyncClient:
        """The connection pool, opened on first use: importing httpx takes longer than the first paint may."""
        import httpx

        if self._opened is None:
            self._opened = httpx.AsyncClient(
                base_url="http://gateway" if self.url.startswith(UNIX) else self.url,
                headers={"x-portkey-api-key": self._key} if self._key else {},
                transport=self._transport or socket_of(self.url),
                timeout=10,
                verify=trusted() if self.url.startswith("https:") else False,
                event_hooks={"request": [refuse_change]} if self.is_read_only else {},
                trust_env=False,  # the operator's key must not wander through a proxy meant for the web
            )
        return self._opened

    def _unreachable(self, error: Exception) -> GatewayUnreachable:
        reason = plain_line(str(error)) or type(error).__name__
        advice = next((said for sign, said in TLS_ADVICE.items() if sign in reason), reason)
        return GatewayUnreachable(f"No answer from {self.url}", advice)


def trusted() -> ssl.SSLContext:
    """The authorities that everybody trusts, and those of this machine or `SSL_CERT_FILE`; loading takes 100 ms."""
    import httpx

    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


def socket_of(url: str) -> httpx.AsyncBaseTransport | None:
    """What reaches a gateway by `unix:/path`; None where a URL is one of the network's."""
    import httpx

    return httpx.AsyncHTTPTransport(uds=url.removeprefix(UNIX)) if url.startswith(UNIX) else None


async def refuse_change(request: httpx.Request) -> None:
    """What a read-only console does with a request of its own that would change something, however it came about.

    Raises GatewayRefused.
    """
    if request.method not in ("GET", "HEAD") and request.url.path not in QUESTIONS:
        raise GatewayRefused(403, "This console is read-only: it was opened so, or its context says so.")
