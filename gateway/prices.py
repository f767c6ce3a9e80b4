"""What a model costs, and what a request therefore cost: whole nanodollars, never a guess.

Prices are data kept by others (the package genai-prices); this file turns its decimals into whole numbers once and
does the arithmetic, for a call into the package takes 70 µs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from store.ids import Nanodollars
from store.records import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

MILLION = 1_000_000
KINDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "input_audio": "input_audio_mtok",
    "output_audio": "output_audio_mtok",
}
"""Our name of a price to the package's."""


@dataclass(frozen=True, slots=True)
class Price:
    """Nanodollars per million tokens, by kind; above a tier's threshold of input tokens its prices hold for all."""

    rates: dict[str, int]
    tiers: tuple[tuple[int, dict[str, int]], ...] = ()
    """(input tokens above which it holds, rates), ascending."""
    source: str = ""

    def rates_for(self, input_tokens: int) -> dict[str, int]:
        """The rates for a prompt of this size."""
        rates = self.rates
        for above, higher in self.tiers:
            if input_tokens > above:
                rates = higher
        return rates


def cost_of(usage: Usage, rates: dict[str, int]) -> Nanodollars:
    """What a request used times what that costs, rounded half up once, at the end.

    A kind without a price of its own is charged as what it is a part of: cached as input, reasoning and audio as
    output. Source: platform.openai.com/docs/pricing.
    """
    plain, output = rates.get("input", 0), rates.get("output", 0)
    parts = (
        (usage.cached_tokens, rates.get("cached", plain)),
        (usage.cache_write_tokens, rates.get("cache_write", plain)),
        (usage.input_audio_tokens, rates.get("input_audio", plain)),
    )
    whole = (usage.input_tokens - sum(tokens for tokens, _ in parts)) * plain
    whole += sum(tokens * rate for tokens, rate in parts)
    whole += (usage.output_tokens - usage.output_audio_tokens) * output
    whole += usage.output_audio_tokens * rates.get("output_audio", output)
    return Nanodollars((whole + MILLION // 2) // MILLION)


class PriceList:
    """Prices by vendor and model. Loaded after the start, for that takes a while.

    Who needs one waits for `ready`, which whoever loads them sets.
    """

    def __init__(self) -> None:
        self.ready = asyncio.Event()
        self._providers: dict[str, Provider] = {}
        self._found: dict[tuple[str, str], Price | None] = {}
        self._source = ""

    async def load(self) -> None:
        """Read the package's data, in a thread."""
        self._providers, self._source = await asyncio.to_thread(packaged)

    def price(self, priced_as: str | None, model: str) -> Price | None:
        """The price of a vendor's model, None if nobody knows it."""
        if priced_as is None:
            return None
        key = (priced_as, model)
        if key not in self._found:
            if len(self._found) > 20_000:  # names come from requests
                self._found.clear()
            self._found[key] = self._look_up(priced_as, model)
        return self._found[key]

    def models(self, priced_as: str | None) -> dict[str, str]:
        """Id to name of every model a vendor is known to charge for."""
        provider = self._providers.get(priced_as or "")
        found = provider.models if provider else []
        return {
            model.id: model.name or model.id for model in found if not model.id.endswith("-") and ":" not in model.id
        }

    def _look_up(self, priced_as: str, model: str) -> Price | None:
        provider = self._providers.get(priced_as)
        found = provider.find_model(model) if provider else None
        price = price_from(found, self._source) if found else None
        return price if price and {"input", "output"} & price.rates.keys() else None


def packaged() -> tuple[dict[str, Provider], str]:
    """The package's providers by id, and its name with its version."""
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    return {provider.id: provider for provider in get_snapshot().providers}, f"genai-prices {genai_prices.__version__}"


def price_from(model: ModelInfo, source: str) -> Price:
    """The package's price of today as whole numbers."""
    prices = model.get_prices(datetime.now(UTC))
    thresholds = sorted({start for value in vars(prices).values() for start in starts_of(value)})
    tiers = tuple((start, rates_of(prices, start)) for start in thresholds)
    return Price(rates_of(prices, None), tiers, source)


def starts_of(value: Any) -> Iterator[int]:
    """The thresholds of a tiered price."""
    yield from (tier.start for tier in getattr(value, "tiers", ()))


def rates_of(prices: ModelPrice, start: int | None) -> dict[str, int]:
    """Every rate that holds above `start` input tokens; None stands for the beginning."""
    found = {kind: rate_of(getattr(prices, name, None), start) for kind, name in KINDS.items()}
    return {kind: rate for kind, rate in found.items() if rate is not None}


def rate_of(value: Any, start: int | None) -> int | None:
    """One price in nanodollars per million tokens."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        reached = [tier.price for tier in value.tiers if start is not None and tier.start <= start]
        value = reached[-1] if reached else value.base
    return int((value * 1_000_000_000).to_integral_value())
