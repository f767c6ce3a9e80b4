"""The forms of limits that are there: a change of one, and raising one for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from console.client import GatewayClient, segment
from console.limits.limited import POLICIES, Owner, is_same, which_of
from console.limits.words import amount, what, whose
from console.screens.expiry import spelled
from console.screens.fields import Field, Refusal, Values, always
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import amount_of, amount_problem, budget_fields, limit_of, rate_fields
from console.wire.limits import Limit

LONGEST_HOURS = 24 * 366
USUAL_HOURS = "2"


def raise_limit(gateway: GatewayClient, limit: Limit, now: Callable[[], datetime]) -> FormScreen:
    """More for a while: a fifth of it, for two hours, unless something else is said."""
    path = f"/v1/limits/{segment(limit.id)}/raise"
    usual = f"{(limit.limit - limit.raised) / 5 or 1:.12g}"
    fields = [
        Field(
            name="amount",
            label="By",
            default=lambda _: usual,
            check=lambda text: amount_problem(text) or (None if amount_of(text) else "more than 0"),
            convert=amount_of,
            needed=always,
        ),
        Field(
            name="until",
            label="Hours",
            default=lambda _: USUAL_HOURS,
            check=hours_problem,
            convert=lambda text: spelled(now() + hours_of(text)),
            needed=always,
        ),
    ]

    def effect(values: Values) -> str:
        if hours_problem(values["until"]) or amount_problem(values["amount"]):
            return ""
        more = limit.limit - limit.raised + amount_of(values["amount"])
        until = now() + hours_of(values["until"])
        return f"{whose(limit)} may use {amount(more, limit.type)} until {until:%Y-%m-%d %H:%M} UTC, at once."

    return FormScreen(
        f"Raise the budget of {whose(limit)}",
        lambda _: f"POST {path}",
        fields,
        lambda body, _: gateway.send("POST", path, body, Limit),
        effect=effect,
    )


def hours_of(text: str) -> timedelta:
    """`2`, `0.5`. Raises Refusal."""
    hours = amount_of(text)
    if not 0 < hours <= LONGEST_HOURS:
        raise Refusal("a number of hours")
    return timedelta(hours=hours)


def hours_problem(text: str) -> str | None:
    """What is wrong with a number of hours."""
    try:
        hours_of(text)
    except Refusal:
        return "a number of hours, as 2 or 0.5"
    return None


def edit_limit(gateway: GatewayClient, owner: Owner, limit: Limit) -> FormScreen:
    """Change a limit that its owner has; the others of the owner stay."""
    which = which_of(limit)
    before = next((said for said in owner.limits(which) if is_same(said, limit)), {})
    fields = budget_fields(before) if limit.is_budget else rate_fields(before)

    def body(fields: list[Field], values: Values) -> Json:
        said = limit_of(fields, values, before, is_budget=limit.is_budget)
        if said == before:
            return {}
        return owner.body(which, [said if is_same(each, limit) else each for each in owner.limits(which)])

    def effect(values: Values) -> str:
        try:
            same = is_same(limit_of(fields, values, before, is_budget=limit.is_budget), limit)
        except Refusal:
            return ""
        return (
            "" if same else "What was counted so far counts no more: another period or unit has a counter of its own."
        )

    return FormScreen(
        f"{what(limit)} of {whose(limit)}",
        lambda _: f"PUT {owner.path}",
        fields,
        lambda body, _: gateway.change(owner.path, body),
        body=body,
        effect=effect,
    )


def edit_policy(gateway: GatewayClient, said: Json, limit: Limit) -> FormScreen:
    """Change the limit of a policy; whom it is about and what it counts stay."""
    path = policy_path(limit)
    whole = budget_fields(said) if limit.is_budget else rate_fields(said)
    kept = ("type", "rate_type")
    name = Field(name="name", label="Name", value=limit.name, needed=always)

    def body(_: list[Field], values: Values) -> Json:
        fixed = {"type": limit.type, "rate_type": limit.type}
        before = limit_of(whole, {field.name: field.value for field in whole}, {}, is_budget=limit.is_budget)
        after = limit_of(whole, fixed | values, {}, is_budget=limit.is_budget)
        gone = dict.fromkeys(set(before) - set(after))
        changes = {name: value for name, value in after.items() if before.get(name) != value} | gone
        return changes | ({"name": values["name"].strip()} if values["name"].strip() != limit.name else {})

    return FormScreen(
        f"Policy {limit.name}",
        lambda _: f"PUT {path}",
        [name, *(field for field in whole if field.name not in kept)],
        lambda body, _: gateway.change(path, body),
        body=body,
    )


def policy_path(limit: Limit) -> str:
    """Where the policy of a limit is."""
    return f"{POLICIES[which_of(limit)]}/{segment(limit.owner)}"
