"""The catalog and the keys as one immutable value in memory, swapped whole on every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.callers import callers_of
from gateway.catalog import Account, Catalog, Provider, account, catalogs, provider_from
from gateway.configs.nodes import Config
from gateway.configs.saved import Saved, saved
from gateway.configs.schema import read_config
from gateway.configs.survey import Known
from gateway.domain import Caller
from gateway.limits.catalog import LimitCatalog
from gateway.limits.stored import limits_in
from gateway.provisioning import by_integration, may_use, owners_of, spares_models
from gateway.references import NO_FILES, References
from gateway.roles import People, people_of
from gateway.vendors import NAMES
from gateway.workspaces import Workspace, workspaces_of
from store.api_keys import ApiKeyRow, all_api_keys
from store.configs import ConfigRow, ConfigVersionRow, all_configs, current_versions
from store.ids import ApiSecret, KeyHash, Slug
from store.integrations import IntegrationRow, all_integrations
from store.members import all_members
from store.models import ModelRow, all_models
from store.providers import ProviderRow, all_providers
from store.provisions import ProvisionRow, all_provisions
from store.users import all_users
from store.vault import Vault
from store.workspaces import OrganisationRow, WorkspaceRow, all_workspaces, organisation

if TYPE_CHECKING:
    from gateway.prices import PriceList
    from store.database import Database

INLINE_KEPT = 1_000
"""Configs that requests bring along, kept read."""


@dataclass(frozen=True)
class Snapshot:
    """What the request path knows."""

    callers: Mapping[KeyHash, Caller]
    providers: Mapping[Slug, Provider]
    hash_key: Callable[[ApiSecret], KeyHash]
    saved: Saved = field(default_factory=Saved)
    limits: LimitCatalog = field(default_factory=LimitCatalog)
    workspaces: Mapping[Slug, Workspace] = field(default_factory=dict)
    people: People = field(default_factory=People)
    catalogs: Mapping[Slug, Catalog] = field(default_factory=dict)
    """The providers of each workspace that has any."""
    whole: Catalog = field(default_factory=Catalog)
    """Those of all workspaces."""
    _inline: dict[tuple[str | None, str], Config] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)

    def inline(self, said: str, caller: Caller) -> Config:
        """A config that a request brings along, read once for each workspace. Raises BadConfig."""
        whose = None if caller.is_organisation else caller.workspace
        config = self._inline.get((whose, said))
        if config is None:
            if len(self._inline) >= INLINE_KEPT:
                self._inline.clear()
            config = self._inline[(whose, said)] = Config(read_config(said, self.known_in(whose)))
        return config

    def known_in(self, workspace: str | None) -> Known:
        """What a config of a workspace may name: another's configs hold credentials. None: of the organisation."""
        if workspace is None:
            return self.saved.known
        if workspace not in self._known:
            every = self.saved.known
            theirs = (slug for slug, each in self.configs.items() if each.workspace == workspace)
            mine = {slug: every.configs[slug] for slug in theirs if slug in every.configs}
            providers = self.catalogs.get(Slug(workspace), NOTHING).providers
            self._known[workspace] = Known(every.vendors, providers, mine)
        return self._known[workspace]

    def catalog(self, caller: Caller) -> Catalog:
        """What a caller may use: of another workspace nothing is known to it."""
        return self.whole if caller.is_organisation else self.catalogs.get(caller.workspace, NOTHING)

    def config(self, slug: str, caller: Caller) -> Config | None:
        """A saved config that a caller may use."""
        found = self.saved.configs.get(slug)
        return found if found is not None and caller.sees(found.workspace) else None

    def workspace(self, name: str) -> Workspace | None:
        """A workspace by slug or id."""
        found = self.workspaces.get(Slug(name))
        return found or next((each for each in self.workspaces.values() if each.id == name), None)

    @property
    def configs(self) -> Mapping[str, Config]:
        """Saved ones, by slug."""
        return self.saved.configs


NOTHING = Catalog()


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database has, but for what the limits read themselves."""

    integrations: list[IntegrationRow]
    providers: list[ProviderRow]
    models: list[ModelRow]
    provisions: list[ProvisionRow]
    keys: list[ApiKeyRow]
    configs: list[ConfigRow]
    versions: Mapping[str, ConfigVersionRow]
    workspaces: list[WorkspaceRow]
    organisation: OrganisationRow
    people: People
    limits: LimitCatalog


async def load(
    database: Database, vault: Vault, prices: PriceList, now_ms: int, references: References = NO_FILES
) -> Snapshot:
    """Everything, from the database and the price list."""
    rows = await rows_in(database)
    workspaces = workspaces_of(rows.workspaces, rows.organisation)
    providers = providers_of(rows, vault, prices, references)
    callers = {
        key_hash: caller
        for row in rows.keys
        for key_hash, caller in callers_of(row, now_ms, vault, rows.people, workspaces)
    }
    return Snapshot(
        callers=callers,
        providers=providers,
        hash_key=vault.hash_key,
        saved=saved(rows.configs, rows.versions, vault, NAMES, providers),
        limits=rows.limits,
        workspaces=workspaces,
        people=rows.people,
        catalogs=catalogs(providers),
        whole=Catalog(providers),
    )


async def rows_in(database: Database) -> Rows:
    """Everything as it stands at one moment."""
    async with database.session() as session:
        integrations, providers = await all_integrations(session), await all_providers(session)
        provisions, keys = await all_provisions(session), await all_api_keys(session)
        workspaces = await all_workspaces(session)
        owners = owners_of(workspaces, integrations, by_integration(provisions))
        return Rows(
            integrations=integrations,
            providers=providers,
            models=await all_models(session),
            provisions=provisions,
            keys=keys,
            configs=await all_configs(session),
            versions=await current_versions(session),
            workspaces=workspaces,
            organisation=await organisation(session),
            people=people_of(await all_users(session), await all_members(session)),
            limits=await limits_in(session, keys, providers, owners),
        )


def providers_of(rows: Rows, vault: Vault, prices: PriceList, references: References) -> dict[Slug, Provider]:
    """Every provider with its account."""
    models: dict[str, list[ModelRow]] = {}
    for model in rows.models:
        models.setdefault(model.integration_id, []).append(model)
    integrations, decided = {row.id: row for row in rows.integrations}, by_integration(rows.provisions)
    accounts: dict[str, Account] = {
        id: account(row, models.get(id, []), vault, prices, references) for id, row in integrations.items()
    }

    def provider(row: ProviderRow) -> Provider:
        integration, theirs = integrations[row.integration_id], decided.get(row.integration_id, {})
        return provider_from(
            row,
            accounts[row.integration_id],
            is_provisioned=may_use(integration, theirs, row.workspace),
            integration=integration.slug,
            spares=spares_models(integration, theirs, row.workspace),
        )

    return {Slug(row.slug): provider(row) for row in rows.providers if row.status == "active"}
