"""The catalog and the keys as one immutable value in memory, swapped whole on every change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.catalog.catalog import Catalog, Provider
from gateway.catalog.references import NO_FILES, References
from gateway.catalog.sources import Sources, Touched
from gateway.configs.nodes import Config
from gateway.configs.saved import Saved
from gateway.configs.schema import read_config
from gateway.configs.survey import Known
from gateway.domain import Caller
from gateway.limits.catalog import LimitCatalog
from gateway.organisation.roles import People
from gateway.organisation.workspaces import Workspace
from store.ids import ApiSecret, KeyHash, Slug

if TYPE_CHECKING:
    from gateway.prices import PriceList
    from store.database import Database
    from store.secrets.vault import Vault

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


async def load(
    sources: Sources,
    database: Database,
    vault: Vault,
    prices: PriceList,
    now_ms: int,
    references: References = NO_FILES,
    touched: Touched | None = None,
) -> Snapshot:
    """Everything, from the database and the price list; only what was touched is read, where that is known."""
    async with database.session() as session:
        await sources.read(session, touched, vault, prices, now_ms, references)
    return Snapshot(
        callers=sources.callers,
        providers=sources.providers,
        hash_key=vault.hash_key,
        saved=sources.saved,
        limits=sources.limits,
        workspaces=sources.workspaces,
        people=sources.people,
        catalogs=sources.catalogs,
        whole=sources.whole,
    )
