"""The shapes of users and of members of workspaces. Source: portkey.ai, OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from gateway.moments import instant
from gateway.organisation.roles import WORKSPACE_ROLES
from store.organisation.members import MemberRow
from store.organisation.users import UserRow

WorkspaceRole = Literal["admin", "manager", "member", "auditor"]
OrganisationRole = Literal["admin", "member", "auditor"]
"""Those that can be given."""


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to belong to a workspace."""

    id: str
    """The user's id or address."""
    role: WorkspaceRole


class NewMembers(msgspec.Struct, frozen=True, kw_only=True):
    """Several at once."""

    users: list[NewMember]


class RoleChange(msgspec.Struct, frozen=True, kw_only=True):
    """Another role in a workspace."""

    role: WorkspaceRole


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user, and the role in a workspace."""

    id: str
    first_name: str
    last_name: str
    email: str
    org_role: str
    role: str
    scopes: list[str]
    """What the role allows."""
    workspace_id: str
    created_at: datetime | None
    last_updated_at: datetime | None
    status: str = "active"
    object: str = "workspace-user"


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Member]
    object: str = "list"


class UserChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of a user; what is left out stays."""

    role: OrganisationRole | msgspec.UnsetType = msgspec.UNSET
    first_name: str | msgspec.UnsetType = msgspec.UNSET
    last_name: str | msgspec.UnsetType = msgspec.UNSET


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person."""

    id: str
    first_name: str
    last_name: str
    role: str
    email: str
    created_at: datetime | None
    last_updated_at: datetime | None
    workspace_ids: list[str]
    object: str = "user"


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[User]
    object: str = "list"


class UserRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """The user is gone, and with the user the API keys that were theirs."""

    removed_api_keys: list[str]


def member(row: MemberRow, user: UserRow) -> Member:
    """A membership as the API has it."""
    return Member(
        id=user.id,
        first_name=user.first_name,
        last_name=user.last_name,
        email=user.email,
        org_role=user.role,
        role=row.role,
        scopes=sorted(WORKSPACE_ROLES.get(row.role, ())),
        workspace_id=row.workspace,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms or row.created_at_ms),
    )


def user(row: UserRow, workspaces: list[str]) -> User:
    """A user as the API has it."""
    return User(
        id=row.id,
        first_name=row.first_name,
        last_name=row.last_name,
        role=row.role,
        email=row.email,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms or row.created_at_ms),
        workspace_ids=workspaces,
    )
