"""Stage 3: whether a request may be served, and what is set aside for it.

In two steps. `admit` looks at what is known of the caller before anybody is asked. `afforded` sets aside what one try
at one target can use at most: only then is it known which model it is, what it costs and how long its answer may be,
for a config may have changed all three; and a dear target that a budget cannot pay for leaves the cheap one behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from gateway.errors import ModelNotAllowed
from gateway.limits.pledges import Pledge
from gateway.limits.refusals import refusal_of, unpriced
from gateway.limits.reservation import Part, Reservation
from gateway.limits.rules import Budget, Load
from gateway.limits.tallies import BudgetTally, RateTally
from gateway.limits.worst import FREE, worst_of
from store.records import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.attempts.attempting import Try
    from gateway.domain import Call, Target
    from gateway.errors import GatewayError
    from gateway.limits.lookup import Counters
    from gateway.limits.tallies import Tally
    from gateway.limits.worst import Worst
    from gateway.plant import Plant

ONE = 1
"""The least that must be left of a budget of money or tokens for a request to be looked at."""
GUESS = 1_000
"""Tokens of an answer that a rate of tokens reckons with where the request does not say how long it may be."""


def admit(call: Call, plant: Plant) -> None:
    """Count a request where its caller is limited. Raises BudgetExhausted and RateLimited; then it counts nowhere."""
    limits, book = plant.snapshot.limits, plant.limits
    if limits.is_empty:
        return
    mine = book.lookup.of_caller(call, limits)
    call.reservation = reservation = Reservation(book, mine, rates=mine.rates)
    if not book.has(wanted := [(tally, ONE) for tally in mine.every]):
        refuse_shortage(call, reservation, wanted)
    reservation.hold([(tally, ONE) for tally in mine.once])


def afforded(call: Call, attempt: Try, plant: Plant) -> Try:
    """The try with everything set aside that it can use, its answer shortened where the budgets want it.

    Raises BudgetExhausted and RateLimited.
    """
    spare_model(call, attempt.target, plant)
    reservation, limits, book = call.reservation, plant.snapshot.limits, plant.limits
    if reservation is None or attempt.own is not None:
        return attempt
    if not book.lookup.is_current(reservation.mine):
        reservation.mine = book.lookup.of_caller(call, limits)
    theirs = book.lookup.of_target(call, attempt.target, limits)
    reservation.rates += tuple([rate for rate in theirs.rates if rate not in reservation.rates])
    tallies = [*reservation.mine.metered, *reservation.uncounted(theirs)]
    worst = worst_for(call, attempt, tallies, plant)
    load = worst.load(worst.output_tokens)
    wanted = amounts(tallies, worst, load)
    lowered = None
    if not (worst.is_bounded and book.has(wanted)):  # or, as it mostly is, there is nothing to think about
        lowered = answer_for(worst, tallies)
        if lowered is not None:
            load = worst.load(lowered)
            wanted = amounts(tallies, worst, load)
        refuse_shortage(call, reservation, wanted)
    part = Part(attempt.asked, worst, load, reservation.hold(wanted))
    reservation.was_sent = True
    if lowered is not None and worst.field:
        part.lowered_to = lowered // worst.choices
        fields = {**attempt.asked.fields, worst.field: msgspec.Raw(str(part.lowered_to).encode())}
        part.asked = structs.replace(attempt.asked, fields=fields)
        attempt = structs.replace(attempt, asked=part.asked)
    reservation.parts.append(part)
    return attempt


def owed(call: Call, attempt: Try, plant: Plant) -> None:
    """Have budgets pay for what a vendor has done already, be there room or not; it was no request of this moment, and
    counts in no rate."""
    limits, book = plant.snapshot.limits, plant.limits
    if limits.is_empty:
        return
    mine = book.lookup.of_caller(call, limits)
    call.reservation = reservation = Reservation(book, mine)
    worst = worst_of(attempt.asked, attempt.target.price(plant.prices))
    budgets = budgets_of(mine, book.lookup.of_target(call, attempt.target, limits))
    held = reservation.hold([(tally, 1 if tally.once else 0) for tally in budgets])
    reservation.parts.append(Part(attempt.asked, worst, worst.load(worst.output_tokens), held))
    reservation.was_sent = True


def budgets_of(*counters: Counters) -> list[BudgetTally]:
    """Those that pay for a request."""
    return [tally for each in counters for tally in each.every if isinstance(tally, BudgetTally)]


def paying(call: Call, target: Target, plant: Plant) -> list[BudgetTally]:
    """The budgets that pay for a request which has been admitted."""
    reservation = call.reservation
    if reservation is None:
        return []
    return budgets_of(reservation.mine, plant.limits.lookup.of_target(call, target, plant.snapshot.limits))


def pledged(call: Call, target: Target, load: Load, work: str, plant: Plant) -> tuple[Pledge, ...]:
    """What budgets hold back, from now on, for work that outlives its request. Raises BudgetExhausted."""
    if (reservation := call.reservation) is None:
        return ()
    wanted = [(tally, load[tally.index]) for tally in paying(call, target, plant)]
    refuse_shortage(call, reservation, wanted)
    found = tuple(Pledge(tally.applied.counter, amount) for tally, amount in wanted if amount)
    plant.limits.pledge(work, found)
    return found


def worst_for(call: Call, attempt: Try, tallies: Sequence[Tally], plant: Plant) -> Worst:
    """The most that a try can use, where somebody counts it. Raises BudgetExhausted where nobody knows the price."""
    if all(each.once for each in tallies):
        return FREE
    target = attempt.target
    worst = worst_of(attempt.asked, target.price(plant.prices))
    if not worst.is_priced:
        for limit in (each.limit for each in tallies):
            if isinstance(limit, Budget) and limit.used == "cost" and limit.is_hard and limit.unpriced == "refuse":
                error = unpriced(limit, target.model or f"/v1/{attempt.asked.path}")
                if limit.refuses:
                    raise error
                note_spared(call, error)
    return worst


def answer_for(worst: Worst, tallies: Sequence[Tally]) -> int | None:
    """How long the answer may be, where the request has to be told; None where it stays as it is."""
    longest = most = worst.output_tokens
    full, has_budgets = worst.load(most), False
    for tally in tallies:
        if not isinstance(tally, BudgetTally) or tally.once or not tally.limit.refuses:
            continue
        has_budgets = True
        left = tally.left(0)
        if full[tally.index] > left and worst.field and tally.limit.on_shortage == "lower":
            longest = min(longest, worst.longest_for(tally.limit.used, left))
    shortened = longest // worst.choices * worst.choices
    if shortened >= most:
        return most if has_budgets and not worst.is_bounded else None
    return shortened if shortened >= worst.least else None


def amounts(tallies: Sequence[Tally], worst: Worst, load: Load) -> list[tuple[Tally, int]]:
    """How much of each counter is to be set aside."""
    if worst.is_stated:
        return [(tally, load[tally.index]) for tally in tallies]
    guess = Load(load.nanodollars, worst.input_tokens + min(load.tokens - worst.input_tokens, GUESS), load.requests)
    return [(tally, (guess if isinstance(tally, RateTally) else load)[tally.index]) for tally in tallies]


def refuse_shortage(call: Call, reservation: Reservation, wanted: Sequence[tuple[Tally, int]]) -> None:
    """Raises BudgetExhausted and RateLimited where too little is left of any limit; nothing is set aside then."""
    book, spared = reservation.book, reservation.spared
    known = len(spared)
    short = book.shortage(wanted, spared)
    for each in list(spared.values())[known:]:
        if each.tally.limit.shadow:
            note_spared(call, refusal_of(each, book))
    if short is not None:
        raise refusal_of(short, book)


def spare_model(call: Call, target: Target, plant: Plant) -> None:
    """Count a model that only a rule in shadow does not allow: once for the request, however often it is tried."""
    if target.spared is not None and note_spared(call, ModelNotAllowed(target.spared)):
        owner = plant.snapshot.limits.integration_of.get(target.provider or "", "")
        plant.limits.spared.count(owner, target.model)


def note_spared(call: Call, error: GatewayError) -> bool:
    """Keep for the record what a request would have been refused for; whether that is new."""
    failure = Failure(code=error.code, message=error.said(), fault=error.fault)
    if any(failure.message == known.message for known in call.spared):
        return False
    call.spared = [*call.spared, failure]
    return True
