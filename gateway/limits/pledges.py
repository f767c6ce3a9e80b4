"""What budgets hold back for work that outlives its request, and the process: a batch's worst case, until it ends."""

from __future__ import annotations

import msgspec


class Pledge(msgspec.Struct, frozen=True):
    """So much of one budget, in its unit."""

    counter: str
    amount: int


class Pledges:
    """By the work that they are for. Each budget holds back those of its counter in whichever period runs."""

    def __init__(self) -> None:
        self._by_work: dict[str, tuple[Pledge, ...]] = {}

    def add(self, work: str, pledges: tuple[Pledge, ...]) -> None:
        """Remember what is held back for some work."""
        self._by_work[work] = pledges

    def take(self, work: str) -> tuple[Pledge, ...]:
        """What was held back for work that has ended; only the first time."""
        return self._by_work.pop(work, ())

    def of(self, counter: str) -> int:
        """How much one budget holds back."""
        return sum(each.amount for pledges in self._by_work.values() for each in pledges if each.counter == counter)

    def works(self) -> list[str]:
        """What something is held back for."""
        return list(self._by_work)
