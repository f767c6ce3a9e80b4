"""The catalog as the console holds it: integrations, the providers made of them, their models; asked for at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

import anyio

from console.client import GatewayClient
from console.limits.words import figure
from console.text.figures import NONE, day_time, short_count, short_duration, short_percent
from console.wire.catalog import Health, Integration, Model, Provider
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.limits import Limit

AT_ONCE = 8
"""Questions the gateway gets at the same time."""

Rows = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Catalog:
    """What there is; `models` by integration slug, only as far as somebody asked for them."""

    integrations: dict[str, Integration] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    models: dict[str, list[Model]] = field(default_factory=dict)
    limits: dict[str, list[Limit]] = field(default_factory=dict)
    """Of providers, by their slug, as far as this key may see them."""
    health: dict[str, Health] = field(default_factory=dict)
    """How the last hour went, by the slug of a provider, as far as this key may see it."""
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

    def models_by_row(self) -> dict[str, tuple[str, Model]]:
        """The same of every row at once."""
        return {f"{slug}/{one.slug}": (slug, one) for slug, models in self.models.items() for one in models}

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
            models_said(catalog, one),
            workspaces_said(one),
            health_said(catalog, one.slug),
            one.status,
        )
        for one in catalog.integrations.values()
    }


def models_said(catalog: Catalog, integration: Integration) -> str:
    """`12/340`: how many models requests may use, and how many there are, once the list of models was looked at."""
    models = catalog.models.get(integration.slug)
    if models is None:
        return "all" if integration.allow_all_models else "chosen"
    return f"{sum(model.enabled for model in models):,}/{len(models):,}"


def workspaces_said(integration: Integration) -> str:
    """Whose it is alone, or how many may use it."""
    if integration.workspace_id is not None:
        return integration.workspace_id
    return NONE if integration.workspace_count is None else str(integration.workspace_count)


def health_said(catalog: Catalog, slug: str) -> str:
    """`2% 1.8s`: the worst of its providers in the last hour, errors and the slowest twentieth."""
    known = [catalog.health[one.slug] for one in catalog.providers_of(slug) if one.slug in catalog.health]
    if not known:
        return NONE
    worst = max(known, key=lambda each: (each.error_rate or 0, each.latency_p95 or 0))
    return f"{short_percent(worst.error_rate)} {short_duration(worst.latency_p95)}"


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
            one.workspace_id or NONE,
            *spent_and_left(catalog.limits.get(one.slug, ())),
            status,
            expires,
        )
    return rows


def spent_and_left(limits: Iterable[Limit]) -> tuple[str, str]:
    """Of the budget that is nearest to its end."""
    budgets = [limit for limit in limits if limit.is_budget]
    if not budgets:
        return NONE, NONE
    nearest = min(budgets, key=lambda limit: limit.left / limit.limit if limit.limit else 0.0)
    return figure(nearest.spent, nearest.type), figure(nearest.left, nearest.type)


def model_rows(catalog: Catalog) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A row for each model of each integration, with its id: there may be a hundred thousand."""
    for slug, models in catalog.models.items():
        whose = workspaces_said(catalog.integrations[slug])
        for model in models:
            yield f"{slug}/{model.slug}", model_row(slug, model, whose)


def model_row(integration: str, model: Model, whose: str) -> tuple[str, ...]:
    """One model."""
    price = model.price
    return (
        model.slug,
        integration,
        dollars(price.input if price else None),
        dollars(price.output if price else None),
        short_count(model.context_window),
        whose,
        "on" if model.enabled else "off",
        "tuned" if model.is_finetune else "custom" if model.is_custom else "",
    )


def dollars(amount: float | None) -> str:
    """`2.50`, `0.075`: of a million tokens."""
    if amount is None:
        return NONE
    return f"{amount:.2f}" if round(amount, 2) == amount else f"{amount:.4g}"


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


async def ask_limits(gateway: GatewayClient, level: str) -> dict[str, list[Limit]]:
    """The limits of all keys or of all providers, by their owner; none where this key may not see them."""
    found: dict[str, list[Limit]] = {}
    try:
        rows = await gateway.every("/v1/limits", Limit, level=level, page_size="1000")
    except GatewayRefused:
        return {}
    for limit in rows:
        found.setdefault(limit.owner, []).append(limit)
    return found


async def ask_health(gateway: GatewayClient, now: datetime) -> dict[str, Health]:
    """The last hour of each provider; none where this key may not see it."""
    since = (now.astimezone(UTC) - timedelta(hours=1)).isoformat()
    asked = {"time_of_generation_min": since, "metrics": "requests,error_rate,latency_p95"}
    try:
        rows = await gateway.every("/v1/analytics/groups/providers", Health, page_size="1000", **asked)
    except GatewayRefused:
        return {}
    return {row.provider: row for row in rows if row.requests}
