"""What people may do: a role in the organisation, a role in each workspace, and the scopes that come of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.organisation.scopes import SCOPES, WORKSPACE_SCOPES

if TYPE_CHECKING:
    from store.organisation.members import MemberRow
    from store.organisation.users import UserRow

READING = ("read", "list", "view")
USING = frozenset(
    f"{resource}.{act}"
    for resource, act in (
        ("completions", "write"),
        ("guardrails", "invoke"),
        ("mcp", "invoke"),
        ("agents", "invoke"),
        ("prompts", "render"),
    )
)
PRIVATE = ("logs", "analytics", "workspace_users", "workspace_service_api_keys", "workspace_user_api_keys")
"""Resources that tell about other people."""


def reading(scopes: Iterable[str]) -> frozenset[str]:
    """Those of the scopes that change nothing."""
    return frozenset(scope for scope in scopes if scope.rpartition(".")[2] in READING)


ORGANISATION_ROLES: Mapping[str, frozenset[str]] = {
    "owner": SCOPES,
    "admin": SCOPES,
    "auditor": reading(SCOPES),
    "member": frozenset(),
}
"""What a role in the organisation allows everywhere; a member may do what memberships in workspaces allow."""
WORKSPACE_ROLES: Mapping[str, frozenset[str]] = {
    "admin": WORKSPACE_SCOPES,
    "manager": WORKSPACE_SCOPES - {"workspaces.update"},
    "member": USING
    | frozenset(scope for scope in reading(WORKSPACE_SCOPES) if scope.rpartition(".")[0] not in PRIVATE),
    "auditor": reading(WORKSPACE_SCOPES),
}
"""A manager runs the workspace within the limits that its admin sets; a member uses it; an auditor looks."""
GIVEN = ("admin", "auditor", "member")
"""Roles in the organisation that can be given; its owner is there from the start."""


@dataclass(frozen=True, slots=True)
class People:
    """Who has which role."""

    roles: Mapping[str, str] = field(default_factory=dict)
    """In the organisation, by the user's id."""
    memberships: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """In a workspace, by its slug and the user's id."""

    def granted(self, user_id: str, workspace: str | None) -> frozenset[str]:
        """What a user may do in a workspace, or with None in the organisation; nothing where nobody knows them."""
        everywhere = ORGANISATION_ROLES.get(self.roles.get(user_id, ""), frozenset())
        if workspace is None:
            return everywhere
        here = WORKSPACE_ROLES.get(self.memberships.get((workspace, user_id), ""), frozenset())
        return (everywhere & WORKSPACE_SCOPES) | here


def people_of(users: Iterable[UserRow], members: Iterable[MemberRow]) -> People:
    """Everybody in the store."""
    return People(
        {user.id: user.role for user in users},
        {(member.workspace, member.user_id): member.role for member in members},
    )
