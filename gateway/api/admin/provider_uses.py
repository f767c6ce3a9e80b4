"""Which saved configs name a provider, so that none is taken away under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from gateway.errors import Conflict

if TYPE_CHECKING:
    from gateway.snapshot import Snapshot

MOST_NAMED = 5


def refuse_named(slugs: Collection[str], what: str, snapshot: Snapshot) -> None:
    """Raises Conflict that names the configs which use one of these providers."""
    wanted = set(slugs)
    users = [f"config `{slug}`" for slug, raw in snapshot.saved.known.configs.items() if wanted & set(named(raw))]
    if users:
        more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
        raise Conflict(f"{what} is in use by {', '.join(users[:MOST_NAMED])}{more}; let them use another first.")


def named(raw: Any) -> Iterator[str]:
    """The slugs of the providers that a config names, wherever in it."""
    if isinstance(raw, list):
        for each in raw:
            yield from named(each)
    if not isinstance(raw, dict):
        return
    for name, value in raw.items():
        if name in ("provider", "model") and isinstance(value, str) and value.startswith("@"):
            yield value[1:].partition("/")[0]
        elif name == "virtual_key" and isinstance(value, str):
            yield value.removeprefix("@")
        else:
            yield from named(value)
