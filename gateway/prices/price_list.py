"""Every price there is, found by vendor and model."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gateway.prices.kept import KeptPrices, read_kept
from gateway.prices.package import next_change, packaged, price_from
from gateway.prices.price import Price

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, Provider

NAMES_KEPT = 20_000
"""Names come from requests: there may be any number of them."""


class PriceList:
    """Prices by vendor and model. Loaded after the start, for that takes a while.

    Who needs one waits for `ready`, which whoever loads them sets. A price that changes at a date or a time of day is
    looked up again then.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.ready = asyncio.Event()
        self._clock = clock
        self._providers: dict[str, Provider] = {}
        self._kept: KeptPrices | None = None
        self._found: dict[tuple[str, str], tuple[float, Price | None]] = {}
        self._windows: dict[tuple[str, str], int | None] = {}
        self._source = ""

    async def load(self) -> None:
        """Read the package's data and ours, in a thread."""
        (self._providers, self._source), self._kept = await asyncio.to_thread(lambda: (packaged(), read_kept()))
        self._found.clear()
        self._windows.clear()

    def price(self, priced_as: str | None, model: str) -> Price | None:
        """The price of a vendor's model, None if nobody knows it."""
        if priced_as is None:
            return None
        found = self._found.get((priced_as, model))
        if found is None or found[0] <= self._clock():
            if len(self._found) > NAMES_KEPT:
                self._found.clear()
            found = self._found[priced_as, model] = self._look_up(priced_as, model)
        return found[1]

    def models(self, priced_as: str | None) -> dict[str, str]:
        """Id to name of every model a vendor is known to charge for."""
        provider = self._providers.get(priced_as or "")
        named = {model.id: model.name or model.id for model in provider.models} if provider else {}
        kept = self._kept.models(priced_as) if self._kept and priced_as else []
        offered = {model: model for model in kept} | named
        return {id: name for id, name in offered.items() if not id.endswith("-") and ":" not in id}

    def context_window(self, priced_as: str | None, model: str) -> int | None:
        """How many tokens a model reads at most, None if nobody knows."""
        if priced_as is None:
            return None
        if (priced_as, model) not in self._windows:
            if len(self._windows) > NAMES_KEPT:
                self._windows.clear()
            found = self._packaged(priced_as, model)
            self._windows[priced_as, model] = found.context_window if found is not None else None
        return self._windows.get((priced_as, model))

    def vendors(self) -> list[str]:
        """Everybody whose prices are known."""
        return sorted({*self._providers, *(self._kept.vendors() if self._kept else ())})

    @property
    def sources(self) -> list[str]:
        """The lists with their versions; none before they are loaded."""
        return [self._source, self._kept.source] if self._kept else []

    def _look_up(self, priced_as: str, model: str) -> tuple[float, Price | None]:
        now = datetime.fromtimestamp(self._clock(), UTC)
        found = self._packaged(priced_as, model)
        price = price_from(found, self._source, now) if found else None
        until = next_change(found, now).timestamp() if found else float("inf")
        if self._kept is None:
            return until, price
        if price is None:
            return until, self._kept.price(priced_as, model)
        units = self._kept.beside_tokens(priced_as, model)
        return until, price.completed_by(units) if units else price

    def _packaged(self, priced_as: str, model: str) -> ModelInfo | None:
        """A model of the package; Azure's and Google's are other vendors' too."""
        provider = self._providers.get(priced_as)
        return provider.find_model(model, all_providers=list(self._providers.values())) if provider else None
