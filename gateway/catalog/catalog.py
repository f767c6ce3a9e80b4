"""The model catalog: which accounts at vendors there are, under which names, and which of their models may be used."""

from __future__ import annotations

import difflib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.attempts.targets import login
from gateway.catalog.own_models import Model, own_models
from gateway.catalog.references import References, Unresolved, is_reference
from gateway.vendors import VENDORS, Vendor
from gateway.vendors.vendor import Login
from store.ids import Sealed, Slug, VendorSecret
from store.secrets.vault import Vault, VaultLocked

if TYPE_CHECKING:
    from gateway.prices import PriceList
    from store.catalog.integrations import IntegrationRow
    from store.catalog.models import ModelRow
    from store.catalog.providers import ProviderRow

NAMES_COMPARED = 4_000
"""How many names a misspelt one is compared with; it takes a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Account:
    """An integration, everything it takes to use it already at hand."""

    vendor: Vendor
    base_url: str
    headers: Mapping[str, str]
    login: Login
    allow_all_models: bool
    models: Mapping[str, Model]
    trouble: str | None = None
    """Why it cannot be used, if it cannot."""
    multiplier: Mapping[str, Any] = field(default_factory=dict)
    """By what the price list is multiplied, in Portkey's words."""
    is_kept_elsewhere: bool = False
    """Whether a secret of it may change without anybody telling us."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A name of an account, by which the requests of a workspace address it."""

    slug: Slug
    name: str
    account: Account
    expires_at_ms: int | None
    workspace: Slug
    is_provisioned: bool = True
    """Whether the workspace may still use the integration."""
    integration: str = ""
    """Its slug."""
    spares: bool = False
    """Whether models that are not allowed are counted and let through: the rule is in shadow."""

    @property
    def is_over(self) -> bool:
        """Whether its time has come."""
        return self.expires_at_ms is not None and self.expires_at_ms <= time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Catalog:
    """The providers that somebody may use."""

    providers: Mapping[Slug, Provider] = field(default_factory=dict)
    listings: dict[str, bytes] = field(default_factory=dict)
    """Lists of models as they are sent, written when first asked for."""

    @cached_property
    def model_names(self) -> list[str]:
        """Every model as a request says it."""
        return [f"@{slug}/{model}" for slug, provider in self.providers.items() for model in provider.account.models]

    def nearest(self, model: str) -> str:
        """The end of a sentence that names models like this one."""
        wanted = model.rpartition("/")[2]
        tails: dict[str, str] = {}
        for name in self.model_names[:NAMES_COMPARED]:
            tails.setdefault(name.rpartition("/")[2], name)
        same = [name for name in self.model_names[:NAMES_COMPARED] if name.rpartition("/")[2] == wanted][:3]
        found = same or [tails[near] for near in difflib.get_close_matches(wanted, tails, 3, 0.5)]
        return spelled(found) if found else spelled(self.model_names[:3])

    def nearest_slug(self, slug: str) -> str:
        """The end of a sentence that names providers like this one."""
        found = difflib.get_close_matches(slug, self.providers, 3, 0.4) or list(self.providers)[:3]
        return spelled([f"@{name}" for name in found])


def spelled(names: list[str]) -> str:
    """`; did you mean `a` or `b`?`, or a full stop where there is nothing to propose."""
    return f"; did you mean {' or '.join(f'`{name}`' for name in names)}?" if names else "; the catalog has none yet."


class Configurations(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where and how an integration reaches its vendor, beyond its key."""

    custom_host: str | None = None
    custom_headers: dict[str, str] | None = None
    openai_organization: str | None = None
    openai_project: str | None = None
    settings: dict[str, str] | None = None
    """What the vendor wants beside a key, such as `aws_region`."""
    referred: tuple[str, ...] = ()
    """Those settings that say where a secret is kept, and were let in as such."""


def catalogs(providers: Mapping[Slug, Provider]) -> dict[Slug, Catalog]:
    """What each workspace has."""
    found: dict[Slug, dict[Slug, Provider]] = {}
    for slug, provider in providers.items():
        found.setdefault(provider.workspace, {})[slug] = provider
    return {workspace: Catalog(theirs) for workspace, theirs in found.items()}


def provider_from(
    row: ProviderRow, account: Account, *, is_provisioned: bool, integration: str, spares: bool
) -> Provider:
    """A provider of the store."""
    whose = Slug(row.workspace)
    return Provider(Slug(row.slug), row.name, account, row.expires_at_ms, whose, is_provisioned, integration, spares)


def account(
    integration: IntegrationRow, rows: list[ModelRow], vault: Vault, prices: PriceList, references: References
) -> Account:
    """An integration with its address and login."""
    vendor, trouble = VENDORS[integration.vendor], None
    secret, configurations = None, Configurations()
    try:
        configurations = configurations_of(integration, vault)
        configurations = resolved(configurations, references)
        secret = secret_of(integration, vault, references)
    except (VaultLocked, Unresolved) as error:
        trouble = str(error)
    models = models_of(vendor, configurations, rows, prices)
    if not integration.allow_all_models:
        models = {id: model for id, model in models.items() if model.is_decided}
    return Account(
        vendor=vendor,
        base_url=base_url_of(vendor, secret, configurations),
        headers=headers_of(vendor, secret, configurations),
        login=login_of(secret, configurations),
        allow_all_models=integration.allow_all_models,
        models=models,
        trouble=trouble if integration.status == "active" else f"integration `{integration.slug}` is archived.",
        multiplier=multiplier_in(integration.pricing_adjustments),
        is_kept_elsewhere=is_reference(integration.masked_key) or bool(configurations.referred),
    )


def multiplier_in(adjustments: str | None) -> Mapping[str, Any]:
    """By what prices are multiplied, out of the store."""
    found: Mapping[str, Any] = (msgspec.json.decode(adjustments).get("multiplier") or {}) if adjustments else {}
    return found


def models_of(
    vendor: Vendor, configurations: Configurations, rows: list[ModelRow], prices: PriceList
) -> dict[str, Model]:
    """The models of an integration: those in the store, and those the price list knows of the vendor."""
    own = own_models(rows)
    if configurations.custom_host is not None or any(row.discovered for row in rows):
        return own
    known = {
        id: Model(id, name, enabled=True, is_decided=False) for id, name in prices.models(vendor.priced_as).items()
    }
    return known | own


def opened(sealed: bytes | None, about: str, vault: Vault) -> VendorSecret | None:
    """A secret of the store in the clear. Raises VaultLocked."""
    return None if sealed is None else VendorSecret(vault.unseal(Sealed(sealed), about))


def secret_of(integration: IntegrationRow, vault: Vault, references: References) -> VendorSecret | None:
    """An integration's credential; one that is kept elsewhere is fetched. Raises VaultLocked and Unresolved.

    Only a reference that is shown as one was let in as one.
    """
    said = opened(integration.sealed_key, f"integration:{integration.id}:key", vault)
    return VendorSecret(references.resolve(said)) if said and said == integration.masked_key else said


def configurations_of(integration: IntegrationRow, vault: Vault) -> Configurations:
    """An integration's configurations. Raises VaultLocked."""
    text = opened(integration.sealed_configurations, f"integration:{integration.id}:configurations", vault)
    return msgspec.json.decode(text, type=Configurations) if text else Configurations()


def resolved(said: Configurations, references: References) -> Configurations:
    """Configurations with every secret that is kept elsewhere fetched. Raises Unresolved."""
    if not said.referred:
        return said
    fetched = {
        name: references.resolve(value) for name, value in (said.settings or {}).items() if name in said.referred
    }
    return msgspec.structs.replace(said, settings={**(said.settings or {}), **fetched})


def login_of(secret: VendorSecret | None, configurations: Configurations) -> Login:
    """What an integration logs in with."""
    return Login(secret or "", configurations.settings or {})


def base_url_of(vendor: Vendor, secret: VendorSecret | None, configurations: Configurations) -> str:
    """Where an integration's requests go."""
    address = configurations.custom_host or vendor.address(login_of(secret, configurations))
    return (address or "").rstrip("/")


def headers_of(vendor: Vendor, secret: VendorSecret | None, configurations: Configurations) -> dict[str, str]:
    """Every header of a request to the vendor."""
    named: dict[str, Any] = {
        "openai-organization": configurations.openai_organization,
        "openai-project": configurations.openai_project,
    }
    own = {name.lower(): value for name, value in (configurations.custom_headers or {}).items()}
    found = login(vendor, login_of(secret, configurations))
    return found | {name: value for name, value in named.items() if value} | own
