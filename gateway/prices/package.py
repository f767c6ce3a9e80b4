"""The prices of the package genai-prices as whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gateway.prices.price import Price, Rates, rounded

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

THOUSAND, MILLION, HOUR_MS = 1_000, 1_000_000, 3_600_000
KINDS: tuple[tuple[str, str, int], ...] = (
    ("input", "input_mtok", MILLION),
    ("output", "output_mtok", MILLION),
    ("cached", "cache_read_mtok", MILLION),
    ("cache_write", "cache_write_mtok", MILLION),
    ("cache_write_1h", "cache_write_1h_mtok", MILLION),
    ("reasoning", "output_reasoning_mtok", MILLION),
    ("input_audio", "input_audio_mtok", MILLION),
    ("output_audio", "output_audio_mtok", MILLION),
    ("cached_audio", "cache_audio_read_mtok", MILLION),
    ("input_image", "input_image_mtok", MILLION),
    ("output_image", "output_image_mtok", MILLION),
    ("cached_image", "cache_image_read_mtok", MILLION),
    ("characters", "input_mchars", MILLION),
    ("audio_ms", "audio_hours", HOUR_MS),
    ("audio_ms", "input_audio_hours", HOUR_MS),
    ("searches", "web_searches_kcount", THOUSAND),
    ("reranks", "rerank_searches_kcount", THOUSAND),
    ("pages", "input_document_kpages", THOUSAND),
    ("requests", "requests_kcount", THOUSAND),
)
"""(our name of a price, the package's, for how many of them it is)."""
CONTEXTS = ("processing", "service_tier", "speed")
"""Of the package's contexts those that are a service tier to us."""


def packaged() -> tuple[dict[str, Provider], str]:
    """The package's providers by id, and its name with its version."""
    import genai_prices
    from genai_prices.data_snapshot import get_snapshot

    return {provider.id: provider for provider in get_snapshot().providers}, f"genai-prices {genai_prices.__version__}"


def price_from(model: ModelInfo, source: str, now: datetime) -> Price | None:
    """The price that holds at this moment; None where the package knows the model and not its price."""
    price = price_of(model.get_prices(now), source)
    services: dict[str, Price] = {}
    for variant in model.price_variants or ():
        is_due = variant.constraint is None or variant.constraint.active(now)
        if is_due and len(variant.when) == 1 and variant.when.keys() <= set(CONTEXTS):
            own = price_of(variant.prices, source)
            if own.rates:
                services.setdefault(next(iter(variant.when.values())), own)
    return Price(price.rates, price.tiers, source, services) if price.rates else None


def price_of(prices: ModelPrice, source: str) -> Price:
    """A price without its service tiers."""
    thresholds = sorted({start for value in vars(prices).values() for start in starts_of(value)})
    tiers = tuple((start, rates_of(prices, start)) for start in thresholds)
    return Price(rates_of(prices, None), tiers, source)


def starts_of(value: Any) -> Iterator[int]:
    """The thresholds of a tiered price."""
    yield from (tier.start for tier in getattr(value, "tiers", ()))


def rates_of(prices: ModelPrice, start: int | None) -> Rates:
    """Every rate that holds above `start` input tokens; None stands for the beginning."""
    said = vars(prices)
    found = {kind: rate_of(said.get(name), start, per) for kind, name, per in KINDS if said.get(name) is not None}
    return {kind: rate for kind, rate in found.items() if rate is not None}


def rate_of(value: Any, start: int | None, per: int) -> int | None:
    """One price in nanodollars per million."""
    if value is None:
        return None
    if not isinstance(value, Decimal):
        reached = [tier.price for tier in value.tiers if start is not None and tier.start <= start]
        value = reached[-1] if reached else value.base
    return rounded(value * 1_000_000_000 * MILLION / per)


def next_change(model: ModelInfo, now: datetime) -> datetime:
    """Until when the price of this moment holds at least: a time of day at which it changes, or the end of the day."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    prices = model.prices if isinstance(model.prices, list) else []
    dated = [each.constraint for each in (*prices, *(model.price_variants or ()))]
    times = (getattr(each, name, None) for each in dated for name in ("start_time", "end_time"))
    moments = (datetime.combine(now.date(), each, each.tzinfo or now.tzinfo) for each in times if each is not None)
    return min((moment for moment in moments if moment > now), default=midnight)
