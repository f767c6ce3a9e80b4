"""What the snapshot is made of, kept row by row: after a change only what it touched is read, and made anew.

All of it would take a second with ten thousand keys, and requests would wait for it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from gateway.catalog.catalog import Account, Catalog, Provider, account, catalogs, provider_from
from gateway.catalog.provisioning import by_integration, may_use, owners_of, spares_models
from gateway.catalog.references import References
from gateway.configs.saved import Saved, saved, with_providers
from gateway.limits.catalog import LimitCatalog, assembled, limits_by_owner, policy_of
from gateway.limits.stored import owners_of_keys, owners_of_providers
from gateway.organisation.callers import callers_of
from gateway.organisation.roles import People, people_of
from gateway.organisation.workspaces import Workspace, workspaces_of
from gateway.vendors import NAMES
from store.catalog.configs import ConfigRow, configs_of, current_versions
from store.catalog.integrations import IntegrationRow, all_integrations
from store.catalog.models import models_by_integration
from store.catalog.providers import ProviderRow, all_providers
from store.catalog.provisions import ProvisionRow, all_provisions
from store.ids import KeyHash, Slug
from store.limits.counters import all_adjustments
from store.limits.policies import policies_of
from store.organisation.api_keys import api_keys_of
from store.organisation.members import all_members
from store.organisation.users import all_users
from store.organisation.workspaces import WorkspaceRow, all_workspaces, organisation

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller
    from gateway.limits.policies import Policy
    from gateway.limits.rules import Applied
    from gateway.prices import PriceList
    from store.limits.counters import AdjustmentRow
    from store.secrets.vault import Vault

Touched = Mapping[str, Collection[str]]
"""By table the keys of rows that were changed; parts of a key are separated by `/`."""
MANY = 500
"""Rows of one table that are asked for one by one; of more all are read."""
CATALOG = ("integrations", "providers", "provisions", "models")


class Sources:
    """What was read last. Not to be changed by two at once."""

    def __init__(self) -> None:
        self._is_whole = False
        """Whether nothing is missing: reading may fail halfway."""
        self._workspace_rows: list[WorkspaceRow] = []
        self._slug_of: dict[str, str] = {}
        self.workspaces: Mapping[Slug, Workspace] = {}
        self.people = People()
        self._integrations: dict[str, IntegrationRow] = {}
        self._provider_rows: list[ProviderRow] = []
        self._provisions: list[ProvisionRow] = []
        self._accounts: dict[str, Account] = {}
        self.providers: Mapping[Slug, Provider] = {}
        self.catalogs: Mapping[Slug, Catalog] = {}
        self.whole = Catalog()
        self._keys: dict[str, list[tuple[KeyHash, Caller]]] = {}
        self.callers: Mapping[KeyHash, Caller] = {}
        self._key_limits: dict[str, tuple[Applied, ...]] = {}
        self._policies: dict[str, Policy] = {}
        self._adjustments: list[AdjustmentRow] = []
        self.limits = LimitCatalog()
        self._configs: dict[str, ConfigRow] = {}
        self.saved = Saved()

    async def read(
        self,
        session: AsyncSession,
        touched: Touched | None,
        vault: Vault,
        prices: PriceList,
        now_ms: int,
        references: References,
    ) -> None:
        """Catch up with the database; `touched` is what was changed since the last time, None if nobody knows."""
        changed = Changed(touched if self._is_whole else None)
        self._is_whole = False
        await self._read_organisation(session, changed)
        await self._read_catalog(session, changed, vault, prices, references)
        await self._read_keys(session, changed, vault, now_ms)
        await self._read_limits(session, changed)
        await self._read_configs(session, changed, vault)
        self._is_whole = True

    def priced(self) -> Touched:
        """What is to be made anew when prices have changed."""
        return {"integrations": tuple(self._integrations)}

    async def _read_organisation(self, session: AsyncSession, changed: Changed) -> None:
        if changed.has("workspaces", "organisations"):
            self._workspace_rows = await all_workspaces(session)
            self.workspaces = workspaces_of(self._workspace_rows, await organisation(session))
        if changed.has("users", "members"):
            self.people = people_of(await all_users(session), await all_members(session))

    async def _read_catalog(
        self, session: AsyncSession, changed: Changed, vault: Vault, prices: PriceList, references: References
    ) -> None:
        """Accounts are made anew where something of them was touched, or may have changed outside of the database."""
        if not changed.has(*CATALOG):
            return
        self._integrations = {row.id: row for row in await all_integrations(session)}
        self._provider_rows, self._provisions = await all_providers(session), await all_provisions(session)
        stale = self._stale(changed)
        models = await models_by_integration(session, stale)
        made = {id: account(self._integrations[id], models.get(id, []), vault, prices, references) for id in stale}
        self._accounts = {id: made[id] if id in made else self._accounts[id] for id in self._integrations}
        self.providers = self._providers()
        self.catalogs, self.whole = catalogs(self.providers), Catalog(self.providers)

    def _stale(self, changed: Changed) -> set[str]:
        """The integrations whose accounts are to be made anew."""
        rows, models = changed.keys("integrations"), changed.owners("models")
        if rows is None or models is None:
            return set(self._integrations)
        refer = (id for id, each in self._accounts.items() if each.is_kept_elsewhere)
        return {*rows, *models, *refer} & self._integrations.keys()

    def _providers(self) -> dict[Slug, Provider]:
        decided = by_integration(self._provisions)

        def provider(row: ProviderRow) -> Provider:
            integration, theirs = self._integrations[row.integration_id], decided.get(row.integration_id, {})
            return provider_from(
                row,
                self._accounts[row.integration_id],
                is_provisioned=may_use(integration, theirs, row.workspace),
                integration=integration.slug,
                spares=spares_models(integration, theirs, row.workspace),
            )

        return {Slug(row.slug): provider(row) for row in self._provider_rows if row.status == "active"}

    async def _read_keys(self, session: AsyncSession, changed: Changed, vault: Vault, now_ms: int) -> None:
        """A key is made of its row, its workspace and its user."""
        if not changed.has("api_keys", "workspaces", "organisations", "users", "members"):
            return
        if changed.has("organisations"):
            changed, self._keys, self._key_limits = Changed(None), {}, {}
        ids = changed.keys("api_keys")
        for gone in ids or ():
            self._keys.pop(gone, None)
        rows = await api_keys_of(session, ids, self._users(changed), self._slugs(changed))
        for row in rows:
            self._keys[row.id] = callers_of(row, now_ms, vault, self.people, self.workspaces)
        gone_limits = {*(ids or ()), *(row.id for row in rows)}
        kept = {id: each for id, each in self._key_limits.items() if id not in gone_limits}
        self._key_limits = kept | limits_by_owner(owners_of_keys(rows)).get("api_key", {})
        self.callers = dict(pair for pairs in self._keys.values() for pair in pairs)

    def _users(self, changed: Changed) -> set[str]:
        """Whose keys may do more or less now."""
        return {*(changed.keys("users") or ()), *(key.rpartition("/")[2] for key in changed.keys("members") or ())}

    def _slugs(self, changed: Changed) -> set[str]:
        """The workspaces whose keys are concerned; one that is deleted has a slug still."""
        self._slug_of |= {row.id: row.slug for row in self._workspace_rows}
        return {self._slug_of.get(id, id) for id in changed.keys("workspaces") or ()}

    async def _read_limits(self, session: AsyncSession, changed: Changed) -> None:
        if changed.has("policies"):
            ids = changed.keys("policies")
            made = {row.id: policy_of(row) for row in await policies_of(session, ids)}
            kept = {} if ids is None else self._policies
            stay = {id: each for id, each in kept.items() if id in made or id not in (ids or ())}
            self._policies = stay | made  # what is there already keeps its place: the first that is short refuses
        if changed.has("limit_adjustments"):
            self._adjustments = await all_adjustments(session)
        if changed.has("policies", "limit_adjustments", "api_keys", "workspaces", "organisations", *CATALOG):
            self.limits = self._limits()

    def _limits(self) -> LimitCatalog:
        """Everything that is limited."""
        owners = owners_of(self._workspace_rows, self._integrations.values(), by_integration(self._provisions))
        others = limits_by_owner([*owners_of_providers(self._provider_rows), *owners])
        owned = {"api_key": self._key_limits, **others} if self._key_limits else others
        integration_of = {row.slug: f"{row.integration_id}@{row.workspace}" for row in self._provider_rows}
        return assembled(owned, list(self._policies.values()), integration_of, self._adjustments)

    async def _read_configs(self, session: AsyncSession, changed: Changed, vault: Vault) -> None:
        if changed.has("configs", "config_versions"):
            ids = changed.keys("configs") or None  # versions alone do not change
            rows, versions = await configs_of(session, ids), await current_versions(session, ids)
            stay = {} if ids is None else {id: row for id, row in self._configs.items() if id not in ids}
            self._configs = stay | {row.id: row for row in rows}
            before = None if ids is None else self.saved
            self.saved = saved(self._configs.values(), versions, vault, NAMES, self.providers, before)
        elif changed.has(*CATALOG):
            self.saved = with_providers(self.saved, self.providers)


class Changed:
    """What has to be read anew."""

    def __init__(self, touched: Touched | None) -> None:
        self._touched = touched

    def has(self, *tables: str) -> bool:
        """Whether anything of these tables."""
        return self._touched is None or any(table in self._touched for table in tables)

    def keys(self, table: str) -> Collection[str] | None:
        """Which rows of a table; None: all of them."""
        if self._touched is None:
            return None
        found = self._touched.get(table, ())
        return None if len(found) > MANY else found

    def owners(self, table: str) -> Collection[str] | None:
        """The first part of the keys of a table's rows: whose they are."""
        return None if self._touched is None else {key.partition("/")[0] for key in self._touched.get(table, ())}
