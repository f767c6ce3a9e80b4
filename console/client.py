"""The one door to the gateway: its HTTP API, typed; what comes in is made plain here, before anyone can draw it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from console.commandline.address import UNIX
from console.playground.streaming import Events
from console.text.plain import is_plain, plain_json, plain_line
from console.wire.answers import Done, ErrorAnswer, Page
from console.wire.catalog import Integration, Model, ModelList, Provider, Vendor
from console.wire.keys import ApiKey, NewSecret
from console.wire.logs import Dropped, LogDetail, LogPage, LogSummary, Started
from console.wire.stats import Stats

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
TailEvent = Started | LogSummary | Dropped
TAIL_EVENTS: dict[str, type[TailEvent]] = {"started": Started, "log": LogSummary, "dropped": Dropped}
PING_SECONDS = 15
"""How often a silent tail still sends something; silence much longer than that is a dead connection."""

LONGEST_SILENCE_SECONDS = 600.0
"""Some models think for minutes before their first word."""
MOST_PAGES = 1000
"""Of a list; an answer that always says that there is more must not be asked for ever."""
QUESTIONS = ("/v1/configs/explain", "/v1/configs/validate")
"""Paths that a POST only asks something of."""


class GatewayError(Exception):
    """Asking the gateway did not work.

    GatewayUnreachable   nobody answered, or something that is no Tollhouse gateway
    GatewayRefused       the gateway answered with an error of its own

    `short` is what happened without the technical reason, for where there is little room.
    """

    def __init__(self, short: str, reason: str = "") -> None:
        super().__init__(f"{short} ({reason})" if reason else short)
        self.short = short


class GatewayUnreachable(GatewayError):
    """Nobody answered; trying again may help."""


class GatewayRefused(GatewayError):
    """The gateway said no, and why; `param` names the field at fault where there is one."""

    def __init__(
        self, status: int, message: str, param: str | None = None, *, code: str | None = None, fault: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.param = param
        self.code = code
        self.fault = fault


class GatewayClient:
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

    def without_key(self) -> GatewayClient:
        """The same gateway for a request that brings a key of its own."""
        return GatewayClient(self.url, "", transport=self._transport, is_read_only=self.is_read_only)

    def hide(self, text: str) -> str:
        """A text without this client's key."""
        return text.replace(self._key, "***") if self._key else text

    async def one(self, path: str, kind: type[T], **where: str) -> T:
        """GET what `path` names. Raises GatewayError, like all that follow."""
        return await self._ask("GET", path, kind, params=where)

    async def every(
        self, path: str, kind: type[T], *, page: str = "current_page", size: str = "page_size", **where: str
    ) -> list[T]:
        """GET every row of a list, page after page; the first is 0. Some lists call page and size something else."""
        rows: list[T] = []
        for number in range(100):
            asked = {page: str(number), size: "100"} | where
            answer: Page[T] = await self._ask("GET", path, Page[kind], params=asked)  # type: ignore[valid-type]
            rows += answer.data
            if not answer.data or answer.total is None or len(rows) >= answer.total:
                break
        return rows

    async def send(self, method: str, path: str, body: Any, kind: type[T], *, patience_seconds: float = 10) -> T:
        """Have something done, and its typed answer."""
        return await self._ask(method, path, kind, json=body, timeout=patience_seconds)

    async def stats(self) -> Stats:
        """How it is doing now."""
        return await self._ask("GET", "/v1/stats", Stats)

    async def logs(self, filters: dict[str, str], *, limit: int, cursor: str | None = None) -> LogPage:
        """Log records newest first; `cursor` goes on where a page ended."""
        where = filters | {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return await self._ask("GET", "/v1/logs", LogPage, params=where)

    async def log(self, log_id: str) -> LogDetail:
        """One log record with its bodies."""
        return await self._ask("GET", f"/v1/logs/{segment(log_id)}", LogDetail)

    async def tail(self, narrowed: dict[str, str]) -> AsyncIterator[TailEvent | None]:
        """Requests as they begin and as they settle, until the connection ends; first None, once connected."""
        where = {"started": "true"} | narrowed
        async with self.events("GET", "/v1/logs/tail", where=where, patience_seconds=PING_SECONDS * 3) as events:
            yield None
            async for name, data in events.named():
                if name in TAIL_EVENTS:
                    yield read(data, TAIL_EVENTS[name])

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

    async def vendors(self) -> list[Vendor]:
        """Whom an integration may be for."""
        return await self.every("/v1/vendors", Vendor)

    async def integrations(self) -> list[Integration]:
        """Every vendor account."""
        return await self.every("/v1/integrations", Integration)

    async def integration(self, slug: str) -> Integration:
        """One vendor account with its masked key and configurations."""
        return await self._ask("GET", f"/v1/integrations/{segment(slug)}", Integration)

    async def models(self, integration: str) -> list[Model]:
        """The models of an integration."""
        path = f"/v1/integrations/{segment(integration)}/models"
        return (await self._ask("GET", path, ModelList)).models

    async def put_models(self, integration: str, change: dict[str, Any]) -> Done:
        """Enable, disable or add models: `{"models": [{"slug", "enabled", …}]}`."""
        return await self._ask("PUT", f"/v1/integrations/{segment(integration)}/models", Done, json=change)

    async def forget_model(self, integration: str, slug: str) -> Done:
        """Remove a custom model."""
        path = f"/v1/integrations/{segment(integration)}/models"
        return await self._ask("DELETE", path, Done, params={"slugs": slug})

    async def providers(self) -> list[Provider]:
        """Every name that requests may address."""
        return await self.every("/v1/providers", Provider)

    async def keys(self) -> list[ApiKey]:
        """Every API key, masked."""
        return await self.every("/v1/api-keys", ApiKey, page_size="1000")

    async def create(self, path: str, body: dict[str, Any]) -> Done:
        """POST what a form says."""
        return await self._ask("POST", path, Done, json=body)

    async def change(self, path: str, body: dict[str, Any]) -> Done:
        """PUT what a form says."""
        return await self._ask("PUT", path, Done, json=body)

    async def delete(self, path: str) -> Done:
        """Remove what `path` names."""
        return await self._ask("DELETE", path, Done)

    async def new_secret(self, path: str, body: dict[str, Any]) -> NewSecret:
        """Create or rotate an API key; the answer is the only time its secret is said."""
        return await self._ask("POST", path, NewSecret, json=body)

    async def _ask(self, method: str, path: str, kind: type[T], **request: Any) -> T:
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

    def _http(self) -> httpx.AsyncClient:
        """The connection pool, opened on first use: importing httpx takes longer than the first paint may."""
        import httpx

        if self._opened is None:
            self._opened = httpx.AsyncClient(
                base_url="http://gateway" if self.url.startswith(UNIX) else self.url,
                headers={"x-portkey-api-key": self._key} if self._key else {},
                transport=self._transport or socket_of(self.url),
                timeout=10,
                verify=self.url.startswith("https:"),  # certificates take 100 ms to load, and plain http has none
                event_hooks={"request": [refuse_change]} if self.is_read_only else {},
                trust_env=False,  # the operator's key must not wander through a proxy meant for the web
            )
        return self._opened

    def _unreachable(self, error: Exception) -> GatewayUnreachable:
        reason = plain_line(str(error)) or type(error).__name__
        return GatewayUnreachable(f"No answer from {self.url}", reason)


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


def refusal(status: int, body: bytes) -> GatewayError:
    """What the gateway's error body says, or that it was none of the gateway's."""
    try:
        answer = read(body, ErrorAnswer)
    except GatewayUnreachable:
        return GatewayUnreachable(f"Status {status} from something that is no Tollhouse gateway")
    said = answer.error
    message = said.message or f"refused with status {status}"
    return GatewayRefused(status, message, said.param, code=said.code, fault=said.fault)


def read(raw: bytes, kind: type[T]) -> T:
    """Decode JSON into `kind`, every string in it made plain. Raises GatewayUnreachable if it is something else."""
    try:
        if is_plain(raw):
            return msgspec.json.decode(raw, type=kind)
        value = msgspec.json.decode(raw)
    except msgspec.ValidationError as error:
        raise unexpected(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise GatewayUnreachable("The answer is not JSON: is this address a Tollhouse gateway?") from error
    return convert(plain_json(value), kind)


def convert(value: Any, kind: type[T]) -> T:
    """A decoded JSON value as `kind`."""
    try:
        converted: T = msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise unexpected(error) from error
    return converted


def unexpected(error: msgspec.ValidationError) -> GatewayUnreachable:
    """The answer is JSON, but not such as a Tollhouse gateway gives."""
    return GatewayUnreachable(f"The gateway's answer is not as expected: {plain_line(str(error))}")


def segment(name: str) -> str:
    """`name` as one segment of a path, whatever it contains."""
    from urllib.parse import quote

    return quote(name, safe="")
