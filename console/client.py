"""The one door to the gateway: its HTTP API, typed; what comes in is made plain here, before anyone can draw it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import quote

from console.connection import Connection
from console.wire.answers import Done, Page
from console.wire.catalog import Integration, Model, ModelList, Provider, Vendor
from console.wire.keys import ApiKey, NewSecret
from console.wire.logs import Dropped, LogDetail, LogPage, LogSummary, Started
from console.wire.reading import read
from console.wire.stats import Stats

T = TypeVar("T")
TailEvent = Started | LogSummary | Dropped
TAIL_EVENTS: dict[str, type[TailEvent]] = {"started": Started, "log": LogSummary, "dropped": Dropped}
PING_SECONDS = 15
"""How often a silent tail still sends something; silence much longer than that is a dead connection."""

MOST_PAGES = 1000
"""Of a list; an answer that always says that there is more must not be asked for ever."""


class GatewayClient(Connection):
    """What the console asks of a gateway and has done there. Everything here raises GatewayError."""

    def without_key(self) -> GatewayClient:
        """The same gateway for a request that brings a key of its own."""
        return GatewayClient(self.url, "", transport=self._transport, is_read_only=self.is_read_only)

    async def one(self, path: str, kind: type[T], **where: str) -> T:
        """GET what `path` names."""
        return await self.ask("GET", path, kind, params=where)

    async def every(
        self, path: str, kind: type[T], *, page: str = "current_page", size: str = "page_size", **where: str
    ) -> list[T]:
        """GET every row of a list, page after page. Some lists call page and size something else."""
        return await self.pages(MOST_PAGES, path, kind, page=page, size=size, **where)

    async def pages(
        self,
        most: int,
        path: str,
        kind: type[T],
        /,
        *,
        page: str = "current_page",
        size: str = "page_size",
        **where: str,
    ) -> list[T]:
        """GET the rows of so many pages of a list at most; the first is 0."""
        rows: list[T] = []
        for number in range(most):
            asked = {page: str(number), size: "100"} | where
            answer: Page[T] = await self.ask("GET", path, Page[kind], params=asked)  # type: ignore[valid-type]
            rows += answer.data
            if not answer.data or answer.total is None or len(rows) >= answer.total:
                break
        return rows

    async def send(self, method: str, path: str, body: Any, kind: type[T], *, patience_seconds: float = 10) -> T:
        """Have something done, and its typed answer."""
        return await self.ask(method, path, kind, json=body, timeout=patience_seconds)

    async def stats(self) -> Stats:
        """How it is doing now."""
        return await self.ask("GET", "/v1/stats", Stats)

    async def logs(self, filters: dict[str, str], *, limit: int, cursor: str | None = None) -> LogPage:
        """Log records newest first; `cursor` goes on where a page ended."""
        where = filters | {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        return await self.ask("GET", "/v1/logs", LogPage, params=where)

    async def log(self, log_id: str) -> LogDetail:
        """One log record with its bodies."""
        return await self.ask("GET", f"/v1/logs/{segment(log_id)}", LogDetail)

    async def tail(self, narrowed: dict[str, str]) -> AsyncIterator[TailEvent | None]:
        """Requests as they begin and as they settle, until the connection ends; first None, once connected."""
        where = {"started": "true"} | narrowed
        async with self.events("GET", "/v1/logs/tail", where=where, patience_seconds=PING_SECONDS * 3) as events:
            yield None
            async for name, data in events.named():
                if name in TAIL_EVENTS:
                    yield read(data, TAIL_EVENTS[name])

    async def vendors(self) -> list[Vendor]:
        """Whom an integration may be for."""
        return await self.every("/v1/vendors", Vendor)

    async def integrations(self) -> list[Integration]:
        """Every vendor account."""
        return await self.every("/v1/integrations", Integration)

    async def integration(self, slug: str) -> Integration:
        """One vendor account with its masked key and configurations."""
        return await self.ask("GET", f"/v1/integrations/{segment(slug)}", Integration)

    async def models(self, integration: str) -> list[Model]:
        """The models of an integration."""
        path = f"/v1/integrations/{segment(integration)}/models"
        return (await self.ask("GET", path, ModelList)).models

    async def put_models(self, integration: str, change: dict[str, Any]) -> Done:
        """Enable, disable or add models: `{"models": [{"slug", "enabled", …}]}`."""
        return await self.ask("PUT", f"/v1/integrations/{segment(integration)}/models", Done, json=change)

    async def forget_model(self, integration: str, slug: str) -> Done:
        """Remove a custom model."""
        path = f"/v1/integrations/{segment(integration)}/models"
        return await self.ask("DELETE", path, Done, params={"slugs": slug})

    async def providers(self) -> list[Provider]:
        """Every name that requests may address."""
        return await self.every("/v1/providers", Provider)

    async def keys(self) -> list[ApiKey]:
        """Every API key, masked."""
        return await self.every("/v1/api-keys", ApiKey, page_size="1000")

    async def create(self, path: str, body: dict[str, Any]) -> Done:
        """POST what a form says."""
        return await self.ask("POST", path, Done, json=body)

    async def change(self, path: str, body: dict[str, Any]) -> Done:
        """PUT what a form says."""
        return await self.ask("PUT", path, Done, json=body)

    async def delete(self, path: str) -> Done:
        """Remove what `path` names."""
        return await self.ask("DELETE", path, Done)

    async def new_secret(self, path: str, body: dict[str, Any]) -> NewSecret:
        """Create or rotate an API key; the answer is the only time its secret is said."""
        return await self.ask("POST", path, NewSecret, json=body)


def segment(name: str) -> str:
    """`name` as one segment of a path, whatever it contains."""
    return quote(name, safe="")
