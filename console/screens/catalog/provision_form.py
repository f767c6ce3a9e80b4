"""The form that lets workspaces use an integration, each within limits of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from console.client import GatewayClient
from console.limits.limited import access_path, made_from, several
from console.screens.fields import Field, Values
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import budget_fields, limit_of, rate_fields
from console.wire.limits import Access, Nothing

EVERY = "*"
"""Chosen: all workspaces there are, and those to come."""
MAY = {"true": "may use it", "false": "may not use it"}
LIMITS = {"": "as they are", "budget": "a budget", "rate": "a rate", "none": "none of its own"}


def provision(gateway: GatewayClient, slug: str, rows: Sequence[Access], names: Mapping[str, str]) -> FormScreen:
    """One workspace at a time, or all; what is said now of each stands beside its name."""
    before = {row.id: row for row in rows}
    choices = {id: f"{names.get(id, id)} ({'may' if row.enabled else 'may not'})" for id, row in before.items()}
    path = access_path(slug)

    fields = [
        Field(
            name="workspace",
            label="Workspace",
            choices=choices | {EVERY: "every workspace, and those to come"},
            also=("workspaces", "id"),
        ),
        Field(name="enabled", label="It", choices=MAY, also=("global_workspace_access",)),
        Field(name="limits", label="Limits", choices=LIMITS, shown=is_one),
        *budget_fields({}, is_budget),
        *rate_fields({}, is_rate),
    ]

    def body(fields: list[Field], values: Values) -> Json:
        enabled = values["enabled"] == "true"
        if values["workspace"] == EVERY:
            return {"global_workspace_access": {"enabled": enabled}}
        said: Json = {"id": values["workspace"], "enabled": enabled}
        return {"workspaces": [said | limits(fields, values, before[values["workspace"]])]}

    return FormScreen(
        f"Who may use {slug}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.send("PUT", path, body, Nothing),
        body=body,
        effect=lambda values: effect(slug, names, values),
    )


def is_one(values: Values) -> bool:
    """Whether it is about a single workspace, which may use it."""
    return values["workspace"] != EVERY and values["enabled"] == "true"


def is_budget(values: Values) -> bool:
    """Whether a budget is wanted."""
    return is_one(values) and values["limits"] == "budget"


def is_rate(values: Values) -> bool:
    """Whether a rate is wanted."""
    return is_one(values) and values["limits"] == "rate"


def effect(slug: str, names: Mapping[str, str], values: Values) -> str:
    """What saving does."""
    if values["workspace"] == EVERY:
        return "Holds for workspaces about which nothing else was said."
    who = names.get(values["workspace"], values["workspace"])
    if values["enabled"] == "true":
        return f"{who} may use `{slug}`; it gets a provider for it, if it has none."
    return f"Requests of {who} that name a provider of `{slug}` are refused from then on."


def limits(fields: list[Field], values: Values, before: Access) -> Json:
    """Another limit beside those of the other kind, none at all, or nothing said of them."""
    match values["limits"] if values["enabled"] == "true" else "":
        case "budget":
            said = limit_of(fields, values, {}, is_budget=True)
            return {"usage_limits": [*several(before.usage_limits), said], **made_from(before.limits_version)}
        case "rate":
            said = limit_of(fields, values, {}, is_budget=False)
            return {"rate_limits": [*several(before.rate_limits), said], **made_from(before.limits_version)}
        case "none":
            return {"usage_limits": None, "rate_limits": None}
    return {}
