"""The form of a new limit: of a key, a workspace, a provider, what a workspace may use of an integration, a policy."""

from __future__ import annotations

from dataclasses import dataclass

from console.client import GatewayClient
from console.limits.limited import POLICIES, Owner, Owners, Which
from console.limits.words import LEVELS
from console.screens.fields import Field, Refusal, Values, body_of
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import budget_fields, limit_of, rate_fields
from console.wire.limits import Limit, Nothing

KINDS = {"budget": "a budget", "rate": "a rate limit", "models": "allowed models, tried in shadow"}
OF = {
    "api_key": "an API key",
    "workspace": "a workspace",
    "provider": "a provider",
    "integration": "an integration in a workspace",
    "policy": "all requests that conditions find (a policy)",
}
ABOUT = ("name", "conditions", "group_by", "workspace_id")
"""Fields of a policy that are not its limit's."""


def new_limit(gateway: GatewayClient, owners: Owners, kind: str, near: Limit | None) -> FormScreen:
    """A budget, a rate or a rule for anything there is; `near` says for what, if nobody chooses otherwise."""
    new = NewLimit(owners)

    async def send(body: Json, values: Values) -> Nothing:
        method, _, path = new.request(values).partition(" ")
        return await gateway.send(method, path, body, Nothing)

    return FormScreen("New limit", new.request, new.fields(kind, near), send, body=new.body, effect=effect)


@dataclass(frozen=True, slots=True)
class NewLimit:
    """What the form's answers come to, for these owners."""

    owners: Owners

    def fields(self, kind: str, near: Limit | None) -> list[Field]:
        """What is asked."""
        level = near.level if near else "api_key"
        return [
            Field(name="kind", label="New", choices=KINDS, value=kind, sent=False),
            Field(name="level", label="for", choices=OF, value=level, shown=has_levels, sent=False),
            *(owner_field(self.owners, level, near) for level in OF if level != "policy"),
            *policy_fields(self.owners),
            *budget_fields({}, is_budget),
            *rate_fields({}, lambda values: values["kind"] == "rate"),
        ]

    def owner(self, values: Values) -> Owner | None:
        """Whose it is to be; None of a policy, and where there is nobody."""
        level = level_in(values)
        return None if level == "policy" else self.owners.found(level, values[level])

    def request(self, values: Values) -> str:
        """Where it is sent."""
        if level_in(values) == "policy":
            return f"POST {POLICIES[which_in(values)]}"
        owner = self.owner(values)
        return f"PUT {owner.path}" if owner else "PUT …"

    def body(self, fields: list[Field], values: Values) -> Json:
        """What is sent: the owner's other limits stay. Raises Refusal."""
        owner = self.owner(values)
        if values["kind"] == "models":
            return owner.rule(shadow=True) if owner else {}
        said = limit_of(fields, values, {}, is_budget=is_budget(values))
        if level_in(values) == "policy":
            return body_of([field for field in fields if field.name in ABOUT], values) | said
        which = which_in(values)
        return owner.body(which, [*owner.limits(which), said]) if owner else {which: [said]}


def is_budget(values: Values) -> bool:
    """Whether it is to be one."""
    return values["kind"] == "budget"


def has_levels(values: Values) -> bool:
    """Whether there is a choice for what it is."""
    return values["kind"] != "models"


def which_in(values: Values) -> Which:
    """In which field its owner has it."""
    return "usage_limits" if is_budget(values) else "rate_limits"


def effect(values: Values) -> str:
    """What saving does, where that does not go without saying."""
    return "" if has_levels(values) else "Models that are not allowed are let through and counted."


def level_in(values: Values) -> str:
    """For what: a rule about models is always of an integration in a workspace."""
    return "integration" if values["kind"] == "models" else values["level"]


def owner_field(owners: Owners, level: str, near: Limit | None) -> Field:
    """Which of a level."""
    names = owners.names(level)
    return Field(
        name=level,
        label=LEVELS[level].capitalize(),
        choices=names or None,
        value=near.owner if near and near.level == level else "",
        hint=f"there is no {LEVELS[level]} yet",
        needed=lambda values: level_in(values) == level,
        check=lambda text: None if text in names else f"there is no such {LEVELS[level]}",
        shown=lambda values: level_in(values) == level,
        sent=False,
    )


def policy_fields(owners: Owners) -> list[Field]:
    """Whom a policy is about."""

    def is_policy(values: Values) -> bool:
        return level_in(values) == "policy"

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
