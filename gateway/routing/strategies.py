"""Strategies: targets in, the whole order to try them out. Pure but for the chance that is passed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import random

    from gateway.configs.nodes import Node


class View(Protocol):
    """What a strategy may know of a target, for the request at hand. Of a branch it is its first leaf's."""

    chance: random.Random

    def latency(self, node: Node) -> float | None:
        """Seconds to the first token, of late; None where nobody knows yet."""

    def cost(self, node: Node) -> float | None:
        """What the request would cost; None without a price."""

    def busy(self, node: Node) -> int:
        """Requests under way."""

    def tokens_per_minute(self, node: Node) -> int:
        """Tokens of the last minute."""


Strategy = Callable[[Sequence["Node"], View], "list[Node]"]


def in_order(targets: Sequence[Node], _: View) -> list[Node]:
    """As they stand."""
    return list(targets)


def weighted(targets: Sequence[Node], view: View) -> list[Node]:
    """At random, but a target with weight 3 leads three times as often as one with 1; weight 0 never."""
    draw = [(view.chance.expovariate(node.weight), node) for node in targets if node.weight > 0]
    return [node for _, node in sorted(draw, key=lambda drawn: drawn[0])]


def least_latency(targets: Sequence[Node], view: View) -> list[Node]:
    """The fastest first; one that nobody knows yet before all, or it would never be tried."""
    return sorted(targets, key=lambda node: view.latency(node) or 0.0)


def least_cost(targets: Sequence[Node], view: View) -> list[Node]:
    """The cheapest first; one without a price last, for it may cost anything."""
    return sorted(targets, key=lambda node: ((cost := view.cost(node)) is None and float("inf")) or cost or 0.0)


def least_busy(targets: Sequence[Node], view: View) -> list[Node]:
    """The one with the fewest requests under way for its weight."""
    return sorted(targets, key=lambda node: view.busy(node) / (node.weight or 1.0))


def usage_aware(targets: Sequence[Node], view: View) -> list[Node]:
    """The one with the fewest tokens in the last minute for its weight: for accounts with a limit by the minute."""
    return sorted(targets, key=lambda node: view.tokens_per_minute(node) / (node.weight or 1.0))


STRATEGIES: Mapping[str, Strategy] = {
    "fallback": in_order,
    "loadbalance": weighted,
    "least_latency": least_latency,
    "least_cost": least_cost,
    "least_busy": least_busy,
    "usage_aware": usage_aware,
}
"""By the name a config has for them. `single` and `conditional` choose, and order nothing."""
