"""The counters that hold for a request: found once for each kind of request, and kept until something changes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from gateway.limits.tallies import RateTally

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.domain import Call, Target
    from gateway.limits.book import Book
    from gateway.limits.catalog import LimitCatalog
    from gateway.limits.policies import PolicyIndex, Values
    from gateway.limits.rules import Applied
    from gateway.limits.tallies import Tally

KINDS_KEPT = 50_000
"""Kinds of request: they are told apart by what requests say, of which there may be any number."""
Kind = tuple["str | None", ...]


class Counters:
    """The counters of all limits that hold for one kind of request, in the order in which they refuse."""

    __slots__ = ("every", "metered", "once", "rates", "until_ms", "version")

    def __init__(self, every: Iterable[Tally], until_ms: float, version: int) -> None:
        self.every, self.until_ms, self.version = tuple(every), until_ms, version
        self.once = tuple([tally for tally in self.every if tally.once])
        """What counts a request once, however many targets are asked."""
        self.metered = tuple([tally for tally in self.every if not tally.once])
        """What counts money and tokens, try by try."""
        self.rates = tuple([tally for tally in self.every if isinstance(tally, RateTally)])


class Lookup:
    """Finds the counters of a request; those of a kind that is known cost a look into a dictionary."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._limits: LimitCatalog | None = None
        """Where all that is kept was found."""
        self._kept: dict[Kind, Counters] = {}

    def of_caller(self, call: Call, limits: LimitCatalog) -> Counters:
        """Those that hold wherever the request goes."""
        caller, index = call.caller, limits.by_caller
        assert caller is not None, "a request is authenticated before it is admitted"
        said = [read(call, None) for read in index.readers]
        kind = (caller.key_id, caller.workspace, *said)
        found = self._kept.get(kind)
        if found is not None and limits is self._limits and self.is_current(found):
            return found
        owned = (limits.of("api_key", caller.key_id), limits.of("workspace", caller.workspace))
        return self._keep(kind, limits, [*owned[0], *owned[1], *index.found(values_in(index, said))])

    def of_target(self, call: Call, target: Target, limits: LimitCatalog) -> Counters:
        """Those that hold because of who is asked."""
        provider, index = target.provider, limits.by_target
        said = [read(call, target) for read in index.readers]
        kind = (None, provider, *said)
        found = self._kept.get(kind)
        if found is not None and limits is self._limits and self.is_current(found):
            return found
        owned = [] if provider is None else [*limits.of("provider", provider), *limits.of_account(provider)]
        return self._keep(kind, limits, [*owned, *index.found(values_in(index, said))])

    def is_current(self, found: Counters) -> bool:
        """Whether no period has ended since, and no counter has taken another's place."""
        book = self._book
        return found.version == book.version and book.clock() * 1000 < found.until_ms

    def _keep(self, kind: Kind, limits: LimitCatalog, applied: list[Applied]) -> Counters:
        if limits is not self._limits or len(self._kept) >= KINDS_KEPT:
            self._limits, self._kept = limits, {}
        found = self._kept[kind] = self._counters(applied)
        return found

    def _counters(self, applied: list[Applied]) -> Counters:
        """The counters as they are now; only then it is known which version of the book that is."""
        tallies = self._book.opened(applied)
        return Counters(tallies, min(map(self._until_ms, tallies), default=inf), self._book.version)

    def _until_ms(self, tally: Tally) -> float:
        """Until when nothing about a counter changes by itself."""
        raised = self._book.raised(tally.applied.counter) if tally.raised else None
        return tally.ends_ms if raised is None else min(tally.ends_ms, raised[1])


def values_in(index: PolicyIndex, said: list[str | None]) -> Values:
    """What a request has under each of the keys that policies look at."""
    return dict(zip(index.keys, said, strict=True)).get
