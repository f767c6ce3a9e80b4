"""What a request that is on record costs by the prices of now: one that was only reported, or one priced anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.billing import NOTHING, Bill
from gateway.catalog.own_models import price_in
from gateway.prices import reckoned
from gateway.vendors import vendor_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.catalog.own_models import Model
    from gateway.plant import Plant
    from gateway.prices import Price
    from store.records import LogRecord


def stored_bill(record: LogRecord, plant: Plant) -> Bill:
    """The bill of a record's usage; an empty one where nothing was used."""
    usage = record.usage
    if usage is None:
        return NOTHING
    price = stored_price(record, plant)
    if price is None:
        return Bill(usage, unpriced=True)
    rates = price.rates_for(usage.input_tokens, usage.service_tier)
    return Bill(usage, rates, price.source, *reckoned(usage, rates))


def stored_price(record: LogRecord, plant: Plant) -> Price | None:
    """What its model costs now: with the catalog's word for it, where its provider is still there."""
    own: Model | None = None
    multiplier: Mapping[str, Any] = {}
    vendor = vendor_named(record.vendor or "")
    provider = plant.snapshot.whole.providers.get(record.provider) if record.provider is not None else None
    if provider is not None:
        account = provider.account
        vendor, own, multiplier = account.vendor, account.models.get(record.model or ""), account.multiplier
    if vendor is None:
        return None
    names = tuple(dict.fromkeys(name for name in (record.response_model, record.model) if name))
    return price_in(plant.prices, vendor.priced_as, names, own, multiplier) if names or own else None
