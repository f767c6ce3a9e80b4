"""The shapes of `/v1/integrations/{slug}/models`, and what may be wrong with them. Source: portkey.ai, OpenAPI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.api.admin.configurations import wrong_with_headers, wrong_with_host
from gateway.catalog.own_models import ModelConfigurations, configurations_in
from gateway.headers import MASK
from gateway.prices.price import Price
from store.catalog.models import ModelRow

LONGEST = 255
NANO = 1_000_000_000
NOT_DEFAULTS = frozenset({"model", "messages", "input", "prompt", "stream"})
"""What a request itself must say."""


class ModelChange(msgspec.Struct, frozen=True, kw_only=True):
    """One model, and whether it may be used; what is left out stays."""

    slug: str
    enabled: bool
    name: str | None = None
    is_custom: bool | None = None
    is_finetune: bool | None = None
    base_model_slug: str | msgspec.UnsetType | None = msgspec.UNSET
    """The model it was made of: it costs the same, where it has no price of its own."""
    configurations: ModelConfigurations | msgspec.UnsetType | None = msgspec.UNSET
    pricing_config: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    """Portkey's, in US cents: `{"type": "static", "pay_as_you_go": {"request_token": {"price": 0.0002}}}`."""


class ModelsChange(msgspec.Struct, frozen=True, kw_only=True):
    """Several at once."""

    models: list[ModelChange]
    allow_all_models: bool | None = None
    """Whether models that nobody decided about may be used."""
    shadow_models: bool | None = None
    """Whether models that may not be used are counted and let through."""


class PerMillion(msgspec.Struct, frozen=True, kw_only=True):
    """What a million tokens cost, in dollars; null where that is not what is paid for."""

    input: float | None = None
    output: float | None = None


class ModelAccess(msgspec.Struct, frozen=True, kw_only=True):
    """One model of an integration."""

    slug: str
    name: str
    enabled: bool
    is_custom: bool
    is_finetune: bool
    base_model_slug: str | None
    configurations: ModelConfigurations
    pricing_config: dict[str, Any] | None = None
    price: PerMillion | None = None
    """As requests are charged: the operator's own, or the list's with the account's multiplier; null: nobody knows."""
    context_window: int | None = None
    """Tokens it reads at most, where that is known."""


class ModelAccessList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    models: list[ModelAccess]
    shadow_models: bool
    """Whether those that may not be used are counted and let through."""


def wrong_with(said: ModelChange, place: str) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, and what is wrong with them."""
    if not said.slug.strip() or len(said.slug) > LONGEST:
        yield f"{place}.slug", f"must have 1 to {LONGEST} characters"
    if said.is_finetune and not said.base_model_slug and said.pricing_config in (None, msgspec.UNSET):
        yield f"{place}.base_model_slug", "is needed for a fine-tuned model, unless it has a `pricing_config`"
    if said.base_model_slug == said.slug:
        yield f"{place}.base_model_slug", "must be another model"
    if isinstance(said.pricing_config, dict):
        yield from wrong_with_pricing(said.pricing_config, f"{place}.pricing_config")
    if isinstance(said.configurations, ModelConfigurations):
        yield from wrong_with_configurations(said.configurations, f"{place}.configurations")


def wrong_with_pricing(said: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    """A price that cannot be read."""
    if said.get("type", "static") != "static":
        yield f"{place}.type", "must be `static`"
    try:
        if not Price.from_portkey(said).rates:
            yield place, "has no price: `pay_as_you_go` needs one such as `request_token`"
    except ValueError as error:
        yield place, f"cannot be read: {error}"


def wrong_with_configurations(said: ModelConfigurations, place: str) -> Iterator[tuple[str, str]]:
    """An address, headers or defaults that cannot be."""
    yield from wrong_with_host(said.custom_host, f"{place}.custom_host")
    yield from wrong_with_headers(said.custom_headers, f"{place}.custom_headers")
    for name in said.default_params or {}:
        if name in NOT_DEFAULTS:
            yield f"{place}.default_params.{name}", "cannot have a default: it is what a request is about"


def decided(row: ModelRow, said: ModelChange) -> ModelRow:
    """A model as the operator wants it."""
    row.enabled = said.enabled
    row.name = said.name or row.name
    row.is_custom = row.is_custom if said.is_custom is None else said.is_custom
    row.is_finetune = row.is_finetune if said.is_finetune is None else said.is_finetune
    if said.base_model_slug is not msgspec.UNSET:
        row.base_model_slug = said.base_model_slug or None
    if said.pricing_config is not msgspec.UNSET:
        row.pricing = msgspec.json.encode(said.pricing_config).decode() if said.pricing_config else None
    if said.configurations is not msgspec.UNSET:
        own = unmasked(said.configurations, configurations_in(row)) if said.configurations else None
        row.configurations = msgspec.json.encode(own).decode() if own else None
    row.discovered = False  # from now on it is not only the vendor who says so
    return row


def unmasked(said: ModelConfigurations, before: ModelConfigurations) -> ModelConfigurations:
    """What is said, with headers that were sent back masked as they were."""
    former = before.custom_headers or {}
    headers = {
        name: former.get(name, "") if value == MASK else value for name, value in (said.custom_headers or {}).items()
    }
    return msgspec.structs.replace(said, custom_headers=headers or None)


def per_million(price: Price | None) -> PerMillion | None:
    """A price as people compare them."""
    if price is None:
        return None
    known = {kind: price.rates[kind] / NANO for kind in ("input", "output") if kind in price.rates}
    return PerMillion(**known)


def access(
    row: ModelRow, name: str, *, enabled: bool, price: Price | None = None, window: int | None = None
) -> ModelAccess:
    """A model as the API has it, the values of its headers masked."""
    own = configurations_in(row)
    masked = dict.fromkeys(own.custom_headers, MASK) if own.custom_headers else None
    return ModelAccess(
        slug=row.slug,
        name=name,
        enabled=enabled,
        is_custom=row.is_custom,
        is_finetune=row.is_finetune,
        base_model_slug=row.base_model_slug,
        configurations=msgspec.structs.replace(own, custom_headers=masked),
        pricing_config=msgspec.json.decode(row.pricing) if row.pricing else None,
        price=per_million(price),
        context_window=window,
    )
