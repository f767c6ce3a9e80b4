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
from gateway.limits.refusals import refusal_of, unpriced
from gateway.limits.reservation import Part, Reservation
from gateway.limits.rules import Applied, Budget, Load
from gateway.limits.tallies import BudgetTally, RateTally
from gateway.limits.worst import FREE, worst_of
from store.records import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gateway.attempts.attempting import Try
    from gateway.domain import Call, Target
    from gateway.errors import GatewayError
    from gateway.limits.catalog import LimitCatalog
    from gateway.limits.policies import Values
    from gateway.limits.tallies import Tally
    from gateway.limits.worst import Worst
    from gateway.plant import Plant

ONE = 1
"""The least that must be left of a budget of money or tokens for a request to be looked at."""
GUESS = 1_000
"""Tokens of an answer that a rate of tokens reckons with where the request does not say how long it may be."""
ORGANISATION = "default"


def admit(call: Call, plant: Plant) -> None:
    """Count a request where its caller is limited. Raises BudgetExhausted and RateLimited; then it counts nowhere."""
    limits = plant.snapshot.limits
    if limits.is_empty:
        return
    found = list(of_caller(call, limits))
    call.reservation = reservation = Reservation(plant.limits, [applied for applied in found if not applied.once])
    wanted = [(tally, ONE) for tally in plant.limits.opened(found)]
    refuse_shortage(call, reservation, wanted)
    reservation.hold([each for each in wanted if each[0].once])


def of_caller(call: Call, limits: LimitCatalog) -> Iterator[Applied]:
    """The limits that hold wherever the request goes."""
    caller = call.caller
    assert caller is not None, "a request is authenticated before it is admitted"
    yield from limits.of("api_key", caller.key_id)
    yield from limits.of("workspace", caller.workspace)
    if limits.by_caller:
        yield from limits.by_caller.found(values_of(call, None))


def of_target(call: Call, target: Target, limits: LimitCatalog) -> Iterator[Applied]:
    """The limits that hold because of who is asked."""
    if target.provider is not None:
        yield from limits.of("provider", target.provider)
        yield from limits.of("integration", limits.integration_of.get(target.provider, ""))
    if limits.by_target:
        yield from limits.by_target.found(values_of(call, target))


def values_of(call: Call, target: Target | None) -> Values:
    """What a request has under a policy's keys."""
    caller, metadata = call.caller, call.metadata
    assert caller is not None, "a request is authenticated before it is admitted"
    named = {"api_key": caller.key_id, "workspace_id": caller.workspace, "organisation_id": ORGANISATION}
    if call.config_slug is not None:
        named["config"] = call.config_slug
    if call.request is not None:
        named["endpoint_type"] = call.request.function.portkey_name
    if target is not None:
        owner = target.provider or target.vendor.id
        named |= {"provider": owner, "model": f"@{owner}/{target.model}"}

    def value(key: str) -> str | None:
        return metadata.get(key[9:]) if key.startswith("metadata.") else named.get(key)

    return value


def afforded(call: Call, attempt: Try, plant: Plant) -> Try:
    """The try with everything set aside that it can use, its answer shortened where the budgets want it.

    Raises BudgetExhausted and RateLimited.
    """
    spare_model(call, attempt.target, plant)
    reservation = call.reservation
    if reservation is None or attempt.own is not None:
        return attempt
    theirs = [each for each in of_target(call, attempt.target, plant.snapshot.limits) if not reservation.has(each)]
    applied = [*reservation.metered, *theirs]
    worst, tallies = worst_for(call, attempt, applied, plant), plant.limits.opened(applied)
    output, is_lowered = answer_for(worst, tallies)
    load = worst.load(output)
    wanted = [(tally, wanted_of(tally, worst, load)) for tally in tallies]
    refuse_shortage(call, reservation, wanted)
    part = Part(attempt.asked, worst, load, reservation.hold(wanted))
    reservation.was_sent = True
    if is_lowered and worst.field:
        part.lowered_to = output // worst.choices
        fields = {**attempt.asked.fields, worst.field: msgspec.Raw(str(part.lowered_to).encode())}
        part.asked = structs.replace(attempt.asked, fields=fields)
        attempt = structs.replace(attempt, asked=part.asked)
    reservation.parts.append(part)
    return attempt


def owed(call: Call, attempt: Try, plant: Plant) -> None:
    """Have budgets pay for what a vendor has done already, be there room or not; it was no request of this moment, and
    counts in no rate."""
    if plant.snapshot.limits.is_empty:
        return
    tallies = plant.limits.opened(budgets_of(call, attempt.target, plant))
    call.reservation = reservation = Reservation(plant.limits)
    worst = worst_of(attempt.asked, attempt.target.price(plant.prices))
    held = reservation.hold([(tally, ONE if tally.once else 0) for tally in tallies])
    reservation.parts.append(Part(attempt.asked, worst, worst.load(worst.output_tokens), held))
    reservation.was_sent = True


def budgets_of(call: Call, target: Target, plant: Plant) -> list[Applied]:
    """The budgets that pay for a request."""
    limits = plant.snapshot.limits
    every = (*of_caller(call, limits), *of_target(call, target, limits))
    return [each for each in every if isinstance(each.limit, Budget)]


def covered(call: Call, target: Target, load: Load, plant: Plant) -> None:
    """Whether budgets have so much left at this moment; nothing is set aside. Raises BudgetExhausted."""
    if call.reservation is not None:
        tallies = plant.limits.opened(budgets_of(call, target, plant))
        refuse_shortage(call, call.reservation, [(tally, load[tally.index]) for tally in tallies if not tally.once])


def worst_for(call: Call, attempt: Try, applied: Sequence[Applied], plant: Plant) -> Worst:
    """The most that a try can use, where somebody counts it. Raises BudgetExhausted where nobody knows the price."""
    if all(each.once for each in applied):
        return FREE
    target = attempt.target
    worst = worst_of(attempt.asked, target.price(plant.prices))
    if not worst.is_priced:
        for limit in (each.limit for each in applied):
            if isinstance(limit, Budget) and limit.used == "cost" and limit.is_hard and limit.unpriced == "refuse":
                error = unpriced(limit, target.model or f"/v1/{attempt.asked.path}")
                if limit.refuses:
                    raise error
                note_spared(call, error)
    return worst


def answer_for(worst: Worst, tallies: Sequence[Tally]) -> tuple[int, bool]:
    """How long the answer may be, and whether the request has to be told. Raises BudgetExhausted."""
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
        return most, has_budgets and not worst.is_bounded
    return (shortened, True) if shortened >= worst.least else (most, False)


def wanted_of(tally: Tally, worst: Worst, load: Load) -> int:
    """How much of a limit is to be set aside."""
    if tally.once:
        return ONE
    if tally.index == 1 and not worst.is_stated and isinstance(tally, RateTally):
        return worst.input_tokens + min(load.tokens - worst.input_tokens, GUESS)
    return load[tally.index]


def refuse_shortage(call: Call, reservation: Reservation, wanted: Sequence[tuple[Tally, int]]) -> None:
    """Raises BudgetExhausted and RateLimited where too little is left of any limit; nothing is set aside then."""
    reservation.rates += [tally for tally, _ in wanted if isinstance(tally, RateTally)]
    known = len(reservation.spared)
    short = reservation.book.shortage(wanted, reservation.spared)
    for each in list(reservation.spared.values())[known:]:
        if each.tally.limit.shadow:
            note_spared(call, refusal_of(each, reservation.book))
    if short is not None:
        raise refusal_of(short, reservation.book)


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
