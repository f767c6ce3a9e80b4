"""Prices as Portkey writes them: US cents per token or per unit, in JSON.

Source: github.com/Portkey-AI/models (`pricing/*.json`), portkey.ai/docs/product/model-catalog/pricing-adjustments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from gateway.prices.pictures import picture_kind

Json = dict[str, Any]
PER_CENT = 10_000_000 * 1_000_000
"""Nanodollars per million for a cent per one."""
TOKENS = {
    "request_token": "input",
    "response_token": "output",
    "cache_read_input_token": "cached",
    "cache_write_input_token": "cache_write",
    "reasoning_token": "reasoning",
    "request_audio_token": "input_audio",
    "response_audio_token": "output_audio",
    "cache_read_audio_input_token": "cached_audio",
    "request_image_token": "input_image",
    "response_image_token": "output_image",
    "cache_read_image_input_token": "cached_image",
}
"""Portkey's word to ours."""
SYNONYMS = {
    "request_text_token": "input",
    "response_text_token": "output",
    "cached_image_input_token": "cached_image",
    "cached_text_input_token": "cached",
    "cache_read_text_input_token": "cached",
}
"""Words that say the same; they hold where the others are missing."""
UNITS = {
    "web_search": "searches",
    "cache_write_1h": "cache_write_1h",
    "input_characters": "characters",
    "video_seconds": "video_ms",
    "audio_seconds": "audio_ms",
    "search_unit": "reranks",
    "pages": "pages",
}
"""`additional_units`, of them those that we count."""
SECONDS = ("video_ms", "audio_ms")


def priced_by_portkey(pricing: Mapping[str, Any], region: str) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Standard rates, and those of each service tier. A batch costs half where nothing else is said, as at Portkey.

    Raises ValueError, which names the place.
    """
    config = pricing.get("pricing_config", pricing)
    rates = rates_of(config, "pay_as_you_go")
    modes = modes_of(pricing, region)
    services = {mode: rates_of(own, "pay_as_you_go") for mode, own in modes.items() if mode != "standard"}
    batch = rates_of(config, "batch_config") if "batch_config" in config else halved(rates)
    return rates | rates_of(modes.get("standard", {}), "pay_as_you_go"), {"batch": batch} | services


def modes_of(pricing: Mapping[str, Any], region: str) -> dict[str, Json]:
    """A region's prices by execution mode: `standard`, `batch`, `flex`, `priority`."""
    regions = mapping(mapping(pricing, "custom_pricing"), "regions")
    modes = mapping(mapping(regions, region), "execution_modes")
    return {mode: mapping(mapping(modes, mode), "pricing_config") for mode in modes}


def rates_of(config: Mapping[str, Any], name: str) -> dict[str, int]:
    """The rates under one key of a pricing config."""
    said = mapping(config, name)
    rates = {ours: at(said, theirs, name) for theirs, ours in (SYNONYMS | TOKENS).items() if theirs in said}
    units = mapping(said, "additional_units")
    for theirs, ours in UNITS.items():
        if theirs in units:
            rates[ours] = at(units, theirs, f"{name}.additional_units") // (1000 if ours in SECONDS else 1)
    rates |= dict(pictures_of(said, name))
    if (fee := mapping(config, "fixed_cost")) and name == "pay_as_you_go":
        rates["requests"] = sum(at(fee, side, "fixed_cost") for side in ("request", "response") if side in fee)
    return rates


def pictures_of(said: Mapping[str, Any], name: str) -> Iterator[tuple[str, int]]:
    """The table of pictures, and the one price of those that have no table. Cents per picture."""
    table = mapping(said, "image")
    if "price" in table:
        yield "images", at(said, "image", name)
    for quality in table.keys() - {"price"}:
        sizes = mapping(table, quality)
        for size in sizes:
            kind = picture_kind(*("" if word == "default" else word.lower() for word in (size, quality)))
            yield kind, at(sizes, size, f"{name}.image.{quality}")


def mapping(parent: Mapping[str, Any], name: str) -> Json:
    """An object inside another; empty if it is not there."""
    found = parent.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ValueError(f"`{name}` must be an object")
    return found


def at(parent: Mapping[str, Any], name: str, path: str) -> int:
    """One price, in nanodollars per million; null is free. Raises ValueError."""
    found = parent[name]
    cents = found.get("price") if isinstance(found, dict) else found
    try:
        price = Decimal(str(0 if cents is None else cents))
    except InvalidOperation:
        price = Decimal(-1)
    if isinstance(cents, bool) or not price.is_finite() or not 0 <= price <= 1_000_000:
        raise ValueError(f"`{path}.{name}.price` must be a number of cents, from 0 to 1,000,000")
    return int((price * PER_CENT).to_integral_value())


def halved(rates: Mapping[str, int]) -> dict[str, int]:
    """Half of everything."""
    return {kind: rate // 2 for kind, rate in rates.items()}


def multiplier_of(kind: str, multiplier: Mapping[str, Any]) -> Decimal:
    """By how much a kind is multiplied; 1 where nothing is said."""
    said = [multiplier.get(theirs) for theirs, ours in (TOKENS | SYNONYMS).items() if ours == kind]
    units = multiplier.get("additional_units")
    if isinstance(units, dict):
        said += [units.get(theirs) for theirs, ours in UNITS.items() if ours == kind]
    if kind.startswith("images") and isinstance(image := multiplier.get("image"), dict):
        said.append(image.get("default"))
    found = [each for each in (*said, multiplier.get("default")) if each is not None]
    return Decimal(str(found[0])) if found else Decimal(1)


def in_portkeys_words(rates: Mapping[str, int], batch: Mapping[str, int] | None = None) -> Json:
    """Rates as Portkey answers them: cents per token, under the words it has for them."""
    answer: Json = {"pay_as_you_go": written(rates), "currency": "USD"}
    return answer | ({"batch_config": written(batch)} if batch else {})


def written(rates: Mapping[str, int]) -> Json:
    """Rates under one key of a pricing config."""
    said: Json = {theirs: cents(rates[ours]) for theirs, ours in TOKENS.items() if ours in rates}
    units = {
        theirs: cents(rates[ours] * (1000 if ours in SECONDS else 1)) for theirs, ours in UNITS.items() if ours in rates
    }
    table: Json = {}
    for kind, rate in rates.items():
        if kind == "images" or kind.startswith("images/"):
            _, quality, size = (*kind.split("/"), "", "")[:3]
            table.setdefault(quality or "default", {})[size or "default"] = cents(rate)
    return said | ({"additional_units": units} if units else {}) | ({"image": table} if table else {})


def cents(rate: int) -> Json:
    """A price in cents per one."""
    return {"price": float(Decimal(rate) / PER_CENT)}
