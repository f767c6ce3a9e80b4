"""From a config's tree to the attempts of one request, in order: a plain list, so that failing over is a plain loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.configs.nodes import Branch, Leaf
from gateway.errors import BadRequest
from gateway.routing.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.configs.conditions import Context
    from gateway.configs.nodes import Hedge, Node
    from gateway.routing.strategies import View

FINAL = frozenset({400, 413, 422})
"""A vendor that refuses the request itself is right wherever it is sent; a config may say otherwise."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One target in its place."""

    leaf: Leaf
    exits: tuple[Exit, ...] = ()
    """Where to go on after a failure, from the innermost branch outwards."""
    hedge: Hedge | None = None
    """Ask the next target too when this one takes long."""

    def following(self, status: int, *, is_unsupported: bool = False) -> Step | None:
        """The step to take after a failure; None: it was the last word."""
        return next((exit.to for exit in self.exits if is_unsupported or exit.leads_on(status)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """The step that comes after a failure, and after which statuses."""

    on_status_codes: frozenset[int] | None
    to: Step

    def leads_on(self, status: int) -> bool:
        """Whether a failure with this status is followed by another attempt."""
        return status not in FINAL if self.on_status_codes is None else status in self.on_status_codes


Stuck = Callable[[Branch], "Node | None"]
"""The target that a sticky branch keeps for requests like this one."""


class Planner:
    """Lays out the attempts of one request."""

    def __init__(self, view: View, context: Context, is_open: Callable[[Leaf], bool], stuck: Stuck) -> None:
        self._view, self._context, self._is_open, self._stuck = view, context, is_open, stuck

    def plan(self, node: Node, exits: tuple[Exit, ...] = ()) -> list[Step]:
        """Every attempt that may come, the first one first. Raises BadRequest where a condition leads nowhere."""
        if isinstance(node, Leaf):
            return [Step(node, exits)]
        steps: list[Step] = []
        for target in reversed(self._order(node)):  # from behind, for an exit leads to a step that is there already
            onward = (Exit(node.on_status_codes, steps[0]),) if steps else ()
            steps = self.plan(target, onward + exits) + steps
        if node.hedge is not None and steps:
            steps[0] = replace(steps[0], hedge=node.hedge)
        return steps

    def _order(self, node: Branch) -> Sequence[Node]:
        """The targets of a branch that may be asked, in order."""
        if node.mode == "single":
            return node.targets[:1]
        if node.mode == "conditional":
            return [led_to(node, self._context)]
        healthy = [target for target in node.targets if not self._is_out(target)] or node.targets
        kept = self._stuck(node) if node.sticky is not None else None
        ordered = STRATEGIES[node.mode](healthy, self._view) if kept is None or kept not in healthy else [kept]
        return ordered[:1] if node.mode == "loadbalance" and node.on_status_codes is None else ordered

    def _is_out(self, node: Node) -> bool:
        """Whether a target's breaker is open; a branch is out when all of it is."""
        if isinstance(node, Leaf):
            return node.breaker is not None and self._is_open(node)
        return all(self._is_out(target) for target in node.targets)


def led_to(node: Branch, context: Context) -> Node:
    """The target of the first condition that holds, or the default one. Raises BadRequest."""
    wanted = next((each.then for each in node.conditions if each.holds(context)), node.default)
    if wanted is None:
        raise BadRequest("Query router did not resolve to any valid target", param=f"{node.path}.strategy.default")
    found = next((target for target in node.targets if target.name == wanted), None)
    if found is None:
        raise BadRequest(f"Invalid target name found in the query router: {wanted}", param=f"{node.path}.strategy")
    return found
