"""Every limit there is, as the snapshot has it: by whom it holds for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.limits.policies import Condition, Policy, PolicyIndex, indexed
from gateway.limits.rules import Applied, Level, Limit
from gateway.limits.spelling import RateLimited, UsageLimit, budget_of, rate_limits_in, rate_of, usage_limits_in

if TYPE_CHECKING:
    from store.limits.counters import AdjustmentRow
    from store.limits.policies import PolicyRow

Found = Mapping[str, tuple[Applied, ...]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy says, as the store has it."""

    conditions: list[dict[str, Any]]
    group_by: list[dict[str, str]] = []
    limit: dict[str, Any]
    """A `UsageLimit` or a `RateLimited`."""


read_rule = msgspec.json.Decoder(Rule).decode


@dataclass(frozen=True, slots=True)
class Owner:
    """Whoever limits are set on, as its row has them."""

    level: Level
    id: str
    name: str
    usage_limits: str | None
    rate_limits: str | None


@dataclass(frozen=True, slots=True)
class LimitCatalog:
    """Limits by whom they hold for. Where there is none at all, `is_empty` says so at once."""

    is_empty: bool = True
    owned: Mapping[Level, Found] = field(default_factory=dict)
    """By level, then by the owner's id: of a workspace and a provider the slug, of an integration `id@workspace`."""
    by_caller: PolicyIndex = field(default_factory=PolicyIndex)
    by_target: PolicyIndex = field(default_factory=PolicyIndex)
    integration_of: Mapping[str, str] = field(default_factory=dict)
    """A provider's slug to its integration in its workspace, `id@workspace`: whose allowance its requests use."""
    policies: Sequence[Policy] = ()
    adjustments: Sequence[AdjustmentRow] = ()
    """What operators have changed about counters for a while."""

    def of(self, level: Level, owner: str) -> tuple[Applied, ...]:
        """The limits of one owner."""
        return self.owned.get(level, {}).get(owner, ())

    def of_account(self, provider: str) -> tuple[Applied, ...]:
        """The limits of a provider's integration in its workspace."""
        return self.of("integration", self.integration_of.get(provider, ""))

    def every(self) -> Iterable[Limit]:
        """Every limit that is no policy's."""
        return (applied.limit for found in self.owned.values() for each in found.values() for applied in each)


def limits_by_owner(owners: Iterable[Owner]) -> dict[Level, dict[str, tuple[Applied, ...]]]:
    """The limits of those who have any."""
    owned: dict[Level, dict[str, tuple[Applied, ...]]] = {}
    for owner in owners:
        if owner.usage_limits or owner.rate_limits:
            found = tuple(Applied(each, each.counter) for each in limits_of(owner))
            owned.setdefault(owner.level, {})[owner.id] = found
    return owned


def assembled(
    owned: Mapping[Level, Found],
    policies: Sequence[Policy],
    integration_of: Mapping[str, str],
    adjustments: Sequence[AdjustmentRow],
) -> LimitCatalog:
    """Everything the database says of limits."""
    return LimitCatalog(
        is_empty=not (owned or policies),
        owned=owned,
        by_caller=indexed(each for each in policies if not each.is_about_targets),
        by_target=indexed(each for each in policies if each.is_about_targets),
        integration_of=integration_of,
        policies=policies,
        adjustments=adjustments,
    )


def limits_of(owner: Owner) -> list[Limit]:
    """The budgets and rates of one owner."""
    where = (owner.level, owner.id, owner.name)
    budgets = [budget_of(said, *where) for said in usage_limits_in(owner.usage_limits)]
    return [*budgets, *(rate_of(said, *where) for said in rate_limits_in(owner.rate_limits))]


def policy_of(row: PolicyRow) -> Policy:
    """A policy out of the store; what it says of its workspace is one more condition."""
    rule = read_rule(row.rule)
    name = row.name or row.id
    limit: Limit
    if row.kind == "usage-limits":
        limit = budget_of(msgspec.convert(rule.limit, UsageLimit, strict=False), "policy", row.id, name)
    else:
        limit = rate_of(msgspec.convert(rule.limit, RateLimited, strict=False), "policy", row.id, name)
    conditions = [condition_of(each) for each in rule.conditions]
    if row.workspace is not None:
        conditions.append(Condition("workspace_id", (row.workspace,)))
    return Policy(limit, tuple(conditions), tuple(named(each["key"]) for each in rule.group_by), row.workspace)


def condition_of(said: Mapping[str, Any]) -> Condition:
    """A condition as the store has it."""
    value = said["value"]
    values = tuple(value) if isinstance(value, list) else (str(value),)
    return Condition(named(said["key"]), values, bool(said.get("excludes")))


def named(key: str) -> str:
    """A condition's key by the one name we have for it."""
    return ALIASES.get(key, key)


ALIASES = {"virtual_key": "provider", "workspace": "workspace_id", "user": "metadata._user"}
"""Other names of the same thing."""
