"""What one request has set aside, from its admission to its settlement; however it ends, it is settled once."""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import add
from typing import TYPE_CHECKING

from gateway.limits.received import tokens_received
from gateway.limits.rules import NOTHING, Load
from gateway.limits.tallies import BudgetTally, RateTally
from store.ids import Nanodollars
from store.records import Charge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.billing import Bill
    from gateway.limits.book import Book, Short
    from gateway.limits.rules import Applied
    from gateway.limits.tallies import Held, Tally
    from gateway.limits.worst import Worst
    from gateway.vendors.vendor import Asked

Headers = list[tuple[bytes, bytes]]
SHOWN = (("requests", b"requests"), ("tokens", b"tokens"))
"""What of rates is told in headers. Source: platform.openai.com/docs/guides/rate-limits."""


@dataclass(slots=True, eq=False)
class Part:
    """What is set aside for one try at one target."""

    asked: Asked
    worst: Worst
    reserved: Load
    held: list[Held]
    lowered_to: int | None = None


@dataclass(slots=True, eq=False)
class Reservation:
    """What one request has set aside."""

    book: Book
    metered: Sequence[Applied] = ()
    """What counts tokens or money, wherever the request goes: it is set aside try by try."""
    parts: list[Part] = field(default_factory=list)
    spared: dict[str, Short] = field(default_factory=dict)
    """By their counters, the limits that would have refused the request and refuse nobody."""
    rates: list[RateTally] = field(default_factory=list)
    """The rates that hold for the request; told in headers."""
    was_sent: bool = False
    """Whether any vendor was asked. If not, the request counts nowhere."""
    estimated: int = 0
    """Nanodollars charged that are on no bill."""
    _once: dict[str, Held] = field(default_factory=dict)
    _charged: dict[tuple[str, int], Load] = field(default_factory=dict)
    _is_settled: bool = False

    def has(self, applied: Applied) -> bool:
        """Whether a limit that counts a request once has counted it."""
        return applied.counter in self._once

    def hold(self, wanted: Sequence[tuple[Tally, int]]) -> list[Held]:
        """Set aside what `book.shortage` has found no lack of; what counts tries belongs to a part."""
        theirs = []
        for held in self.book.reserve(wanted):
            if held.tally.once:
                self._once[held.tally.applied.counter] = held
            else:
                theirs.append(held)
        return theirs

    def give_up(self, asked: Asked, *, was_read: bool) -> None:
        """A try came to nothing; where the vendor has read the prompt nevertheless, that is charged."""
        for part in [part for part in self.parts if part.asked is asked]:
            self._close(part, prompt_of(part) if was_read else NOTHING, is_estimate=True)

    def settle(self, asked: Asked | None, bill: Bill, answer: list[bytes]) -> tuple[Charge, ...]:
        """Charge what was used, release the rest, and say what is charged to which budget. Only the first time."""
        if self._is_settled:
            return ()
        self._is_settled = True
        for part in tuple(self.parts):
            if part.asked is asked:
                self._close(part, used_by(part, bill, answer), is_estimate=bill.cost is None)
            else:
                self._close(part, prompt_of(part), is_estimate=True)
        for held in self._once.values():
            self.book.settle(held, 1 if self.was_sent else 0)
            self._note(held.tally, Load(requests=1 if self.was_sent else 0))
        return tuple(Charge(name, start, *load) for (name, start), load in self._charged.items() if load != NOTHING)

    def headers(self, asked: Asked | None) -> Headers:
        """What the client is told: of each kind the rate that has least left, and an answer that was cut short."""
        found = [header for used, name in SHOWN for header in self._rate_headers(used, name)]
        lowered = next((part.lowered_to for part in self.parts if part.asked is asked), None)
        return found if lowered is None else [*found, (b"x-tollhouse-max-tokens-lowered", str(lowered).encode())]

    def _rate_headers(self, used: str, name: bytes) -> Headers:
        ticks = self.book.ticks()
        theirs = [tally for tally in self.rates if tally.limit.used == used]
        if not theirs:
            return []
        least = min(theirs, key=lambda tally: tally.left(ticks))
        told = (least.amount, max(least.left(ticks), 0), f"{least.window.wait_for_all(ticks):.3f}s")
        kinds = (b"limit", b"remaining", b"reset")
        return [
            (b"x-ratelimit-%b-%b" % (kind, name), str(value).encode()) for kind, value in zip(kinds, told, strict=True)
        ]

    def _close(self, part: Part, actual: Load, *, is_estimate: bool) -> None:
        """Put what was used in the place of what was set aside."""
        self.parts.remove(part)
        if is_estimate and any(held.tally.limit.used == "cost" for held in part.held):
            self.estimated += actual.nanodollars
        noted = actual._replace(requests=0)
        for held in part.held:
            self.book.settle(held, actual[held.tally.index])
            self._note(held.tally, noted)

    def _note(self, tally: Tally, load: Load) -> None:
        """Remember what is to be charged to a budget."""
        if not isinstance(tally, BudgetTally):
            return
        key = (tally.applied.counter, tally.start_ms)
        before = self._charged.get(key)
        self._charged[key] = load if before is None else Load(*map(add, before, load))


def used_by(part: Part, bill: Bill, answer: list[bytes]) -> Load:
    """What a try that was answered has used: as the vendor says, else as much as has come."""
    usage = bill.usage
    if bill.cost is not None and usage is not None:
        return Load(bill.cost, usage.input_tokens + usage.output_tokens, 1)
    received = min(tokens_received(answer), part.worst.output_tokens) if part.worst.field else 0
    guess = part.worst.load(received)
    tokens = usage.input_tokens + usage.output_tokens if usage is not None else 0
    return guess._replace(nanodollars=min(guess.nanodollars, part.reserved.nanodollars), tokens=tokens or guess.tokens)


def prompt_of(part: Part) -> Load:
    """What the prompt alone costs."""
    return part.worst.load(0)


def cost_in(estimated: int) -> Nanodollars | None:
    """An estimate as the record keeps it."""
    return Nanodollars(estimated) if estimated else None
