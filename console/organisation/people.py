"""Workspaces and people as rows of lists: who belongs where, what they spend, when they were last here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from console.limits.words import amount
from console.text.figures import NONE, day_time
from console.wire.keys import ApiKey
from console.wire.limits import Limit
from console.wire.people import Invite, Member, User, Workspace

Row = tuple[str, ...]


@dataclass(slots=True)
class People:
    """What is known of everybody."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    """By slug."""
    users: dict[str, User] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    keys: list[ApiKey] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)

    def keys_of(self, user_id: str) -> list[ApiKey]:
        """Whose keys they are."""
        return [key for key in self.keys if key.user_id == user_id]

    def keys_in(self, slug: str) -> list[ApiKey]:
        """The keys of a workspace."""
        return [key for key in self.keys if key.workspace_id == slug]

    def members_of(self, slug: str) -> list[User]:
        """Who belongs to a workspace."""
        return [user for user in self.users.values() if slug in user.workspace_ids]

    def workspace_row(self, workspace: Workspace) -> Row:
        """Name, slug, how many belong to it, and what it may still spend."""
        budgets = [limit for limit in self.limits if limit.is_budget and limit.owner == workspace.slug]
        slug = workspace.slug
        return (
            workspace.name,
            slug,
            str(len(self.members_of(slug))),
            str(len(self.keys_in(slug))),
            ", ".join(spent(limit) for limit in budgets) or NONE,
            ", ".join(amount(limit.left, limit.type) for limit in budgets) or NONE,
            workspace.status,
        )

    def user_row(self, user: User, zone: tzinfo | None) -> Row:
        """Who it is, what they may do, where they belong, when one of their keys was used last."""
        where = ", ".join(user.workspace_ids) or NONE
        return user.email, user.name or NONE, user.role, where, day_time(self.last_seen(user), zone)

    def last_seen(self, user: User) -> datetime | None:
        """When one of a user's keys was used last."""
        return max((key.last_used_at for key in self.keys_of(user.id) if key.last_used_at), default=None)


def spent(limit: Limit) -> str:
    """`$18.42 monthly`."""
    return f"{amount(limit.spent, limit.type)} {limit.period}".strip()


def invite_row(invite: Invite, zone: tzinfo | None) -> Row:
    """Who is invited to what, and until when."""
    where = ", ".join(f"{each.id}:{each.role}" for each in invite.workspaces) or NONE
    return invite.email, invite.role, where, day_time(invite.expires_at, zone), invite.status


def member_row(member: Member) -> Row:
    """A member with both roles."""
    name = f"{member.first_name} {member.last_name}".strip()
    return member.email, name or NONE, member.role, member.org_role


def defaults_rows(defaults: Mapping[str, object]) -> dict[str, Row]:
    """What holds for each request of a workspace, a line for each thing that is set."""
    import json

    hidden = ("object", "is_default")
    said = {name: value for name, value in defaults.items() if name not in hidden and value not in (None, {}, [])}
    return {
        name: (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in said.items()
    }


def named(rows: Iterable[str], most: int = 5) -> str:
    """`a, b, c and 4 more`, for a sentence."""
    every = list(rows)
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(f"`{each}`" for each in every[:most]) + rest
