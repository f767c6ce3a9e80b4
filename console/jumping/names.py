"""What there is by name: what the screens hold, completed by asking once when `:` opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import anyio

from console.access import Access
from console.catalog.catalog import AT_ONCE
from console.client import GatewayClient
from console.jumping.kinds import KINDS, Kind, Thing
from console.wire.catalog import Integration, Model
from console.wire.errors import GatewayError, GatewayRefused

MOST_PAGES = 5
"""Of a kind that are asked for: five thousand names; beyond it, what its screen holds is offered."""
Models = dict[str, list[Model]]
"""By the slug of an integration."""


class Names:
    """Rows by kind; `models` are those known already, and what is learnt of them is put there too."""

    def __init__(self, access: Access, models: Models, held: Mapping[str, Collection[Any]]) -> None:
        self.access = access
        self.models = models
        self.rows: dict[str, Collection[Any]] = dict(held)
        self.failure: GatewayError | None = None
        """Why some of it is missing."""

    def things(self, kind: str | None = None) -> Iterator[Thing]:
        """Everything of a kind, or of all; made as one goes along."""
        for each in KINDS.values() if kind is None else [KINDS[kind]]:
            yield from map(each.thing, self.rows.get(each.name, ()))

    async def ask(self, gateway: GatewayClient, news: Callable[[], None]) -> None:
        """Learn every name this key may see, all kinds at the same time; `news` is called whenever one came."""
        limiter = anyio.CapacityLimiter(AT_ONCE)

        async def learn(kind: Kind) -> None:
            try:
                async with limiter:
                    rows = await gateway.pages(MOST_PAGES, kind.path, kind.wire, **kind.paging)
                self._take(kind.name, rows)
                if kind.name == "integration":
                    await self._ask_models(gateway, rows, limiter)
            except GatewayRefused:
                self.rows.pop(kind.name, None)
            except GatewayError as error:
                self.failure = error
            news()

        async with anyio.create_task_group() as tasks:
            for kind in KINDS.values():
                if kind.path and self.access.sees(kind.name):
                    tasks.start_soon(learn, kind)

    def _take(self, kind: str, rows: Collection[Any]) -> None:
        """What was just asked, unless that was cut short and a screen holds more."""
        if len(rows) < MOST_PAGES * 1000 or len(rows) > len(self.rows.get(kind, ())):
            self.rows[kind] = rows

    async def _ask_models(
        self, gateway: GatewayClient, integrations: Collection[Integration], limiter: anyio.CapacityLimiter
    ) -> None:
        """Models of those integrations of which none are known: there may be thousands, and they seldom change."""

        async def learn(slug: str) -> None:
            try:
                async with limiter:
                    self.models[slug] = await gateway.models(slug)
            except GatewayRefused:
                return
            except GatewayError as error:
                self.failure = error

        async with anyio.create_task_group() as tasks:
            for slug in {one.slug for one in integrations} - self.models.keys():
                tasks.start_soon(learn, slug)
        self.rows["model"] = [(slug, one) for slug, models in self.models.items() for one in models]
