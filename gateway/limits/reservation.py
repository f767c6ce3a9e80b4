"""What one request has set aside, from its admission to its settlement; however it ends, it is settled once."""

from __future__ import annotations

from operator import add
from typing import TYPE_CHECKING

import msgspec

from gateway.limits.lookup import Counters
from gateway.limits.received import tokens_received
from gateway.limits.rules import INDEX, NOTHING, Load
from gateway.limits.tallies import BudgetTally, RateTally
from store.ids import Nanodollars
from store.records import Charge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gateway.billing import Bill
    from gateway.limits.book import Book, Short
    from gateway.limits.tallies import Held, Tally
    from gateway.limits.worst import Worst
    from gateway.vendors.vendor import Asked

COST = INDEX["cost"]
Headers = list[tuple[bytes, bytes]]
SHOWN = (("requests", b"requests"), ("tokens", b"tokens"))
"""What of rates is told in headers. Source: platform.openai.com/docs/guides/rate-limits."""


class Part(msgspec.Struct, eq=False):
    """What is set aside for one try at one target."""

    asked: Asked
    worst: Worst
    reserved: Load
    held: Sequence[Held]
    lowered_to: int | None = None


class Reservation(msgspec.Struct, eq=False):
    """What one request has set aside."""

    book: Book
    mine: Counters
    """Those of its caller: what counts tokens or money is set aside try by try."""
    parts: list[Part] = []
    spared: dict[str, Short] = {}
    """By their counters, the limits that would have refused the request and refuse nobody."""
    rates: tuple[RateTally, ...] = ()
    """The rates that hold for the request; told in headers."""
    was_sent: bool = False
    """Whether any vendor was asked. If not, the request counts nowhere."""
    estimated: int = 0
    """Nanodollars charged that are on no bill."""
    once: dict[str, Held] = {}
    """By their counters, what counts the request once, however many targets are asked."""
    charged: dict[BudgetTally, Load] = {}
    """What is to be charged to budgets."""
    is_settled: bool = False

    def hold(self, wanted: Iterable[tuple[Tally, int]]) -> list[Held]:
        """Set aside what `book.shortage` has found no lack of; what counts tries belongs to a part."""
        theirs = []
        for held in self.book.reserve(wanted):
            if held.tally.once:
                self.once[held.tally.applied.counter] = held
            else:
                theirs.append(held)
        return theirs

    def uncounted(self, counters: Counters) -> Sequence[Tally]:
        """All of these but those that have counted the request already."""
        if not self.once:
            return counters.every
        return [tally for tally in counters.every if not tally.once or tally.applied.counter not in self.once]

    def give_up(self, asked: Asked, *, was_read: bool) -> None:
        """A try came to nothing; where the vendor has read the prompt nevertheless, that is charged."""
        for part in [part for part in self.parts if part.asked is asked]:
            self._close(part, prompt_of(part) if was_read else NOTHING, is_estimate=True)

    def settle(self, asked: Asked | None, bill: Bill, answer: list[bytes]) -> tuple[Charge, ...]:
        """Charge what was used, release the rest, and say what is charged to which budget. Only the first time."""
        if self.is_settled:
            return ()
        self.is_settled = True
        for part in tuple(self.parts):
            if part.asked is asked:
                self._close(part, used_by(part, bill, answer), is_estimate=bill.cost is None)
            else:
                self._close(part, prompt_of(part), is_estimate=True)
        count = Load(requests=1 if self.was_sent else 0)
        self.book.settle_all(self.once.values(), count)
        self._note(self.once.values(), count)
        return tuple([charge_of(tally, load) for tally, load in self.charged.items() if any(load)])

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
        self.book.settle_all(part.held, actual)
        self._note(part.held, Load(actual.nanodollars, actual.tokens))
        if is_estimate and any(held.tally.index == COST for held in part.held):
            self.estimated += actual.nanodollars

    def _note(self, every: Iterable[Held], load: Load) -> None:
        """Remember what is to be charged to the budgets among these."""
        charged = self.charged
        for held in every:
            tally = held.tally
            if isinstance(tally, BudgetTally):
                before = charged.get(tally)
                charged[tally] = load if before is None else Load(*map(add, before, load))


def charge_of(tally: BudgetTally, load: Load) -> Charge:
    """What the record says of a charge."""
    return Charge(tally.applied.counter, tally.start_ms, load.nanodollars, load.tokens, load.requests)


def used_by(part: Part, bill: Bill, answer: list[bytes]) -> Load:
    """What a try that was answered has used: as the vendor says, else as much as has come."""
    usage = bill.usage
    if bill.cost is not None and usage is not None:
        return Load(bill.cost, usage.input_tokens + usage.output_tokens, 1)
    received = min(tokens_received(answer), part.worst.output_tokens) if part.worst.field and answer else 0
    guess = part.worst.load(received)
    tokens = usage.input_tokens + usage.output_tokens if usage is not None else 0
    return Load(min(guess.nanodollars, part.reserved.nanodollars), tokens or guess.tokens, 1)


def prompt_of(part: Part) -> Load:
    """What the prompt alone costs."""
    return part.worst.load(0)


def cost_in(estimated: int) -> Nanodollars | None:
    """An estimate as the record keeps it."""
    return Nanodollars(estimated) if estimated else None
