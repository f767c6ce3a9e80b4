"""What the strategies see of a target, for the request at hand: a `View` on the signals."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gateway.attempts.targets import addressed, target_of
from gateway.configs.nodes import Branch, Leaf
from gateway.errors import GatewayError
from gateway.routing.signals import place
from gateway.routing.strategies import weighted
from gateway.vendors import vendor_named

if TYPE_CHECKING:
    from gateway.configs.nodes import Node
    from gateway.domain import Call, Target
    from gateway.plant import Plant
    from gateway.routing.signals import Key

ROUGHLY = 4
"""Bytes of a request for one token: enough to compare prices by."""


class Sight:
    """One request's view."""

    def __init__(self, call: Call, plant: Plant) -> None:
        self._call, self._plant = call, plant
        self.chance = plant.signals.chance

    def latency(self, node: Node) -> float | None:
        """Seconds to the first token, of late."""
        return self._plant.signals.of(self._key(node)).latency

    def busy(self, node: Node) -> int:
        """Requests under way."""
        return self._plant.signals.of(self._key(node)).busy

    def tokens_per_minute(self, node: Node) -> int:
        """Tokens of the last minute."""
        return self._plant.signals.tokens_per_minute(self._key(node))

    def cost(self, node: Node) -> float | None:
        """What the request's prompt and as many tokens of answer would cost, in nanodollars per million."""
        target = self._target(first_leaf(node))
        price = target.price(self._plant.prices) if target else None
        if price is None:
            return None
        rates = price.rates_for(len(self._call.body) // ROUGHLY)
        return float(rates.get("input", 0) + rates.get("output", 0))

    def is_open(self, leaf: Leaf) -> bool:
        """Whether a target's breaker is open."""
        return self._plant.signals.is_open(place(self._call.config_mark, leaf.path))

    def kept(self, node: Branch) -> Node | None:
        """The target that a sticky branch keeps for requests like this one: drawn once, then remembered for a while."""
        if node.sticky is None:
            return None
        caller, signals = self._call.caller, self._plant.signals
        shared = [caller.key_id if caller else "", node.path, *(self._field(name) for name in node.sticky.hash_fields)]
        who = place(self._call.config_mark, hashlib.sha256("\0".join(shared).encode()).hexdigest())
        path = signals.kept(who)
        found = (
            next((target for target in node.targets if target.path == path), None) or weighted(node.targets, self)[0]
        )
        signals.keep(who, found.path, node.sticky.ttl_seconds)
        return found

    def _field(self, name: str) -> str:
        """A field of the request that stickiness goes by, as text."""
        where, _, rest = name.partition(".")
        if where == "metadata":
            return self._call.metadata.get(rest, "")
        if where == "headers":
            return self._call.headers.get(rest.lower(), "")
        fields = self._call.request.fields if self._call.request else {}
        return bytes(fields[rest]).decode(errors="replace") if rest in fields else ""

    def _key(self, node: Node) -> Key:
        leaf, request = first_leaf(node), self._call.request
        named, own, model = addressed(leaf, request.model if request else None, self._call.headers)
        if named is None or named.startswith("@"):
            return (named[1:].partition("/")[0] if named else own or "", model)
        vendor = vendor_named(named)
        return (vendor.id if vendor else named, model)

    def _target(self, leaf: Leaf) -> Target | None:
        request, plant, catalog = self._call.request, self._plant, self._plant.catalog(self._call)
        wanted, headers = request.model if request else "", self._call.headers
        try:
            return target_of(leaf, wanted, headers, catalog, plant.settings.trusted_custom_hosts)
        except GatewayError:
            return None


def first_leaf(node: Node) -> Leaf:
    """The target that stands for a node."""
    while isinstance(node, Branch):
        node = node.targets[0]
    return node
