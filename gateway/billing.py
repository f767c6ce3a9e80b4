"""What a request used, at which price, and what it therefore cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from gateway.prices import reckoned
from gateway.prices.measured import measured

if TYPE_CHECKING:
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.prices import Price, Rates
    from store.ids import Nanodollars
    from store.records import Usage


class Bill(NamedTuple):
    """One request's. Nothing is guessed: what nobody knows is None."""

    usage: Usage | None = None
    rates: Rates | None = None
    source: str | None = None
    """Where the price is from."""
    cost: Nanodollars | None = None
    unpriced: bool = False
    """Something was used whose price nobody knows."""


NOTHING = Bill()


def bill_of(call: Call, plant: Plant) -> Bill:
    """The bill of a request as far as its usage is known, made once for each usage that it reports."""
    if call.bill is None or call.bill[0] != call.usage_received:
        call.bill = (call.usage_received, billed(call, plant))
    return call.bill[1]


def billed(call: Call, plant: Plant) -> Bill:
    """The bill of an answered request; an empty one where nothing was used."""
    if call.asked is None or call.measure is None or call.target is None:
        return NOTHING
    reported = call.measure(call.usage_received) if call.usage_received != b"null" else None
    usage = measured(reported, call.asked, b"".join(call.response))
    if usage is None:
        return NOTHING
    if call.service_tier:
        usage = replace(usage, service_tier=call.service_tier)
    price = price_of(call, plant)
    if price is None:
        return Bill(usage, unpriced=True)
    rates = price.rates_for(usage.input_tokens, usage.service_tier)
    return Bill(usage, rates, price.source, *reckoned(usage, rates))


def price_of(call: Call, plant: Plant) -> Price | None:
    """The price of the model that answered."""
    return call.target.price(plant.prices, call.response_model) if call.target is not None else None
