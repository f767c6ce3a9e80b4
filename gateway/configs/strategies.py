"""What is wrong with a strategy and its targets taken together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.configs.checks import is_number
from gateway.configs.faults import Fault

Raw = Mapping[str, Any]
MOST_TARGETS = 100
MOST_CONDITIONAL_TARGETS = 1_000


def strategy_faults(said: Raw) -> Iterator[Fault]:
    """What is wrong with a strategy and its targets; each by itself is checked elsewhere."""
    strategy, targets = said.get("strategy"), said.get("targets")
    if targets is not None and strategy is None:
        yield Fault("strategy", 'is needed to choose among `targets`, such as {"mode": "fallback"}')
    if strategy is not None and not targets:
        yield Fault("targets", "must hold at least one target for the `strategy`")
    if not isinstance(strategy, dict) or not isinstance(targets, list):
        return
    mode = strategy.get("mode")
    most = MOST_CONDITIONAL_TARGETS if mode == "conditional" else MOST_TARGETS
    if len(targets) > most:
        yield Fault("targets", f"are {len(targets)}; at most {most} are allowed")
    if mode == "loadbalance":
        yield from weight_faults(targets)
    elif mode == "conditional":
        yield from (fault.below("strategy") for fault in condition_faults(strategy, targets))
    elif mode == "single" and len(targets) > 1:
        yield Fault("targets", "has more than one target; `single` uses the first alone", is_warning=True)
    yield from (fault.below("strategy") for fault in idle_faults(strategy, str(mode)))


def weight_faults(targets: list[Any]) -> Iterator[Fault]:
    """A load balance that could choose nothing."""
    weights = [target.get("weight") for target in targets if isinstance(target, dict)]
    if weights and all(is_number(weight) and weight == 0 for weight in weights):
        yield Fault("targets", "must have at least one `weight` > 0")


def condition_faults(strategy: Raw, targets: list[Any]) -> Iterator[Fault]:
    """Conditions that are missing or lead nowhere."""
    names = Counter(
        name for target in targets if isinstance(target, dict) and isinstance(name := target.get("name"), str)
    )
    for name, times in names.items():
        if times > 1:
            yield Fault("", f"cannot tell {times} targets apart that are all called `{name}`")
    conditions = strategy.get("conditions")
    if not conditions:
        yield Fault("conditions", "is needed: No conditions passed in the query router")
    for place, one in enumerate(conditions if isinstance(conditions, list) else ()):
        if isinstance(one, dict):
            yield from name_faults(one.get("then"), names, f"conditions[{place}].then")
    if strategy.get("default") is None:
        yield Fault("default", "is not said: a request that no condition matches is refused", is_warning=True)
    yield from name_faults(strategy.get("default"), names, "default")


def name_faults(name: object, names: Mapping[str, int], path: str) -> Iterator[Fault]:
    """A name that no target has."""
    if isinstance(name, str) and name not in names:
        known = ", ".join(f"`{one}`" for one in list(names)[:10]) or "none; give each target a `name`"
        yield Fault(path, f"Invalid target name found in the query router: {name}; the targets are: {known}")


def idle_faults(strategy: Raw, mode: str) -> Iterator[Fault]:
    """Parts of a strategy that its mode does not use."""
    for name in ("conditions", "default"):
        if mode != "conditional" and strategy.get(name):
            yield Fault(name, f"does nothing with the mode `{mode}`", is_warning=True)
