"""`/v1/limits`: how every budget and rate stands at the moment; one call raises a budget for a while, or resets it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import CurrentPage, PageSize, PlantHere, Problems, caller_of, found, needs, page_of
from gateway.api.admin.limited import reset_counters
from gateway.domain import Caller
from gateway.errors import BadRequest, Forbidden
from gateway.limits.checks import is_number
from gateway.limits.rules import Applied, Budget
from gateway.limits.spelling import in_units
from gateway.limits.status import LimitState, applied_now, rule_state, short_id, state_of
from gateway.moments import epoch_ms
from gateway.plant import Plant
from store.limits.counters import adjustment_of

Request_ = Request[None, None, State]
OnlyLevel = Annotated[str | None, QueryParameter(name="level")]
OnlyOwner = Annotated[str | None, QueryParameter(name="owner")]


class LimitList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[LimitState]
    object: str = "list"


class Raise(msgspec.Struct, frozen=True, kw_only=True):
    """How much more may be used, and until when; of money in dollars."""

    amount: Any = None
    until: datetime | None = None


class LimitsController(Controller):
    """Budgets and rates, live."""

    path = "/v1/limits"
    tags = ("Limits",)

    @get(guards=needs("policies.list"), summary="List limits")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        level: OnlyLevel = None,
        owner: OnlyOwner = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 100,
    ) -> LimitList:
        """Every limit with what is set aside, used and left; then the rules about models that are in shadow."""
        caller = caller_of(request)
        every = [
            each
            for each in seen_by(caller, plant)
            if level in (None, each.limit.level) and owner in (None, each.limit.owner)
        ]
        rules = [
            each for each in rules_seen(caller, plant) if level in (None, each.level) and owner in (None, each.owner)
        ]
        whole: list[Applied | LimitState] = [*every, *rules]
        page = page_of(whole, current_page, page_size)
        return LimitList(
            total=len(whole),
            data=[state_of(each, plant.limits) if isinstance(each, Applied) else each for each in page],
        )

    @get("/{limit_id:str}", guards=needs("policies.read"), summary="Describe a limit")
    async def one(self, request: Request_, plant: PlantHere, limit_id: FromPath[str]) -> LimitState:
        """One limit."""
        caller = caller_of(request)
        return rule_named(caller, plant, limit_id) or state_of(limit_named(caller, plant, limit_id), plant.limits)

    @post("/{limit_id:str}/raise", guards=needs("policies.update"), status_code=200, summary="Raise a budget")
    async def lift(
        self, request: Request_, plant: PlantHere, limit_id: FromPath[str], data: JSONBody[Raise]
    ) -> LimitState:
        """Allow so much more than the budget until then; it holds for the next request."""
        applied = limit_named(caller_of(request), plant, limit_id)
        refuse_own(applied, caller_of(request))
        check(data, applied, plant.limits.clock() * 1000)
        async with plant.change() as session:
            row = await adjustment_of(session, applied.counter)
            row.raised, row.raised_until_ms = in_units(data.amount, applied.limit.used), epoch_ms(data.until)
            session.add(row)
        return state_of(applied, plant.limits)

    @post("/{limit_id:str}/reset", guards=needs("policies.update"), status_code=200, summary="Reset a limit")
    async def reset(self, request: Request_, plant: PlantHere, limit_id: FromPath[str]) -> LimitState:
        """Begin anew: what was used so far counts no more."""
        if (rule := rule_named(caller_of(request), plant, limit_id)) is not None:
            plant.limits.spared.forget(rule.owner)
            return rule_state(rule.owner, rule.name, {})
        applied = limit_named(caller_of(request), plant, limit_id)
        refuse_own(applied, caller_of(request))
        if isinstance(applied.limit, Budget):
            async with plant.change() as session:
                await reset_counters(session, [applied.counter])
        plant.limits.forget(applied.counter)
        return state_of(applied, plant.limits)


def seen_by(caller: Caller, plant: Plant) -> Iterator[Applied]:
    """Every limit that a caller may know of: of its own workspace, or with an organisation's key all."""
    every = applied_now(plant.snapshot.limits, plant.limits)
    if caller.is_organisation:
        yield from every
        return
    theirs = owners_of(caller, plant)
    for each in every:
        owner = each.limit.owner
        if (each.limit.level, owner) in theirs or owner.endswith(f"@{caller.workspace}"):
            yield each


def owners_of(caller: Caller, plant: Plant) -> set[tuple[str, str]]:
    """Level and id of everything in the workspace of a caller that can have limits, but for its integrations."""
    return {
        *(("api_key", each.key_id) for each in plant.snapshot.callers.values() if caller.sees(each.workspace)),
        *(("provider", slug) for slug, each in plant.snapshot.providers.items() if caller.sees(each.workspace)),
        *(("policy", each.limit.owner) for each in plant.snapshot.limits.policies if caller.sees(each.workspace)),
        ("workspace", caller.workspace),
    }


def rules_seen(caller: Caller, plant: Plant) -> list[LimitState]:
    """The rules about models that are in shadow, of the workspaces that a caller may know of."""
    found: dict[str, LimitState] = {}
    for slug, provider in plant.snapshot.providers.items():
        if provider.spares and caller.sees(provider.workspace):
            owner = plant.snapshot.limits.integration_of[slug]
            found[owner] = rule_state(owner, provider.integration, plant.limits.spared.by_model(owner))
    return list(found.values())


def rule_named(caller: Caller, plant: Plant, limit_id: str) -> LimitState | None:
    """One of them by its id."""
    return next((each for each in rules_seen(caller, plant) if each.id == limit_id), None)


def limit_named(caller: Caller, plant: Plant, limit_id: str) -> Applied:
    """A limit by its id. Raises NotFound."""
    named = (each for each in seen_by(caller, plant) if limit_id in (short_id(each.counter), each.counter))
    return found(next(named, None), "limit", limit_id[:60])


def refuse_own(applied: Applied, caller: Caller) -> None:
    """A workspace does not raise what the organisation lets it use. Raises Forbidden."""
    if applied.limit.level in ("workspace", "integration") and not caller.is_organisation:
        raise Forbidden("Only keys of the organisation raise or reset a workspace's limits.")


def check(data: Raise, applied: Applied, now_ms: float) -> None:
    """Raises BadRequest with everything that is wrong."""
    if not isinstance(applied.limit, Budget):
        raise BadRequest("Only a budget can be raised for a while; change the rate itself instead.")
    problems, until = Problems(), epoch_ms(data.until)
    is_amount = is_number(data.amount) and 0 < data.amount < 1e12
    problems.check(is_amount, "amount", "must be a number above 0: how much more may be used")
    problems.check(until is not None and until > now_ms, "until", "must be a date and time that is still to come")
    problems.settle()
