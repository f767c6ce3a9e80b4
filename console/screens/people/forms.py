"""The forms of workspaces, users, members and invites."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from console.api_keys.scopes import scopes_of, scopes_problem
from console.client import GatewayClient, segment
from console.screens.fields import Field, Refusal, Values, always, body_of, changes_of, slug_of, slug_problem
from console.screens.form import FormScreen, Json
from console.wire.answers import Done
from console.wire.people import InviteLink, Member, User, WorkspaceWhole

ROLES = {
    "member": "member: uses what is there",
    "manager": "manager: runs it within its limits",
    "admin": "admin: everything in it",
    "auditor": "auditor: looks, changes nothing",
}
"""In a workspace."""
ORGANISATION_ROLES = {
    "member": "member: what their workspaces allow",
    "admin": "admin: everything, everywhere",
    "auditor": "auditor: looks everywhere, changes nothing",
}


def new_workspace(gateway: GatewayClient) -> FormScreen:
    """A department."""
    fields = [
        Field(name="name", label="Name", needed=always, hint="Marketing"),
        Field(
            name="slug", label="Slug", default=lambda values: slug_of(values["name"]), check=slug_problem, needed=always
        ),
        Field(name="description", label="Description"),
        *default_fields({}),
    ]
    path = "/v1/admin/workspaces"
    return FormScreen("New workspace", lambda _: f"POST {path}", fields, lambda body, _: gateway.create(path, body))


def edit_workspace(gateway: GatewayClient, workspace: WorkspaceWhole) -> FormScreen:
    """Change what it is called and what holds for its requests; its slug stays."""
    path = f"/v1/admin/workspaces/{segment(workspace.slug)}"
    kept = {name: value for name, value in workspace.defaults.items() if name not in ("object", "is_default")}
    fields = [
        Field(name="name", label="Name", value=workspace.name, needed=always),
        Field(name="description", label="Description", value=workspace.description or "", clears=True),
        *default_fields(kept),
    ]

    def changes(fields: list[Field], values: Values) -> Json:
        body = changes_of(fields, values)
        if "defaults" in body:  # they are replaced as a whole
            body["defaults"] = kept | body["defaults"]
        return body

    return FormScreen(
        f"Workspace {workspace.slug}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.change(path, body),
        body=changes,
    )


def default_fields(now: dict[str, Any]) -> list[Field]:
    """What every request of a workspace has, and must have."""
    return [
        json_field("metadata", "Metadata", '{"team": "mkt"}, added to every request', now.get("metadata")),
        json_field("metadata_schema", "Schema", "JSON schema that metadata must fit", now.get("metadata_schema")),
    ]


def json_field(name: str, label: str, hint: str, now: Any) -> Field:
    """An object, written as JSON."""
    value = json.dumps(now, ensure_ascii=False) if now else ""
    return Field(
        name=name,
        label=label,
        hint=hint,
        value=value,
        inside="defaults",
        check=object_problem,
        convert=object_of,
        clears=True,
    )


def object_of(text: str) -> dict[str, Any]:
    """Raises Refusal."""
    if (problem := object_problem(text)) is not None:
        raise Refusal(problem)
    found: dict[str, Any] = json.loads(text)
    return found


def object_problem(text: str) -> str | None:
    """What is wrong with a JSON object."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is no JSON: {error}"
    return None if isinstance(value, dict) else 'is a JSON object, such as {"team": "mkt"}'


def edit_user(gateway: GatewayClient, user: User) -> FormScreen:
    """Another role, another name."""
    path = f"/v1/admin/users/{segment(user.id)}"
    fields = [
        Field(name="role", label="Role", value=user.role, choices=ORGANISATION_ROLES),
        Field(name="first_name", label="First name", value=user.first_name),
        Field(name="last_name", label="Last name", value=user.last_name),
    ]
    return FormScreen(
        f"User {user.email}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.change(path, body),
        body=changes_of,
        effect=lambda _: "Their keys may do what the role allows from the next request on.",
    )


def new_invite(gateway: GatewayClient, workspaces: Iterable[str]) -> FormScreen:
    """Whom to invite, and to what."""
    known = list(workspaces)
    path = "/v1/admin/users/invites"
    fields = [
        Field(name="email", label="Email", needed=always, hint="ada@example.com", check=email_problem),
        Field(name="role", label="Role", choices=ORGANISATION_ROLES),
        Field(
            name="workspaces",
            label="Workspaces",
            hint="marketing:member, eng:manager",
            check=lambda text: places_problem(text, known),
            convert=places_of,
        ),
        Field(
            name="scopes",
            label="Key may",
            hint="scopes of a key in each workspace: completions.write",
            check=scopes_problem,
            convert=scopes_of,
            inside="workspace_api_key_details",
            also=("workspace_api_key_details",),
        ),
    ]
    return FormScreen(
        "Invite somebody",
        lambda _: f"POST {path}",
        fields,
        lambda body, _: gateway.send("POST", path, body, InviteLink),
        effect=lambda _: "You are shown a link that works once, for a week; how it reaches them is up to you.",
    )


def places_of(text: str) -> list[dict[str, str]]:
    """`marketing:member, eng` as workspaces with roles; a member where no role is said."""
    pairs = [part.partition(":") for part in text.replace(",", " ").split()]
    return [{"id": place, "role": role or "member"} for place, _, role in pairs]


def places_problem(text: str, known: list[str]) -> str | None:
    """What is wrong with a list of workspaces and roles."""
    for each in places_of(text):
        if each["id"] not in known:
            return f"there is no workspace `{each['id']}`; there are {', '.join(known)}"
        if each["role"] not in ROLES:
            return f"`{each['role']}` is no role in a workspace; roles are {', '.join(ROLES)}"
    return None


def email_problem(text: str) -> str | None:
    """What is plainly no address; the gateway looks more closely."""
    name, at, host = text.partition("@")
    return None if name and at and "." in host and " " not in text else "is an address, such as ada@example.com"


def new_member(gateway: GatewayClient, slug: str) -> FormScreen:
    """Somebody who is a user already."""
    path = f"/v1/admin/workspaces/{segment(slug)}/users"
    fields = [
        Field(name="id", label="User", needed=always, hint="address or id of a user; others are invited in People"),
        Field(name="role", label="Role", choices=ROLES),
    ]
    return FormScreen(
        f"New member of {slug}",
        lambda _: f"POST {path}",
        fields,
        lambda body, _: gateway.send("POST", path, body, Done),
        body=lambda fields, values: {"users": [body_of(fields, values)]},
    )


def edit_member(gateway: GatewayClient, slug: str, member: Member) -> FormScreen:
    """Another role in a workspace."""
    path = f"/v1/admin/workspaces/{segment(slug)}/users/{segment(member.id)}"
    fields = [Field(name="role", label="Role", value=member.role, choices=ROLES)]
    return FormScreen(
        f"{member.email} in {slug}",
        lambda _: f"PUT {path}",
        fields,
        lambda body, _: gateway.change(path, body),
        body=changes_of,
    )
