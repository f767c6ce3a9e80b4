"""Who uses a saved config, so that none is taken away or broken under them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.configs.faults import BadConfig, Fault
from gateway.configs.schema import read_config
from gateway.configs.survey import Known, named_configs
from gateway.errors import Conflict
from gateway.organisation.key_defaults import defaults_of
from store.organisation.api_keys import all_api_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.plant import Plant


MOST_NAMED = 5
"""Of many users; how many more there are is said."""


async def refuse_used(session: AsyncSession, plant: Plant, slug: str) -> None:
    """Raises Conflict that names the API keys, workspaces and configs which use a config."""
    if users := (await uses(session, plant)).get(slug):
        more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
        raise Conflict(
            f"Config `{slug}` is in use by {', '.join(users[:MOST_NAMED])}{more}; let them use another first."
        )


async def uses(session: AsyncSession, plant: Plant) -> dict[str, list[str]]:
    """Who uses each config, in words, by its slug."""
    found: dict[str, list[str]] = {}
    without: dict[str, list[str]] = {}
    for row in await all_api_keys(session):
        if slug := defaults_of(row).config_id:
            found.setdefault(slug, []).append(f"API key `{row.name}`")
        else:
            without.setdefault(row.workspace, []).append(row.name)
    for whose, default in plant.snapshot.saved.defaults.items():
        found.setdefault(default, []).append(as_default(whose, without.get(whose, ())))
    for workspace in plant.snapshot.workspaces.values():
        if given := workspace.user_api_key_config:
            found.setdefault(given, []).append(f"workspace `{workspace.slug}`, for new keys of its users")
    for other in plant.snapshot.configs:
        for named in sorted(named_by(plant, other)):
            found.setdefault(named, []).append(f"config `{other}`")
    return found


def as_default(workspace: str, keys: Sequence[str]) -> str:
    """A workspace whose default a config is, and the API keys that have it by that, for they name none of their own."""
    named = ", ".join(f"`{name}`" for name in keys[:MOST_NAMED])
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    by_that = f" and so that of its API keys {named}{more}" if keys else ""
    return f"workspace `{workspace}`, whose default it is{by_that}"


def named_by(plant: Plant, slug: str) -> set[str]:
    """The saved configs that a saved config names."""
    return set(named_configs(plant.snapshot.saved.known.configs.get(slug)))


def refuse_breaking(plant: Plant, slug: str, said: dict[str, Any]) -> None:
    """Raises BadConfig if a config that stands in for targets of others would make one of those unusable."""
    if faults := list(broken(plant, slug, said)):
        raise BadConfig(faults)


def broken(plant: Plant, slug: str, said: dict[str, Any]) -> Iterator[Fault]:
    """Configs that can be used now, and could not with this one."""
    now = plant.snapshot.saved.known
    then = Known(now.vendors, None, {**now.configs, slug: said})
    for other, config in plant.snapshot.configs.items():
        if other != slug and config.trouble is None and named_by(plant, other):
            try:
                read_config(then.configs[other], then, other)
            except BadConfig as error:
                yield Fault("config", f"would break `{other}`: {error.problems[0][1]}")
