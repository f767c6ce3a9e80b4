"""The forms of limits: a new one, a change of one, and raising one for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from console.client import GatewayClient, segment
from console.limit_words import LEVELS, amount, what, whose
from console.limited import POLICIES, Owner, Owners, Which, is_same, which_of
from console.screens.expiry import spelled
from console.screens.fields import Field, Refusal, Values, always, body_of
from console.screens.form import FormScreen, Json
from console.screens.limit_fields import amount_of, amount_problem, budget_fields, limit_of, rate_fields
from console.wire.limits import Limit, Nothing

LONGEST_HOURS = 24 * 366
USUAL_HOURS = "2"
KINDS = {"budget": "a budget", "rate": "a rate limit"}
OF = {
    "api_key": "an API key",
    "workspace": "a workspace",
    "provider": "a provider",
    "integration": "an integration in a workspace",
    "policy": "all requests that conditions find (a policy)",
}


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


def new_limit(gateway: GatewayClient, owners: Owners, kind: str, near: Limit | None) -> FormScreen:
    """A budget or a rate for anything there is; `near` says for what, if nobody chooses otherwise."""

    def is_budget(values: Values) -> bool:
        return values["kind"] == "budget"

    fields = [
        Field(name="kind", label="New", choices=KINDS, value=kind, sent=False),
        Field(name="level", label="for", choices=OF, value=near.level if near else "api_key", sent=False),
        *(owner_field(owners, level, near) for level in OF if level != "policy"),
        *policy_fields(owners),
        *budget_fields({}, is_budget),
        *rate_fields({}, lambda values: not is_budget(values)),
    ]

    def owner(values: Values) -> Owner | None:
        return owners.found(values["level"], values[values["level"]]) if values["level"] != "policy" else None

    def body(fields: list[Field], values: Values) -> Json:
        said = limit_of(fields, values, {}, is_budget=is_budget(values))
        which: Which = "usage_limits" if is_budget(values) else "rate_limits"
        if values["level"] == "policy":
            return body_of([field for field in fields if field.name in ABOUT], values) | said
        whose = owner(values)
        return whose.body(which, [*whose.limits(which), said]) if whose else {which: [said]}

    def request(values: Values) -> str:
        if values["level"] == "policy":
            return f"POST {POLICIES['usage_limits' if is_budget(values) else 'rate_limits']}"
        whose = owner(values)
        return f"PUT {whose.path}" if whose else "PUT …"

    async def send(body: Json, values: Values) -> Nothing:
        method, _, path = request(values).partition(" ")
        await gateway.send(method, path, body, Nothing)
        return Nothing()

    return FormScreen("New limit", request, fields, send, body=body)


ABOUT = ("name", "conditions", "group_by", "workspace_id")
"""Fields of a policy that are not its limit's."""


def owner_field(owners: Owners, level: str, near: Limit | None) -> Field:
    """Which of a level."""
    names = owners.names(level)
    return Field(
        name=level,
        label=LEVELS[level].capitalize(),
        choices=names or None,
        value=near.owner if near and near.level == level else "",
        hint=f"there is no {LEVELS[level]} yet",
        needed=lambda values: values["level"] == level,
        check=lambda text: None if text in names else f"there is no such {LEVELS[level]}",
        shown=lambda values: values["level"] == level,
        sent=False,
    )


def policy_fields(owners: Owners) -> list[Field]:
    """Whom a policy is about."""

    def is_policy(values: Values) -> bool:
        return values["level"] == "policy"

    return [
        Field(name="name", label="Name", hint="20 dollars for each user", shown=is_policy),
        Field(
            name="conditions",
            label="Where",
            hint="model=@openai/gpt-*, metadata.team=a|b, user!=ann",
            check=conditions_problem,
            convert=conditions_of,
            default=lambda _: "api_key=*",
            shown=is_policy,
        ),
        Field(
            name="group_by",
            label="For each",
            default=lambda _: "api_key",
            convert=lambda text: [{"key": part.strip()} for part in text.split(",") if part.strip()],
            shown=is_policy,
        ),
        Field(
            name="workspace_id",
            label="In",
            choices={"": "every workspace"}
            | {f"{id}": f"workspace {name}" for id, name in owners.names("workspace").items()},
            shown=is_policy,
        ),
    ]


def conditions_of(text: str) -> list[Json]:
    """`model=@openai/*, user!=ann|bob` as a policy has it. Raises Refusal."""
    found: list[Json] = []
    for part in (part.strip() for part in text.split(",")):
        key, sign, value = part.partition("=")
        excludes, key = key.endswith("!"), key.removesuffix("!").strip()
        values = [each.strip() for each in value.split("|") if each.strip()]
        if not (sign and key and values):
            raise Refusal("a condition")
        said: Json = {"key": key, "value": values[0] if len(values) == 1 else values}
        found.append(said | ({"excludes": True} if excludes else {}))
    return found


def conditions_problem(text: str) -> str | None:
    """What is wrong with conditions."""
    try:
        conditions_of(text)
    except Refusal:
        return "as model=@openai/gpt-*, user!=ann|bob with commas between"
    return None
