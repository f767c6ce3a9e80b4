"""A plan that says why: for each branch on the way, whom its strategy chose, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.explaining.explanation import Choice, Considered
from gateway.routing.plan import Planner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gateway.configs.nodes import Branch, Node
    from gateway.routing.plan import Step
    from gateway.routing.strategies import View

WHY: Mapping[str, str] = {
    "single": "only the first target is ever asked",
    "fallback": "in the order in which they stand, each after a failure of the one before",
    "loadbalance": "drawn at random by weight; the next request may draw another",
    "least_latency": "the fastest of late first; one that nobody has measured yet before all",
    "least_cost": "the cheapest for a prompt of this size first; one without a price last",
    "least_busy": "the one with the fewest requests under way for its weight first",
    "usage_aware": "the one with the fewest tokens in the last minute for its weight first",
}
"""By a strategy's name in a config. `conditional` says more."""


class Telling(Planner):
    """Lays out the attempts, and remembers why so."""

    def __init__(self, view: View, *more: Any) -> None:
        super().__init__(view, *more)
        self._chosen: list[tuple[Branch, Sequence[Node]]] = []

    def order(self, node: Branch) -> Sequence[Node]:
        """The targets of a branch that may be asked, in order."""
        ordered = super().order(node)
        self._chosen.append((node, ordered))
        return ordered

    def told(self, steps: Sequence[Step]) -> list[Choice]:
        """Every branch on the way, in the order in which the attempts come through them."""
        first = {id(node): place_in(steps, node) for node, _ in self._chosen}
        ways = sorted(self._chosen, key=lambda way: (first[id(way[0])], len(way[0].path)))
        return [self._choice(node, ordered) for node, ordered in ways]

    def _choice(self, node: Branch, ordered: Sequence[Node]) -> Choice:
        met = next((each for each in node.conditions if each.holds(self._context)), None)
        measure = measures(self._view).get(node.mode)
        return Choice(
            path=node.path,
            mode=node.mode,
            why=why(node, None if met is None else met.then, ordered),
            condition=met.query if met else None,
            order=[each.path for each in ordered],
            considered=[
                Considered(
                    path=each.path,
                    name=each.name,
                    weight=each.weight,
                    measure=measure(each) if measure else None,
                    is_left_out=self._is_out(each),
                )
                for each in node.targets
            ],
        )


def place_in(steps: Sequence[Step], node: Branch) -> int:
    """The number of the first attempt below a branch."""
    below = f"{node.path}.targets["
    return next((number for number, step in enumerate(steps) if step.leaf.path.startswith(below)), len(steps))


def measures(view: View) -> Mapping[str, Callable[[Node], float | None]]:
    """What each strategy goes by."""
    return {
        "least_latency": view.latency,
        "least_cost": view.cost,
        "least_busy": view.busy,
        "usage_aware": view.tokens_per_minute,
    }


def why(node: Branch, then: str | None, ordered: Sequence[Node]) -> str:
    """Why a branch's targets come in this order, as a sentence."""
    if node.mode == "conditional":
        return f"the condition for `{then}` is the first that holds" if then else "no condition holds: the default"
    if node.sticky is not None and len(ordered) == 1:
        alike = ", ".join(f"`{name}`" for name in node.sticky.hash_fields) or "their API key"
        return f"kept for {node.sticky.ttl_seconds:g} s for requests alike in {alike}"
    return WHY[node.mode]
