"""Workspaces, their members, the users of the organisation, and invites."""

from datetime import datetime
from typing import Any

import msgspec


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """A department."""

    id: str
    slug: str
    name: str
    description: str | None = None
    status: str = "active"
    is_default: int = 0
    created_at: datetime | None = None
    defaults: dict[str, Any] = {}
    """What holds for each of its requests."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user in a workspace."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    role: str = ""
    org_role: str = ""
    created_at: datetime | None = None


class WorkspaceWhole(Workspace, frozen=True, kw_only=True):
    """A workspace with its members."""

    users: list[Member] = []


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the organisation."""

    id: str
    email: str
    first_name: str = ""
    last_name: str = ""
    role: str = ""
    created_at: datetime | None = None
    workspace_ids: list[str] = []

    @property
    def name(self) -> str:
        """First and last."""
        return f"{self.first_name} {self.last_name}".strip()


class InvitedTo(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace, and the role in it."""

    id: str
    role: str


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may become a user."""

    id: str
    email: str
    role: str = "member"
    workspaces: list[InvitedTo] = []
    status: str = "pending"
    created_at: datetime | None = None
    expires_at: datetime | None = None


class InviteLink(msgspec.Struct, frozen=True, kw_only=True):
    """What accepts an invite, said exactly once."""

    invite_link: str


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """A user is gone, and these keys with them."""

    removed_api_keys: list[str] = []
