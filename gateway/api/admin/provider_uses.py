"""Which saved configs and policies name a provider, so that none is taken away under them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from gateway.errors import Conflict

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.limits.policies import Policy
    from gateway.snapshot import Snapshot

MOST_NAMED = 5


def refuse_named(slugs: Collection[str], what: str, snapshot: Snapshot, caller: Caller) -> None:
    """Raises Conflict that names the configs and the policies which use one of these providers."""
    wanted = set(slugs)
    configs = [f"config `{slug}`" for slug, raw in snapshot.saved.known.configs.items() if wanted & set(named(raw))]
    policies = [told(policy, caller) for policy in snapshot.limits.policies if wanted & set(limited(policy))]
    if users := list(dict.fromkeys([*configs, *policies])):
        more = f" and {len(users) - MOST_NAMED} more" if len(users) > MOST_NAMED else ""
        raise Conflict(f"{what} is in use by {', '.join(users[:MOST_NAMED])}{more}; let them use another first.")


def told(policy: Policy, caller: Caller) -> str:
    """A policy by its name, to whom it may be told."""
    return f"policy `{policy.limit.name}`" if caller.sees(policy.workspace) else "a policy of the organisation"


def limited(policy: Policy) -> Iterator[str]:
    """The slugs of the providers that a policy is about: without them it would limit nothing any more."""
    for condition in policy.conditions:
        for value in condition.values if not condition.excludes else ():
            if condition.key == "provider":
                yield value.removeprefix("@")
            elif condition.key == "model" and value.startswith("@"):
                yield value[1:].partition("/")[0]


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
