"""What a limit is: data. A budget for a period, or a rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from gateway.limits.period import NEVER, Period

Level = Literal["api_key", "workspace", "provider", "integration", "policy"]
Used = Literal["cost", "tokens", "requests", "concurrent"]
"""What is counted: nanodollars, tokens of prompt and answer, requests, requests under way."""
OnShortage = Literal["lower", "refuse"]
"""When what is left does not pay for the longest answer: a shorter one is asked for, or none."""
Unpriced = Literal["refuse", "allow"]
"""Of a model without a price: nobody can say whether its cost keeps within a budget."""
UNITS = {"rps": 1, "rpm": 60, "rph": 3_600, "rpd": 86_400, "rpw": 604_800}
"""Seconds."""


class Load(NamedTuple):
    """What a request uses, or may use at most."""

    nanodollars: int = 0
    tokens: int = 0
    requests: int = 0

    def of(self, used: Used) -> int:
        """As much of it as a limit counts."""
        if used == "cost":
            return self.nanodollars
        return self.tokens if used == "tokens" else self.requests


NOTHING = Load()
INDEX: dict[Used, int] = {"cost": 0, "tokens": 1, "requests": 2, "concurrent": 2}
"""Which part of a load a limit counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """So much for a period."""

    counter: str
    """Under which name it is counted; a policy has a counter for each group, whose name begins so."""
    name: str
    """For people."""
    level: Level
    owner: str
    """The id of what it belongs to; of a provider and an integration the slug."""
    used: Used
    amount: int
    period: Period = NEVER
    alerts: tuple[int, ...] = ()
    """Amounts at which somebody is told, ascending."""
    is_hard: bool = True
    """Nothing is ever used beyond it; a soft one only tells."""
    shadow: bool = False
    """It counts whom it would refuse, and refuses nobody."""
    on_shortage: OnShortage = "lower"
    unpriced: Unpriced = "refuse"

    @property
    def refuses(self) -> bool:
        """Whether it ever does."""
        return self.is_hard and not self.shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """So much within any stretch of time of that length, or at once."""

    counter: str
    name: str
    level: Level
    owner: str
    used: Used
    unit: str
    """A key of `UNITS`; of concurrent requests it says nothing."""
    value: int
    shadow: bool = False

    @property
    def seconds(self) -> int:
        """How long the stretch is."""
        return UNITS[self.unit]

    @property
    def refuses(self) -> bool:
        """Whether it ever does."""
        return not self.shadow


Limit = Budget | RateLimit


class Applied(NamedTuple):
    """A limit as it holds for one request, with the counter of its group."""

    limit: Limit
    counter: str
    group: str = ""
    """`api_key=…,model=…`, where a policy counts by groups."""

    @property
    def once(self) -> bool:
        """Whether it counts a request once, however many targets are asked."""
        return self.limit.used in ("requests", "concurrent")
