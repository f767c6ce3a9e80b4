"""Saved configs as they come out of the store: opened, read, and ready to route by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.configs.faults import BadConfig
from gateway.configs.nodes import Config, Leaf
from gateway.configs.schema import read_config
from gateway.configs.survey import Known
from store.ids import Sealed
from store.secrets.vault import Vault, VaultLocked

if TYPE_CHECKING:
    from store.catalog.configs import ConfigRow, ConfigVersionRow

Json = dict[str, Any]


@dataclass(frozen=True)
class Saved:
    """Every saved config."""

    configs: Mapping[str, Config] = field(default_factory=dict)
    """By slug; one that cannot be used says why."""
    known: Known = field(default_factory=lambda: Known(()))
    """What a config that a request brings along may name."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The slug of each workspace's own config."""


def saved(
    rows: Iterable[ConfigRow],
    versions: Mapping[str, ConfigVersionRow],
    vault: Vault,
    vendors: Collection[str],
    providers: Collection[str],
    before: Saved | None = None,
) -> Saved:
    """Every config that is in use. A target whose provider is gone is told when a request comes to it.

    `versions` are those of configs that have changed since `before`; the others, and what does not name those that
    have, are the same objects as there.
    """
    before = before or Saved()
    active = {row.slug: row for row in rows if row.status == "active"}
    changed = {slug for slug, row in active.items() if row.id in versions}
    raws, troubles = opened([active[slug] for slug in changed], versions, vault)
    raws |= {slug: raw for slug, raw in before.known.configs.items() if slug in active and slug not in changed}
    known, stale = Known(vendors, None, raws), reaching(raws, changed | before.configs.keys() - active.keys())
    return Saved(
        {
            slug: config_of(row, known, troubles) if slug in stale else before.configs[slug]
            for slug, row in active.items()
        },
        Known(vendors, providers, raws),
        {row.workspace: slug for slug, row in active.items() if row.is_default},
    )


def reaching(raws: Mapping[str, Any], changed: set[str]) -> set[str]:
    """These configs, and those that lead to one of them by its name."""
    names, found, newest = {slug: set(names_in(raw)) for slug, raw in raws.items()}, changed, changed
    while newest:
        newest = {slug for slug, named in names.items() if slug not in found and not named.isdisjoint(newest)}
        found = found | newest
    return found


def names_in(raw: Any) -> Iterator[str]:
    """Configs that a config names, wherever it does."""
    if isinstance(raw, list):
        for each in raw:
            yield from names_in(each)
    elif isinstance(raw, dict):
        if isinstance(name := raw.get("config"), str):
            yield name
        for each in raw.values():
            yield from names_in(each)


def with_providers(before: Saved, providers: Collection[str]) -> Saved:
    """The same configs among other providers, which are looked for when a request comes to them."""
    return replace(before, known=replace(before.known, providers=providers))


def opened(
    rows: Iterable[ConfigRow], versions: Mapping[str, ConfigVersionRow], vault: Vault
) -> tuple[dict[str, Mapping[str, Any]], dict[str, str]]:
    """What configs say, by slug, and why those that cannot be read cannot."""
    raws: dict[str, Mapping[str, Any]] = {}
    troubles: dict[str, str] = {}
    for row in rows:
        try:
            raws[row.slug] = unsealed(versions[row.id], vault)
        except VaultLocked as error:
            troubles[row.slug] = str(error)
    return raws, troubles


def config_of(row: ConfigRow, known: Known, troubles: Mapping[str, str]) -> Config:
    """One config; if it cannot be used any more it says why."""
    root, trouble = Leaf(), troubles.get(row.slug)
    if trouble is None:
        try:
            return told(row, read_config(known.configs[row.slug], known, row.slug), None)
        except BadConfig as error:
            trouble = error.message
    return told(row, root, trouble)


def told(row: ConfigRow, root: Any, trouble: str | None) -> Config:
    """A config with its names."""
    return Config(root, row.slug, row.id, row.version_id, row.workspace, row.is_default, trouble)


def sealed(said: Mapping[str, Any], version_id: str, vault: Vault) -> Sealed:
    """What a version says, as it is kept."""
    return vault.seal(msgspec.json.encode(said).decode(), about(version_id))


def unsealed(version: ConfigVersionRow, vault: Vault) -> Json:
    """What a version says. Raises VaultLocked."""
    said: Json = msgspec.json.decode(vault.unseal(Sealed(version.sealed_config), about(version.id)))
    return said


def about(version_id: str) -> str:
    """Whose secret it is."""
    return f"config-version:{version_id}"
