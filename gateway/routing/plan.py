"""From a config's tree to the attempts of one request, in order: a plain list, so that failing over is a plain loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.configs.nodes import Branch, Leaf
from gateway.errors import LAST_WORDS, BadRequest, NotOffered, NotSpoken
from gateway.routing.strategies import STRATEGIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.configs.conditions import Context
    from gateway.configs.nodes import Hedge, Node
    from gateway.errors import GatewayError
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
    rival: Step | None = None
    """The next target of a branch with a hedge: asked too when this one takes long."""

    def following(self, error: GatewayError) -> Step | None:
        """The step to take after a failure; None: it was the last word."""
        is_unsupported = isinstance(error, (NotOffered, NotSpoken))
        return next((exit.to for exit in self.exits if is_unsupported or exit.leads_on(error)), None)


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """The step that comes after a failure, and after which statuses."""

    on_status_codes: frozenset[int] | None
    to: Step

    def leads_on(self, error: GatewayError) -> bool:
        """Whether a failure is followed by another attempt."""
        if self.on_status_codes is None:
            return error.status not in FINAL and error.code not in LAST_WORDS
        return error.status in self.on_status_codes


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
        onward: tuple[Exit, ...] = ()
        for target in reversed(self.order(node)):  # from behind, for an exit leads to a step that is there already
            onward = (Exit(onward_codes(node), steps[0]),) if steps else ()
            steps = self.plan(target, onward + exits) + steps
        if node.hedge is not None and onward and steps[0].rival is None:  # the innermost hedge is the nearest
            steps[0] = replace(steps[0], hedge=node.hedge, rival=onward[0].to)
        return steps

    def order(self, node: Branch) -> Sequence[Node]:
        """The targets of a branch that may be asked, in order."""
        if node.mode == "single":
            return node.targets[:1]
        if node.mode == "conditional":
            return [led_to(node, self._context)]
        healthy = [target for target in node.targets if not self._is_out(target)]
        strategy = STRATEGIES[node.mode]
        ordered = strategy(healthy, self._view) or strategy(node.targets, self._view)
        kept = self._stuck(node) if node.sticky is not None else None
        if kept in ordered:
            ordered = [kept, *(target for target in ordered if target is not kept)]
        return ordered if node.mode != "loadbalance" or node.on_status_codes is not None else ordered[: most(node)]

    def _is_out(self, node: Node) -> bool:
        """Whether a target's breaker is open; a branch is out when all of it is."""
        if isinstance(node, Leaf):
            return node.breaker is not None and self._is_open(node)
        return all(self._is_out(target) for target in node.targets)


def most(node: Branch) -> int:
    """Of how many targets a load balance makes use that says no statuses to go on after: it chooses one."""
    return 1 if node.hedge is None else 2


def onward_codes(node: Branch) -> frozenset[int] | None:
    """After which statuses the next target of a branch is asked; None: whatever is no success."""
    return frozenset() if node.mode == "loadbalance" and node.on_status_codes is None else node.on_status_codes


def led_to(node: Branch, context: Context) -> Node:
    """The target of the first condition that holds, or the default one. Raises BadRequest."""
    wanted = next((each.then for each in node.conditions if each.holds(context)), node.default)
    if wanted is None:
        raise BadRequest("Query router did not resolve to any valid target", param=f"{node.path}.strategy.default")
    found = next((target for target in node.targets if target.name == wanted), None)
    if found is None:
        raise BadRequest(f"Invalid target name found in the query router: {wanted}", param=f"{node.path}.strategy")
    return found
