"""A model described so that Open WebUI sets itself up: what it costs, what it can do, and tags for the menu.

Source: Open WebUI 0.12, which makes whatever it does not know in a row of `/models` a part of its own model.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from gateway.catalog.model_traits import CHAT, calls_tools, kind_of
from gateway.catalog.own_models import Model, price_in

if TYPE_CHECKING:
    from gateway.catalog.catalog import Provider
    from gateway.prices import Price, PriceList


class Tag(msgspec.Struct, frozen=True):
    """One that the menu can be narrowed down by."""

    name: str


class Capabilities(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What Open WebUI is to do with a model; all else is as it would do anyhow."""

    usage: bool | msgspec.UnsetType = msgspec.UNSET
    """It asks for the usage of a stream, and shows tokens and cost."""
    builtin_tools: bool | msgspec.UnsetType = msgspec.UNSET
    """Whether its own tools go along with every message."""


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """What people see of a model."""

    description: str
    capabilities: Capabilities


class Info(msgspec.Struct, frozen=True):
    """As Open WebUI keeps a model itself."""

    meta: Meta


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list, for Open WebUI."""

    id: str
    name: str
    owned_by: str
    slug: str
    kind: str
    """`chat`, or what else the model is for."""
    tags: list[Tag]
    info: Info
    object: str = "model"
    created: int = 0


def described(provider: Provider, model: Model, prices: PriceList) -> Described:
    """A model of a provider."""
    vendor = provider.account.vendor
    kind = kind_of(vendor, model.id)
    can = Capabilities(usage=True, builtin_tools=msgspec.UNSET if calls_tools(vendor, model.id) else False)
    price = price_in(prices, vendor.priced_as, [model.id], model, provider.account.multiplier)
    window = prices.context_window(vendor.priced_as, model.base or model.id)
    return Described(
        id=f"@{provider.slug}/{model.id}",
        name=model.name,
        owned_by=vendor.id,
        slug=model.id,
        kind=kind,
        tags=[Tag(provider.name), *([Tag(kind)] if kind != CHAT else [])],
        info=Info(Meta(description=description(vendor.name, price, window), capabilities=can)),
    )


def description(vendor: str, price: Price | None, window: int | None) -> str:
    """A line for people."""
    said = [f"by {vendor}", costs(price)]
    if window is not None:
        said.append(f"reads up to {window:,} tokens")
    words = "; ".join(each for each in said if each)
    return f"{words[0].upper()}{words[1:]}."


def costs(price: Price | None) -> str:
    """What a model costs, in words; empty where nobody knows."""
    rates = price.rates if price is not None else {}
    parts = [f"{dollars(rates[kind])} {word}" for kind, word in (("input", "in"), ("output", "out")) if kind in rates]
    return f"{', '.join(parts)} per million tokens" if parts else ""


def dollars(nanodollars: int) -> str:
    """An amount in whole cents, or as exactly as it takes."""
    amount = Decimal(nanodollars).scaleb(-9).normalize()
    return f"${amount:.2f}" if amount == amount.quantize(Decimal("0.01")) else f"${amount:f}"
