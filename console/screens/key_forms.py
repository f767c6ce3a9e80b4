"""The forms of API keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from console.client import GatewayClient, segment
from console.scopes import TEMPLATES, is_for_organisation, scopes_of, scopes_problem
from console.screens.expiry import expiry_field
from console.screens.fields import Field, Values, always, changes_of
from console.screens.form import FormScreen
from console.wire.keys import ApiKey

PATHS = {False: "/v1/api-keys/workspace/service", True: "/v1/api-keys/organisation/service"}
"""Where keys are made: of a workspace, and of the organisation, which alone may hold some scopes."""


def new_key(gateway: GatewayClient, now: Callable[[], datetime]) -> FormScreen:
    """A key for an application, unless another set of scopes is chosen or written."""

    def chosen(values: Values) -> str:
        return ", ".join(TEMPLATES[values["template"]][1])

    fields = [
        Field(name="name", label="Name", needed=always, hint="whose key it is: mkt-webui"),
        Field(
            name="template",
            label="May",
            choices={name: label for name, (label, _) in TEMPLATES.items()},
            sent=False,
        ),
        Field(name="scopes", label="or scopes", default=chosen, check=scopes_problem, convert=scopes_of, needed=always),
        expiry_field(now, None),
    ]

    def path(values: Values) -> str:
        return PATHS[is_for_organisation(scopes_of(values["scopes"] or chosen(values)))]

    return FormScreen(
        "New API key",
        lambda values: f"POST {path(values)}",
        fields,
        lambda body, values: gateway.new_secret(path(values), body),
    )


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


def edit_key(gateway: GatewayClient, key: ApiKey, now: Callable[[], datetime]) -> FormScreen:
    """Change what a key is called, what it may do, and when it ends; its secret stays."""
    path = f"/v1/api-keys/{segment(key.id)}"
    scopes = ", ".join(key.scopes)
    fields = [
        Field(name="name", label="Name", value=key.name, needed=always),
        Field(name="scopes", label="Scopes", value=scopes, check=scopes_problem, convert=scopes_of, needed=always),
        Field(name="description", label="Description", value=key.description or "", clears=True),
        expiry_field(now, key.expires_at),
    ]
    return FormScreen(
        f"Key {key.name}", lambda _: f"PUT {path}", fields, lambda body, _: gateway.change(path, body), body=changes_of
    )
