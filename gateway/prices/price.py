"""The price of a model: rates by kind of use, those above a size of prompt, and those of a service tier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from gateway.prices.portkey import halved, multiplier_of, priced_by_portkey

MILLION = 1_000_000
Rates = dict[str, int]
"""Nanodollars per million of whatever is counted, by kind: tokens, characters, milliseconds, pictures, searches."""
STANDARD = ("", "auto", "default", "standard", "standard_only", "on_demand", "on-demand")
"""What vendors call the tier that is nothing special."""


@dataclass(frozen=True, slots=True)
class Price:
    """Nanodollars per million, by kind; above a tier's threshold of input tokens its prices hold for all of them."""

    rates: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    """(input tokens above which it holds, rates), ascending."""
    source: str = ""
    services: Mapping[str, Price] = field(default_factory=dict)
    """By service tier (`batch`, `flex`, `priority` …) the rates that differ there."""

    @classmethod
    def from_portkey(cls, pricing: Mapping[str, Any], source: str = "the operator", region: str = "default") -> Price:
        """A price out of Portkey's JSON, in which money is cents per token.

        Takes the `pricing_config` itself, or the object around it with its `custom_pricing`. Raises ValueError, which
        names the place. Source: github.com/Portkey-AI/models, `pricing/*.json`.
        """
        rates, services = priced_by_portkey(pricing, region)
        return cls(rates, (), source, {name: cls(own, (), source) for name, own in services.items()})

    def rates_for(self, input_tokens: int, service_tier: str = "") -> Rates:
        """The rates for a prompt of this size; a service tier without a price of its own costs the standard one, and
        a batch half of it, as it does at every vendor that has batches."""
        rates = self.rates
        for above, higher in self.tiers:
            if input_tokens > above:
                rates = higher
        own = self.services.get("default" if service_tier in STANDARD else service_tier)
        if own is None:
            return halved(rates) if service_tier == "batch" else rates
        return rates | own.rates_for(input_tokens)

    def times(self, multiplier: Mapping[str, Any]) -> Price:
        """The price after an integration's `pricing_adjustments.multiplier`: by Portkey's words, or `default`."""

        def scaled(rates: Rates) -> Rates:
            return {kind: rounded(rate * multiplier_of(kind, multiplier)) for kind, rate in rates.items()}

        return replace(
            self,
            rates=scaled(self.rates),
            tiers=tuple((above, scaled(rates)) for above, rates in self.tiers),
            services={name: service.times(multiplier) for name, service in self.services.items()},
        )

    def completed_by(self, other: Price) -> Price:
        """This price, and from the other those kinds that it does not have.

        Where each request has its fee, the other's price of searches is the same money by another name.
        """
        known = {*self.rates, *(["searches"] if "requests" in self.rates else [])}
        extra = {kind: rate for kind, rate in other.rates.items() if kind not in known}
        if not extra:
            return self
        tiers = tuple((above, extra | rates) for above, rates in self.tiers)
        names = dict.fromkeys(name for name in (self.source, other.source) if name)
        return replace(self, rates=self.rates | extra, tiers=tiers, source=", ".join(names))


def rounded(value: Decimal) -> int:
    """The nearest whole number, half up."""
    return int(value.to_integral_value(ROUND_HALF_UP))
