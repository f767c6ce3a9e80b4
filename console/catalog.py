"""The catalog as the console holds it: integrations, the providers made of them, their models; asked for at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

import anyio

from console.client import GatewayClient, GatewayError
from console.figures import NONE, day_time
from console.wire.catalog import Integration, Model, Provider

AT_ONCE = 8
"""Questions the gateway gets at the same time."""

Rows = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Catalog:
    """What there is; `models` by integration slug, only as far as somebody asked for them."""

    integrations: dict[str, Integration] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    models: dict[str, list[Model]] = field(default_factory=dict)
    failure: GatewayError | None = None
    """Why some of it is missing."""

    def integration(self, name: str) -> Integration | None:
        """By slug or id: a provider may say either."""
        same = (one for one in self.integrations.values() if one.id == name)
        return self.integrations.get(name) or next(same, None)

    def providers_of(self, slug: str) -> list[Provider]:
        """The names that requests have for an integration."""
        one = self.integrations.get(slug)
        return [p for p in self.providers.values() if one and p.integration_id in (one.slug, one.id)]

    def model(self, row_id: str) -> tuple[str, Model]:
        """The integration's slug and the model of a row in the list of models."""
        slug, _, model = row_id.partition("/")
        return slug, next(one for one in self.models[slug] if one.slug == model)

    def request_name(self, slug: str, model: str) -> str | None:
        """`@provider/model`; None while the integration has no provider."""
        named = sorted(self.providers_of(slug), key=lambda provider: provider.slug != slug)
        return f"@{named[0].slug}/{model}" if named else None


def integration_rows(catalog: Catalog, vendor_hosts: dict[str, str]) -> Rows:
    """A row for each integration; the vendor's usual base URL where it has none of its own."""
    return {
        one.slug: (
            one.slug,
            one.name,
            one.ai_provider_id,
            one.custom_host or vendor_hosts.get(one.ai_provider_id) or NONE,
            one.masked_key or NONE,
            one.status,
        )
        for one in catalog.integrations.values()
    }


def provider_rows(catalog: Catalog, zone: tzinfo | None, now: datetime) -> Rows:
    """A row for each provider."""
    rows: Rows = {}
    for one in catalog.providers.values():
        integration = catalog.integration(one.integration_id)
        status = "expired" if one.expires_at and one.expires_at <= now else one.status
        expires = day_time(one.expires_at, zone) if one.expires_at else "never"
        rows[one.slug] = (
            f"@{one.slug}",
            one.name,
            integration.slug if integration else one.integration_id,
            status,
            expires,
        )
    return rows


def model_rows(catalog: Catalog) -> Rows:
    """A row for each model of each integration."""
    return {
        f"{slug}/{model.slug}": (
            model.slug,
            slug,
            "on" if model.enabled else "off",
            "custom" if model.is_custom else "",
        )
        for slug, models in catalog.models.items()
        for model in models
    }


async def ask_catalog(gateway: GatewayClient, before: Catalog, *, with_models: bool) -> Catalog:
    """Everything of the catalog as it is now; models as they were `before` unless asked for.

    What one integration does not say hides no other: that is the catalog's `failure`. Raises GatewayError.
    """
    integrations = {one.slug: one for one in await gateway.integrations()}
    found = Catalog(integrations, {one.slug: one for one in await gateway.providers()})
    found.models = {slug: models for slug, models in before.models.items() if slug in integrations}
    limit = anyio.CapacityLimiter(AT_ONCE)

    async def complete(slug: str) -> None:
        try:
            async with limit:
                found.integrations[slug] = await gateway.integration(slug)
                if with_models:
                    found.models[slug] = await gateway.models(slug)
        except GatewayError as error:
            found.failure = error

    async with anyio.create_task_group() as tasks:
        for slug in integrations:
            tasks.start_soon(complete, slug)
    return found
