"""The catalog and the keys as one immutable value in memory, swapped whole on every change."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.configs.nodes import Config
from gateway.configs.saved import Saved, saved
from gateway.configs.schema import read_config
from gateway.domain import Caller
from gateway.key_defaults import defaults_of, webui_secret
from gateway.limits.catalog import LimitCatalog
from gateway.limits.stored import limits_in
from gateway.targets import login
from gateway.vendors import NAMES, VENDORS, Vendor
from gateway.vendors.vendor import Login
from store.api_keys import ApiKeyRow, all_api_keys
from store.configs import all_configs, current_versions
from store.ids import ApiSecret, KeyHash, KeyId, Sealed, Slug, VendorSecret
from store.integrations import IntegrationRow, all_integrations
from store.models import ModelRow, all_models
from store.providers import all_providers
from store.vault import Vault, VaultLocked

if TYPE_CHECKING:
    from gateway.prices import PriceList
    from store.database import Database

INLINE_KEPT = 1_000
"""Configs that requests bring along, kept read."""
NAMES_COMPARED = 4_000
"""How many names a misspelt one is compared with; it takes a few milliseconds."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a provider."""

    id: str
    name: str
    enabled: bool
    is_decided: bool = True
    """Whether somebody said so, and it is not merely what a vendor offers."""


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


@dataclass(frozen=True, slots=True)
class Provider:
    """A name of an account, by which requests address it."""

    slug: Slug
    name: str
    account: Account
    expires_at_ms: int | None


@dataclass(frozen=True)
class Snapshot:
    """What the request path knows."""

    callers: Mapping[KeyHash, Caller]
    providers: Mapping[Slug, Provider]
    hash_key: Callable[[ApiSecret], KeyHash]
    saved: Saved = field(default_factory=Saved)
    limits: LimitCatalog = field(default_factory=LimitCatalog)
    listings: dict[str, bytes] = field(default_factory=dict)
    """Lists of models as they are sent, written when first asked for."""
    _inline: dict[str, Config] = field(default_factory=dict)

    def inline(self, said: str) -> Config:
        """A config that a request brings along, read once. Raises BadConfig."""
        config = self._inline.get(said)
        if config is None:
            if len(self._inline) >= INLINE_KEPT:
                self._inline.clear()
            config = self._inline[said] = Config(read_config(said, self.saved.known))
        return config

    @property
    def configs(self) -> Mapping[str, Config]:
        """Saved ones, by slug."""
        return self.saved.configs

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


async def load(database: Database, vault: Vault, prices: PriceList, now_ms: int) -> Snapshot:
    """Everything, from the database and the price list."""
    async with database.session() as session:
        integrations = {row.id: row for row in await all_integrations(session)}
        rows, keys, models = await all_providers(session), await all_api_keys(session), await all_models(session)
        configs, versions = await all_configs(session), await current_versions(session)
        limits = await limits_in(session, keys, rows)
    by_integration: dict[str, list[ModelRow]] = {}
    for model in models:
        by_integration.setdefault(model.integration_id, []).append(model)
    accounts = {id: account(row, by_integration.get(id, []), vault, prices) for id, row in integrations.items()}
    providers = {
        Slug(row.slug): Provider(Slug(row.slug), row.name, accounts[row.integration_id], row.expires_at_ms)
        for row in rows
        if row.status == "active"
    }
    callers = {key_hash: caller for row in keys for key_hash, caller in callers_of(row, now_ms, vault)}
    return Snapshot(callers, providers, vault.hash_key, saved(configs, versions, vault, NAMES, providers), limits)


def callers_of(row: ApiKeyRow, now_ms: int, vault: Vault) -> list[tuple[KeyHash, Caller]]:
    """An API key by its secret, and while it is rotated by the former one too."""
    scopes = frozenset(msgspec.json.decode(row.scopes, type=list[str]))
    own = defaults_of(row)
    caller = Caller(
        key_id=KeyId(row.id),
        name=row.name,
        workspace=Slug(row.workspace),
        scopes=scopes,
        expires_at_ms=row.expires_at_ms,
        config=own.config_id,
        allow_config_override=own.allow_config_override,
        metadata=own.metadata or {},
        open_webui=own.open_webui,
        open_webui_secret=webui_secret(row, vault),
        usage_cost=own.usage_cost,
        describe_models=own.describe_models,
    )
    found = [(KeyHash(row.key_hash), caller)]
    if row.previous_hash is not None and (until := row.previous_expires_at_ms) is not None and until > now_ms:
        ends = until if row.expires_at_ms is None else min(until, row.expires_at_ms)
        found.append((KeyHash(row.previous_hash), replace(caller, expires_at_ms=ends)))
    return found


def account(integration: IntegrationRow, rows: list[ModelRow], vault: Vault, prices: PriceList) -> Account:
    """An integration with its address and login."""
    vendor, trouble = VENDORS[integration.vendor], None
    secret, configurations = None, Configurations()
    try:
        secret = opened(integration.sealed_key, f"integration:{integration.id}:key", vault)
        configurations = configurations_of(integration, vault)
    except VaultLocked as error:
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
        trouble=trouble,
    )


def models_of(
    vendor: Vendor, configurations: Configurations, rows: list[ModelRow], prices: PriceList
) -> dict[str, Model]:
    """The models of an integration: those in the store, and those the price list knows of the vendor."""
    own = {row.slug: Model(row.slug, row.name or row.slug, row.enabled, not row.discovered) for row in rows}
    if configurations.custom_host is not None or any(row.discovered for row in rows):
        return own
    known = {
        id: Model(id, name, enabled=True, is_decided=False) for id, name in prices.models(vendor.priced_as).items()
    }
    return known | own


def opened(sealed: bytes | None, about: str, vault: Vault) -> VendorSecret | None:
    """A secret of the store in the clear. Raises VaultLocked."""
    return None if sealed is None else VendorSecret(vault.unseal(Sealed(sealed), about))


def configurations_of(integration: IntegrationRow, vault: Vault) -> Configurations:
    """An integration's configurations. Raises VaultLocked."""
    text = opened(integration.sealed_configurations, f"integration:{integration.id}:configurations", vault)
    return msgspec.json.decode(text, type=Configurations) if text else Configurations()


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
