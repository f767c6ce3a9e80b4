"""Which policies hold for a request, found without looking at those that do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from gateway.limits.rules import Applied, Limit
from gateway.limits.values import Reader, reader_of

ABOUT_TARGETS = frozenset({"model", "provider", "virtual_key"})
"""What is known only when it is known who is asked."""
Values = Callable[[str], "str | None"]
"""What a request has under a condition's key; None where it has nothing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request must have, or with `excludes` must not have."""

    key: str
    values: tuple[str, ...]
    """Any of them; `*` stands for any text."""
    excludes: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether only these very values will do."""
        return not self.excludes and not any("*" in value for value in self.values)

    def holds(self, found: str | None) -> bool:
        """Whether the value will do; what a request does not have is never matched."""
        if found is None:
            return self.excludes
        return (found in self.values or self._is_like(found)) != self.excludes

    def _is_like(self, found: str) -> bool:
        """Whether one of the values with a `*` stands for it."""
        likes = [value for value in self.values if "*" in value]
        return bool(likes) and any(fnmatchcase(found, value.replace("[", "[[]")) for value in likes)


@dataclass(frozen=True, slots=True)
class Policy:
    """A limit on all requests that its conditions find, counted apart for each group."""

    limit: Limit
    conditions: tuple[Condition, ...]
    group_by: tuple[str, ...] = ()
    workspace: str | None = None
    """Whose requests it is about, as one of the conditions says too; None: everybody's."""

    @property
    def is_about_targets(self) -> bool:
        """Whether it needs to be known who is asked."""
        return not ABOUT_TARGETS.isdisjoint(self.keys)

    @property
    def keys(self) -> Iterable[str]:
        """Under which it looks at a request."""
        return (*(condition.key for condition in self.conditions), *self.group_by)

    def applied(self, values: Values) -> Applied | None:
        """The limit with the counter of the request's group, if the policy holds for it."""
        for condition in self.conditions:
            if not condition.holds(values(condition.key)):
                return None
        if not self.group_by:
            return Applied(self.limit, self.limit.counter)
        group = ",".join([f"{key}={values(key) or ''}" for key in self.group_by])
        return Applied(self.limit, f"{self.limit.counter}:{group}", group)


@dataclass(frozen=True, slots=True)
class PolicyIndex:
    """Policies by the value that a request must have for them."""

    by_value: dict[str, dict[str, list[Policy]]] = field(default_factory=dict)
    """By key, then by value."""
    others: list[Policy] = field(default_factory=list)
    """Those without a condition that names values."""
    keys: tuple[str, ...] = ()
    """All that any of them looks at: requests that have the same under each are under the same limits."""
    readers: tuple[Reader, ...] = field(default=(), compare=False)
    """How to find what a request has there."""

    def found(self, values: Values) -> Iterator[Applied]:
        """Every limit that holds for a request."""
        for key, by_value in self.by_value.items():
            value = values(key)
            if value is not None and value in by_value:
                yield from holding(by_value[value], values)
        if self.others:
            yield from holding(self.others, values)


def holding(policies: Iterable[Policy], values: Values) -> Iterator[Applied]:
    """The limits of those that hold."""
    for policy in policies:
        applied = policy.applied(values)
        if applied is not None:
            yield applied


def indexed(policies: Iterable[Policy]) -> PolicyIndex:
    """Policies to be found by the exact condition that fewest requests share."""
    theirs = list(policies)
    keys = tuple(dict.fromkeys(key for policy in theirs for key in policy.keys))
    index = PolicyIndex(keys=keys, readers=tuple(map(reader_of, keys)))
    for policy in theirs:
        exact = [condition for condition in policy.conditions if condition.is_exact]
        if not exact:
            index.others.append(policy)
            continue
        chosen = min(exact, key=lambda condition: COMMON.index(condition.key) if condition.key in COMMON else -1)
        for value in chosen.values:
            index.by_value.setdefault(chosen.key, {}).setdefault(value, []).append(policy)
    return index


COMMON = ("config", "provider", "virtual_key", "model", "endpoint_type", "workspace_id", "organisation_id")
"""What many requests have in common, least common first."""
