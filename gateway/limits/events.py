"""What somebody should be told of a limit, once for each limit and period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gateway.limits.rules import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitEvent:
    """A budget has reached an alert threshold, or its end. Amounts are in the unit of the limit."""

    kind: Literal["threshold", "exhausted"]
    counter: str
    name: str
    level: Level
    owner: str
    group: str
    used: str
    """What is counted: `cost` (nanodollars), `tokens` or `requests`."""
    spent: int
    amount: int
    threshold: int
    period_start_ms: int
    resets_at_ms: int | None

    @property
    def key(self) -> str:
        """The same for what need not be told twice."""
        return f"{self.counter}@{self.period_start_ms}:{self.kind}:{self.threshold}"
