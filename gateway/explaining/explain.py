"""What a request would come to: the stages of a real one, up to the moment at which somebody would be asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.attempts.attempting import headers_with, prepared
from gateway.attempts.hedging import patience
from gateway.configs.nodes import Leaf
from gateway.errors import LAST_WORDS, GatewayError, NotSpoken
from gateway.estimates import estimate, output_limit, tokens_in
from gateway.explaining.explanation import (
    Estimate,
    Explanation,
    Foreseen,
    Limits,
    Requested,
    Retries,
    Trouble,
    Way,
)
from gateway.headers import MASK
from gateway.resolve import planner, root_for
from gateway.routing.plan import FINAL
from gateway.routing.telling import Telling
from gateway.vendors.vendor import Login, Unspoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gateway.attempts.attempting import Try
    from gateway.domain import Call
    from gateway.plant import Plant
    from gateway.routing.plan import Step
    from gateway.vendors.vendor import Sent

HARMLESS = frozenset(
    {
        "content-type",
        "accept",
        "range",
        "anthropic-version",
        "anthropic-beta",
        "openai-beta",
        "openai-organization",
        "openai-project",
        "x-amz-date",
    }
)
"""Headers that let nobody in; an operator's own may, whatever they are called."""
MOST_TOLD = 100
"""Attempts of one request: each is told with its whole body."""
LONGEST_TEXT = 2_000
"""Characters of a body that is no JSON."""


def explain(call: Call, plant: Plant) -> Explanation:
    """Foretell a request that has been read. Raises BadRequest, BadConfig and NotFound where it comes to nothing.

    Nobody is asked, nothing is written down, and no strategy decides differently because of it.
    """
    aside = replace(plant, signals=plant.signals.apart())
    root, telling = root_for(call, aside), planner(call, aside, Telling)
    steps = telling.plan(root or Leaf())
    numbers = {id(step): number for number, step in enumerate(steps)}
    assert call.request is not None, "a request is read before it is explained"
    return Explanation(
        config=call.config_slug,
        function=call.request.function.value,
        metadata=call.metadata,
        choices=telling.told(steps),
        attempts=[foreseen(call, step, numbers, aside) for step in steps[:MOST_TOLD]],
        attempts_in_all=len(steps),
    )


def foreseen(call: Call, step: Step, numbers: Mapping[int, int], plant: Plant) -> Foreseen:
    """One attempt, or the trouble that it would meet."""
    call.target, found, request, error = None, None, None, None
    try:
        found = prepared(call, step, plant)
        request = None if found.own is not None else requested(call, found, plant.now())
    except GatewayError as failure:
        error = failure
    leaf, target = step.leaf, call.target
    after = None if error is None else step.following(error)
    assert call.request is not None
    return Foreseen(
        number=numbers[id(step)],
        path=leaf.path,
        name=leaf.name,
        provider=target.provider if target else None,
        vendor=target.vendor.id if target else None,
        model=target.model if target else None,
        function=(found.asked if found else call.request).function.value,
        request=request,
        error=None if error is None else trouble(error),
        exits=[way(exit.on_status_codes, numbers[id(exit.to)]) for exit in step.exits],
        after_error=None if after is None else numbers[id(after)],
        retry=Retries(
            attempts=leaf.retry.attempts,
            on_status_codes=sorted(leaf.retry.on_status_codes),
            use_retry_after_header=leaf.retry.use_retry_after,
        ),
        limits=limits(call, step, plant),
        rival=None if step.rival is None else numbers[id(step.rival)],
        estimate=estimated(found, plant) if found and request else None,
    )


def requested(call: Call, attempt: Try, now: datetime) -> Requested:
    """What the vendor would be sent. Raises NotSpoken."""
    sent, target = attempt.sent(), attempt.target
    login = stand_in(attempt, now)
    headers = {**headers_with(login, call, attempt, sent, lambda: now), **sent.headers}
    return Requested(
        method=sent.method,
        url=target.base_url + sent.path,
        headers={name: value if name in HARMLESS else MASK for name, value in headers.items()},
        body=shown(sent),
        size=len(sent.body),
    )


def stand_in(attempt: Try, now: datetime) -> Login | None:
    """What stands for a login that would have to be asked for; None where none would. Raises NotSpoken."""
    vendor, login = attempt.target.vendor, attempt.target.login
    try:
        wanted = vendor.token(login, now) if vendor.token is not None else None
    except Unspoken as error:
        raise NotSpoken(f"Tollhouse: `{vendor.id}` cannot be logged in to: {error}", param=error.param) from error
    return None if wanted is None or vendor.sign is not None else Login(MASK, login.settings)


def shown(sent: Sent) -> Any:
    """A body for people: its JSON, or the beginning of what else it is."""
    try:
        return msgspec.json.decode(sent.body) if sent.body else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return sent.body[:LONGEST_TEXT].decode(errors="replace")


def trouble(error: GatewayError) -> Trouble:
    """An error as the attempt would end with it."""
    return Trouble(status=error.status, code=error.code, message=error.said(), param=error.param, fault=error.fault)


def way(on_status_codes: frozenset[int] | None, to: int) -> Way:
    """Where a failure leads."""
    if on_status_codes is None:
        return Way(on_status_codes=None, except_status_codes=sorted(FINAL), except_codes=sorted(LAST_WORDS), to=to)
    return Way(on_status_codes=sorted(on_status_codes), except_status_codes=[], except_codes=[], to=to)


def limits(call: Call, step: Step, plant: Plant) -> Limits:
    """How long a target may take."""
    seconds = patience(call, plant, step) if step.rival is not None else None
    return Limits(
        request_timeout=step.leaf.request_timeout_ms,
        first_token_timeout=step.leaf.first_token_timeout_ms,
        stall_timeout=step.leaf.stall_timeout_ms,
        hedge_after=None if seconds is None else seconds * 1000,
    )


def estimated(attempt: Try, plant: Plant) -> Estimate:
    """What one answer would cost."""
    fields, target = attempt.asked.fields, attempt.target
    tokens, most = tokens_in(fields), output_limit(fields)
    price = target.price(plant.prices)
    note = None if most is not None else "the request sets no limit to the answer's length"
    if price is None:
        note = "no price is known" if target.vendor.priced_as else "nothing is charged for"
    return Estimate(
        input_tokens=tokens,
        max_output_tokens=most,
        input_cost=estimate(price, tokens, 0) if price else None,
        cost_at_most=estimate(price, tokens, most) if price and most is not None else None,
        price_source=price.source if price else None,
        note=note,
    )
