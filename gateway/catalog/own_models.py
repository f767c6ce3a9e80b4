"""What an operator says of a model: whether it may be used, what it costs, where it is, what requests default to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.prices.price import Price

if TYPE_CHECKING:
    from gateway.prices import PriceList
    from store.catalog.models import ModelRow

SAME = ({"max_tokens", "max_completion_tokens", "max_output_tokens"},)
"""Parameters that say the same thing: who says one has said them all."""
OWN = "the operator"
"""Where such a price is from."""
Fields = Mapping[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a provider."""

    id: str
    name: str
    enabled: bool
    is_decided: bool = True
    """Whether somebody said so, and it is not merely what a vendor offers."""
    price: Price | None = None
    """The operator's own; no list and no multiplier changes it."""
    base: str | None = None
    """The model that it was made of, as which it is priced."""
    base_url: str | None = None
    """Its own address, in place of the integration's."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside the integration's."""
    defaults: Fields = field(default_factory=dict)
    """Parameters for requests that do not say them."""


class ModelConfigurations(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where and how a model is asked."""

    custom_host: str | None = None
    custom_headers: dict[str, str] | None = None
    default_params: dict[str, Any] | None = None
    """Such as `{"max_tokens": 1000}`; a request's own, or its config's, win."""


def configurations_in(row: ModelRow) -> ModelConfigurations:
    """A model's own configurations, out of the store."""
    return (
        msgspec.json.decode(row.configurations, type=ModelConfigurations)
        if row.configurations
        else ModelConfigurations()
    )


def own_models(rows: Iterable[ModelRow]) -> dict[str, Model]:
    """The models in the store; one made of another costs what that one costs, unless it has a price itself."""
    by_slug = {row.slug: row for row in rows}
    return {slug: model_from(row, by_slug.get(row.base_model_slug or "")) for slug, row in by_slug.items()}


def model_from(row: ModelRow, base: ModelRow | None) -> Model:
    """A row as requests use it."""
    own = configurations_in(row)
    pricing = row.pricing or (base.pricing if base is not None else None)
    return Model(
        id=row.slug,
        name=row.name or row.slug,
        enabled=row.enabled,
        is_decided=not row.discovered,
        price=Price.from_portkey(msgspec.json.decode(pricing), OWN) if pricing else None,
        base=row.base_model_slug,
        base_url=own.custom_host.rstrip("/") if own.custom_host else None,
        headers={name.lower(): value for name, value in (own.custom_headers or {}).items()},
        defaults={name: msgspec.Raw(msgspec.json.encode(value)) for name, value in (own.default_params or {}).items()},
    )


def price_in(
    prices: PriceList, vendor: str | None, names: Iterable[str], own: Model | None, multiplier: Mapping[str, Any]
) -> Price | None:
    """What a model costs: the operator's price, else the list's for its base or the first of its names, multiplied."""
    if own is not None and own.price is not None:
        return own.price
    for name in (own.base,) if own is not None and own.base else names:
        if (price := prices.price(vendor, name)) is not None:
            return price.times(multiplier) if multiplier else price
    return None


def with_defaults(fields: Fields, defaults: Fields) -> Fields:
    """A request's fields with a model's defaults where it does not say them; the same object where there are none."""
    if not defaults:
        return fields
    said = set(fields)
    for same in SAME:
        if not said.isdisjoint(same):
            said |= same
    return {**{name: value for name, value in defaults.items() if name not in said}, **fields}
