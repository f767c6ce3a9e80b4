"""The forms of API keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from console.api_keys.scopes import TEMPLATES, is_for_organisation, scopes_of, scopes_problem
from console.client import GatewayClient, segment
from console.screens.expiry import expiry_field
from console.screens.fields import Field, Refusal, Values, always, body_of, changes_of
from console.screens.form import FormScreen, Json
from console.screens.limits.fields import amount_of, amount_problem
from console.wire.errors import GatewayRefused
from console.wire.keys import ApiKey

PATHS = {False: "/v1/api-keys/workspace/service", True: "/v1/api-keys/organisation/service"}
"""Where keys are made: of a workspace, and of the organisation, which alone may hold some scopes."""
PICKED = "picked"
PERIODS = {"monthly": "every month", "weekly": "every week", "daily": "every day", "never": "in all"}
TRUST = {
    "off": "no: every request is the key's own",
    "headers": "Open WebUI's headers say who asks",
    "signed": "only what Open WebUI signs",
}
ROTATIONS = {"never": "by hand alone", "weekly": "every Monday", "monthly": "on the first of a month"}
DAYS = "days"
FORM_ONLY = ("budget", "period", "rate", "config_id", "metadata", "open_webui", "rotation")
"""What becomes part of something else in the body."""
Pick = Callable[[Collection[str]], Awaitable[list[str] | None]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a key can belong to, as far as the operator may see it."""

    workspaces: Mapping[str, str] = field(default_factory=dict)
    configs: Mapping[str, str] = field(default_factory=dict)
    own: Collection[str] | None = None
    """The operator's own scopes: nobody gives what he has not. None: not known, the gateway will say."""

    def given(self, template: str) -> list[str]:
        """The scopes of a template that may be given."""
        wanted = TEMPLATES[template][1] if template in TEMPLATES else []
        return [scope for scope in wanted if self.own is None or scope in self.own]


def new_key(gateway: GatewayClient, now: Callable[[], datetime], around: Surroundings, pick: Pick) -> FormScreen:
    """A key for an application, unless another set of scopes is chosen, picked or written."""

    def chosen(values: Values) -> str:
        return ", ".join(around.given(values["template"]))

    def path(values: Values) -> str:
        return PATHS[is_for_organisation(scopes_of(values["scopes"] or chosen(values)))]

    async def send(body: Json, values: Values) -> Any:
        if values["template"] == PICKED and not values["scopes"]:
            body |= {"scopes": await picked(pick)}
        return await gateway.new_secret(PATHS[is_for_organisation(body["scopes"])], body)

    labels = {name: label for name, (label, _) in TEMPLATES.items()}
    operator = labels.pop("operator")
    templates = labels | {PICKED: "one by one: you are asked when you save", "operator": operator}
    fields = [
        Field(name="name", label="Name", needed=always, hint="whose key it is: mkt-webui"),
        Field(name="template", label="May", choices=templates, sent=False),
        Field(
            name="scopes",
            label="or scopes",
            default=chosen,
            check=scopes_problem,
            convert=scopes_of,
            needed=lambda values: values["template"] != PICKED,
        ),
        expiry_field(now, None),
        *place_fields(around, chosen),
        *limit_fields(),
        *default_fields(around, {}, lambda values: "headers" if values["template"] == "webui" else "off"),
    ]
    return FormScreen("New API key", lambda values: f"POST {path(values)}", fields, send, body=whole_body)


async def picked(pick: Pick) -> list[str]:
    """What was marked one by one. Raises GatewayRefused where nothing was."""
    if found := await pick(()):
        return found
    raise GatewayRefused(0, "No scope was marked, so that the key could do nothing.", "scopes")


def place_fields(around: Surroundings, chosen: Callable[[Values], str]) -> list[Field]:
    """The workspace, where there are several and the key belongs to one."""

    def belongs(values: Values) -> bool:
        return not is_for_organisation(scopes_of(values["scopes"] or chosen(values)))

    if len(around.workspaces) < 2:
        return []
    choices = {"": "this console's own"} | dict(around.workspaces)
    return [Field(name="workspace_id", label="Workspace", choices=choices, shown=belongs)]


def limit_fields() -> list[Field]:
    """A budget and a rate, as most keys want them; Limits has what else there is."""
    hint = "dollars; empty: no budget of its own"
    rate = "requests a minute; empty: no rate of its own"
    check, has_budget = amount_problem, lambda values: bool(values["budget"])
    return [
        Field(name="budget", label="Budget", hint=hint, check=check, convert=amount_of, also=("usage_limits",)),
        Field(name="period", label="for", choices=PERIODS, shown=has_budget),
        Field(name="rate", label="Rate", hint=rate, check=check, convert=amount_of, also=("rate_limits",)),
    ]


def default_fields(around: Surroundings, before: Mapping[str, Any], trust: Callable[[Values], str]) -> list[Field]:
    """What holds for its requests: a config, metadata, whom Open WebUI says, and when it is rotated by itself."""
    config = before.get("config_id") or ""
    configs = {"": "none, or the workspace's"} | dict(around.configs) | ({config: config} if config else {})
    told = ", ".join(f"{name}={value}" for name, value in (before.get("metadata") or {}).items())
    trusts = TRUST if before else {"": "as the template says"} | {name: TRUST[name] for name in ("off", "headers")}
    rotations = ROTATIONS | ({DAYS: "every so many days, as it is"} if before.get("rotation") == DAYS else {})
    return [
        Field(name="config_id", label="Config", choices=configs, value=config, also=("defaults",)),
        Field(
            name="metadata",
            label="Metadata",
            value=told,
            hint="team=ml, env=prod: added to each request",
            check=metadata_problem,
            convert=metadata_of,
            clears=True,
        ),
        Field(
            name="open_webui",
            label="Trusts",
            choices=trusts,
            value=str(before.get("open_webui") or ""),
            default=trust,
        ),
        Field(
            name="rotation",
            label="New secret",
            choices=rotations,
            value=str(before.get("rotation") or "never"),
            also=("rotation_policy",),
        ),
    ]


def metadata_of(text: str) -> dict[str, str]:
    """`team=ml, env=prod`. Raises Refusal."""
    found: dict[str, str] = {}
    for part in (part.strip() for part in text.split(",")):
        name, sign, value = part.partition("=")
        if part and not (sign and name.strip() and value.strip()):
            raise Refusal("metadata")
        if part:
            found[name.strip()] = value.strip()
    return found


def metadata_problem(text: str) -> str | None:
    """What is wrong with metadata."""
    try:
        metadata_of(text)
    except Refusal:
        return "as team=ml, env=prod"
    return None


def whole_body(fields: list[Field], values: Values) -> Json:
    """The body of a new key. Raises Refusal."""
    plain = [each for each in fields if each.name not in FORM_ONLY]
    body = body_of(plain, values)
    if values["budget"]:
        period = {} if values["period"] == "never" else {"periodic_reset": values["period"]}
        body["usage_limits"] = [{"type": "cost", "credit_limit": amount_of(values["budget"])} | period]
    if values["rate"]:
        body["rate_limits"] = [{"type": "requests", "unit": "rpm", "value": amount_of(values["rate"])}]
    if values["rotation"] != "never":
        body["rotation_policy"] = {"rotation_period": values["rotation"]}
    defaults = defaults_of(values)
    return body | ({"defaults": defaults} if defaults else {})


def defaults_of(values: Values) -> Json:
    """What is said of a key's requests; what goes without saying is left out. Raises Refusal."""
    found: Json = {}
    if values["config_id"]:
        found["config_id"] = values["config_id"]
    if values["metadata"]:
        found["metadata"] = metadata_of(values["metadata"])
    if values["open_webui"] not in ("", "off"):
        found["open_webui"] = values["open_webui"]
    return found


def new_application_key(gateway: GatewayClient, name: str, scopes: list[str]) -> FormScreen:
    """A key that nothing but a name is asked for."""
    path = PATHS[is_for_organisation(scopes)]
    fields = [Field(name="name", label="Name", value=name, needed=always, hint="whose key it is: mkt-webui")]
    return FormScreen(
        "New API key for an application",
        lambda _: f"POST {path}",
        fields,
        lambda body, _: gateway.new_secret(path, body),
        fixed={"scopes": scopes},
    )


def edit_key(gateway: GatewayClient, key: ApiKey, now: Callable[[], datetime], around: Surroundings) -> FormScreen:
    """Change what a key is called, what it may do, what holds for its requests, and when it ends; its secret stays."""
    path = f"/v1/api-keys/{segment(key.id)}"
    scopes = ", ".join(key.scopes)
    before = {"open_webui": "off"} | (key.defaults or {}) | {"rotation": rotation_of(key)}
    fields = [
        Field(name="name", label="Name", value=key.name, needed=always),
        Field(name="scopes", label="Scopes", value=scopes, check=scopes_problem, convert=scopes_of, needed=always),
        expiry_field(now, key.expires_at),
        Field(name="description", label="Description", value=key.description or "", clears=True),
        *default_fields(around, before, lambda _: "off"),
    ]

    def changes(fields: list[Field], values: Values) -> Json:
        body = changes_of([each for each in fields if each.name not in FORM_ONLY], values)
        if values["rotation"] != before["rotation"]:
            policy = None if values["rotation"] == "never" else {"rotation_period": values["rotation"]}
            body["rotation_policy"] = policy
        asked = ("config_id", "metadata", "open_webui")
        said = defaults_of(values)
        if said != defaults_of({each.name: each.value for each in fields}):
            kept = {name: value for name, value in (key.defaults or {}).items() if name not in asked}
            body["defaults"] = kept | said
        return body

    return FormScreen(
        f"Key {key.name}", lambda _: f"PUT {path}", fields, lambda body, _: gateway.change(path, body), body=changes
    )


def rotation_of(key: ApiKey) -> str:
    """When it gets a new secret by itself."""
    policy = key.rotation_policy or {}
    if policy.get("rotation_period_days"):
        return DAYS
    return str(policy.get("rotation_period") or "never")
