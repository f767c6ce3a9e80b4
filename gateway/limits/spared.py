"""Requests that rules in shadow let through: by whose rule, and for which model, how many it would have refused."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_MODELS = 10_000
"""Names that are told apart; requests may say any."""
OTHERS = "…"
NONE: Counter[str] = Counter()


class Spared:
    """Counts since the gateway was started, as limits count whom they refuse."""

    def __init__(self) -> None:
        self._by_owner: dict[str, Counter[str]] = {}
        self._names = 0

    def count(self, owner: str, model: str) -> None:
        """One request more; `owner` is an integration in a workspace, `id@workspace`."""
        theirs = self._by_owner.setdefault(owner, Counter())
        if model not in theirs:
            if self._names >= MOST_MODELS:
                model = OTHERS
            self._names += 1
        theirs[model] += 1

    def by_model(self, owner: str) -> Mapping[str, int]:
        """How many, the most first."""
        return dict(self._by_owner.get(owner, NONE).most_common())

    def forget(self, owner: str) -> None:
        """Begin anew."""
        self._names -= len(self._by_owner.pop(owner, NONE))
