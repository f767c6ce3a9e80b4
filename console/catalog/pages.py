"""What there is to say about one integration, provider or model: what it is in a sentence, and what uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from textual.content import Content

from console.catalog.catalog import Catalog, dollars, health_said, models_said
from console.client import GatewayClient
from console.limits.words import BAR, bar, sentence, what
from console.text.figures import NONE, day_time, short_count, short_duration
from console.text.plain import plain
from console.wire.catalog import Integration, Model, Provider, Trial
from console.wire.configs import ConfigRow
from console.wire.errors import GatewayRefused
from console.wire.keys import ApiKey
from console.wire.limits import Limit

T = TypeVar("T")
MOST = 12
"""Of a kind that are named; of more, how many there are."""
FAULTS = {
    "gateway": "ours: the key or the address that was put in",
    "provider": "the vendor's",
    "caller": "that of what was asked",
    "policy": "a limit's",
}


@dataclass(frozen=True, slots=True)
class CatalogPage:
    """One page."""

    title: str
    lines: list[Content]


@dataclass(frozen=True, slots=True)
class Users:
    """What may use something of the catalog, as far as this key may see it."""

    configs: list[ConfigRow]
    keys: list[ApiKey]

    def of(self, slugs: Iterable[str], model: str | None = None) -> Iterator[tuple[str, str]]:
        """(what, why) for each config that names one of these providers, and each key that goes by such a config."""
        named: dict[str, str] = {}
        for config in self.configs:
            if targets := [each for each in config.targets if is_aimed(each, slugs, model)]:
                named[config.slug] = ", ".join(list(dict.fromkeys(targets))[:3])
                yield f"config {config.slug}", f"goes to {named[config.slug]}"
        for key in self.keys:
            if key.config_id in named:
                yield f"key {key.name}", f"goes by config {key.config_id}"


def is_aimed(target: str, slugs: Iterable[str], model: str | None) -> bool:
    """Whether a config's target is one of these providers, and this model of it."""
    provider, _, asked = target.removeprefix("@").partition("/")
    return provider in slugs and (model is None or asked in ("", model))


async def ask_page(
    gateway: GatewayClient, catalog: Catalog, listing: str, row_id: str, zone: tzinfo | None, now: datetime
) -> CatalogPage | None:
    """The page of a row; None where that is gone. Raises GatewayError."""
    users = Users(await perhaps(gateway, "/v1/configs", ConfigRow), await perhaps(gateway, "/v1/api-keys", ApiKey))
    if listing == "providers":
        catalog.limits[row_id] = await perhaps(gateway, "/v1/limits", Limit, level="provider", owner=row_id)
    if (page := at_a_glance(catalog, listing, row_id, zone, now)) is None:
        return None
    slug, _, model = row_id.partition("/") if listing == "models" else (row_id, "", "")
    slugs = {slug} if listing == "providers" else {each.slug for each in catalog.providers_of(slug)}
    found = used(users.of(slugs, model or None), "Used by", "no config, as far as this key may see")
    return CatalogPage(page.title, [*page.lines, *found])


def at_a_glance(catalog: Catalog, listing: str, row_id: str, zone: tzinfo | None, now: datetime) -> CatalogPage | None:
    """What is known of a row without asking; None where that is gone."""
    if listing == "models":
        slug, name = row_id.split("/", 1)
        found = next((each for each in catalog.models.get(slug, ()) if each.slug == name), None)
        return None if found is None else CatalogPage(f"Model {name}", [*model_lines(catalog, slug, found)])
    if listing == "providers":
        provider = catalog.providers.get(row_id)
        if provider is None:
            return None
        return CatalogPage(f"Provider @{row_id}", [*provider_lines(catalog, provider, zone, now)])
    if (integration := catalog.integrations.get(row_id)) is None:
        return None
    return CatalogPage(f"Integration {row_id}", [*integration_lines(catalog, integration, zone, now)])


async def perhaps(gateway: GatewayClient, path: str, kind: type[T], **where: str) -> list[T]:
    """Every row of a list, none where this key may not see it."""
    try:
        return await gateway.every(path, kind, **where)
    except GatewayRefused:
        return []


def integration_lines(catalog: Catalog, one: Integration, zone: tzinfo | None, now: datetime) -> Iterator[Content]:
    """A vendor account."""
    named = catalog.providers_of(one.slug)
    where = f" at {one.custom_host}" if one.custom_host else ""
    yield line(f"An account at {one.ai_provider_id}{where}, {for_whom(one)}; requests name it by its providers.")
    yield Content("")
    yield fact("Name", one.name)
    yield fact("Key", one.masked_key or "none")
    yield fact("Models", f"{models_said(catalog, one)} enabled")
    if (health := health_said(catalog, one.slug)) != NONE:
        yield fact("Last hour", f"{health} (errors, slowest twentieth)")
    multiplier = (one.pricing_adjustments or {}).get("multiplier")
    yield fact("Prices", f"the list's, times {multiplier}" if multiplier else "the list's")
    yield fact("Status", one.status)
    yield fact("Made", day_time(one.created_at, zone))
    if one.description:
        yield fact("About", one.description)
    yield from used([(f"@{each.slug}", provider_said(each, zone, now)) for each in named], "Providers", "none: n there")


def for_whom(one: Integration) -> str:
    """Whose it is alone, or how many may use it."""
    if one.workspace_id is not None:
        return f"the workspace {one.workspace_id}'s alone"
    count = one.workspace_count
    return "the organisation's" if count is None else f"for {count} workspace{'' if count == 1 else 's'}"


def provider_said(one: Provider, zone: tzinfo | None, now: datetime) -> str:
    """A provider in the list of an integration's."""
    ends = ""
    if one.expires_at is not None:
        ends = f", {'ended' if one.expires_at <= now else 'ends'} {day_time(one.expires_at, zone)}"
    return f"in {one.workspace_id or 'every workspace'}, {one.status}{ends}"


def provider_lines(catalog: Catalog, one: Provider, zone: tzinfo | None, now: datetime) -> Iterator[Content]:
    """A name of an account."""
    limits = catalog.limits.get(one.slug, [])
    integration = catalog.integration(one.integration_id)
    account = integration.slug if integration else one.integration_id
    yield line(f"Requests that say `@{one.slug}/MODEL` go by the account {account}; {provider_said(one, zone, now)}.")
    yield Content("")
    yield fact("Name", one.name)
    if one.note:
        yield fact("Note", one.note)
    yield Content("")
    yield Content.styled("Limits", "bold")
    for limit in limits:
        yield line(f"  {what(limit)}  {bar(limit, BAR)}")
        yield line(f"    {sentence(limit, zone)}")
    if not limits:
        yield line("  none of its own: b sets a budget or a rate")


def model_lines(catalog: Catalog, slug: str, one: Model) -> Iterator[Content]:
    """A model."""
    named = catalog.providers_of(slug)
    says = catalog.request_name(slug, one.slug)
    may = "may be asked for" if one.enabled else "is refused with 412: P enables it"
    yield line(f"A model of {slug} that {may}" + (f", as `{says}`." if says else "; no provider names it yet."))
    yield Content("")
    price = one.price
    costs = f"${dollars(price.input)} in, ${dollars(price.output)} out per million tokens" if price else "nobody knows"
    whose = "the operator's own" if one.pricing_config else "the list's"
    yield fact("Price", f"{costs} ({whose})" if price else costs)
    yield fact("Reads", f"{short_count(one.context_window)} tokens" if one.context_window else "nobody says how much")
    if one.base_model_slug:
        yield fact("Made of", one.base_model_slug)
    for name, value in one.configurations.items():
        yield fact(name.replace("_", " ").capitalize(), str(value))
    yield from used([(f"@{each.slug}/{one.slug}", each.name) for each in named], "Requests say", "nothing yet")


def line(text: str) -> Content:
    """Words as they are: nothing in them is obeyed."""
    return Content(plain(text))


def fact(name: str, value: str) -> Content:
    """One line."""
    return Content.assemble((f"{name:<14}", "bold"), line(value))


def used(rows: Iterable[tuple[str, str]], heading: str, nothing: str) -> Iterator[Content]:
    """A heading, and who stands under it."""
    found = list(rows)
    yield Content("")
    yield Content.styled(heading, "bold")
    for name, why in found[:MOST]:
        yield line(f"  {name:<28} {why}")
    if len(found) > MOST:
        yield line(f"  and {len(found) - MOST:,} more")
    if not found:
        yield line(f"  {nothing}")


def trial_lines(trial: Trial) -> list[Content]:
    """Why a key does not work, whose fault that is, and what to do."""
    return [
        line(trial.advice or "See what the vendor says."),
        Content(""),
        fact("It said", trial.said),
        fact("Status", str(trial.status) if trial.status is not None else "no answer came"),
        fact("Asked", trial.asked or "nobody"),
        fact("Fault", FAULTS.get(trial.fault or "", trial.fault or "")),
        fact("Took", short_duration(trial.took_ms)),
    ]
