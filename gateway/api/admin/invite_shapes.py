"""The shapes of `/v1/admin/users/invites`. Source: portkey.ai, OpenAPI document, user-invites."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from gateway.api.admin.key_checks import EMAIL
from gateway.api.admin.member_shapes import OrganisationRole, WorkspaceRole
from gateway.moments import instant, now_ms
from gateway.organisation.roles import WORKSPACE_ROLES
from gateway.organisation.scopes import SCOPES
from store.organisation.invites import InviteRow

if TYPE_CHECKING:
    from gateway.snapshot import Snapshot

LASTING_MS = 7 * 86_400_000
"""How long an invite may be accepted."""


class InvitedTo(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace, and the role in it."""

    id: str
    role: WorkspaceRole


class KeyDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What the user's API key in each of the workspaces may do."""

    scopes: list[str]


class NewInvite(msgspec.Struct, frozen=True, kw_only=True):
    """Who is invited, and to what."""

    email: str
    role: OrganisationRole = "member"
    workspaces: list[InvitedTo] = []
    workspace_api_key_details: KeyDetails | None = None
    """With it, accepting gives the user a key in each of the workspaces."""


class InviteMade(msgspec.Struct, frozen=True, kw_only=True):
    """The invite, and the link that accepts it; it is said only here."""

    id: str
    invite_link: str


class InviteResent(msgspec.Struct, frozen=True, kw_only=True):
    """A new link; the one before is not valid any more."""

    invite_link: str
    link: str = msgspec.field(name="inviteLink")
    """The same, as Portkey spells it."""


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """The token of the link, what follows its `#`, and the user's name."""

    token: str
    first_name: str = ""
    last_name: str = ""


class KeyGiven(msgspec.Struct, frozen=True, kw_only=True):
    """An API key of the user's, said only here."""

    id: str
    workspace_id: str
    key: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Who is a user now."""

    user_id: str
    api_keys: list[KeyGiven]


class Invite(msgspec.Struct, frozen=True, kw_only=True):
    """One invite."""

    id: str
    email: str
    role: str
    workspaces: list[InvitedTo]
    status: str
    """`pending`, `accepted`, `cancelled` or `expired`."""
    invited_by: str
    created_at: datetime | None
    expires_at: datetime | None
    accepted_at: datetime | None
    object: str = "invite"


class InviteList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Invite]
    object: str = "list"


def workspaces_of(row: InviteRow) -> list[InvitedTo]:
    """What somebody is invited to."""
    return msgspec.json.decode(row.workspaces, type=list[InvitedTo])


def status_of(row: InviteRow) -> str:
    """How an invite is."""
    return "expired" if row.status == "pending" and row.expires_at_ms <= now_ms() else row.status


def listed(row: InviteRow) -> Invite:
    """A row as the API has it."""
    return Invite(
        id=row.id,
        email=row.email,
        role=row.role,
        workspaces=workspaces_of(row),
        status=status_of(row),
        invited_by=row.invited_by,
        created_at=instant(row.created_at_ms),
        expires_at=instant(row.expires_at_ms),
        accepted_at=instant(row.accepted_at_ms),
    )


def wrong_with(data: NewInvite, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, and what is wrong with them."""
    if not EMAIL.fullmatch(data.email.strip()):
        yield "email", f"is no address: `{data.email[:60]}`"
    for place, each in enumerate(data.workspaces):
        if snapshot.workspace(each.id) is None:
            yield f"workspaces[{place}].id", f"is no workspace: `{each.id[:60]}`"
    if data.workspace_api_key_details is not None:
        yield from wrong_with_key(data, data.workspace_api_key_details)


def wrong_with_key(data: NewInvite, details: KeyDetails) -> Iterator[tuple[str, str]]:
    """Scopes that a key of the user's could not hold in every one of the workspaces."""
    if not data.workspaces:
        yield "workspace_api_key_details", "needs at least one workspace in `workspaces`"
    allowed = SCOPES.intersection(*(WORKSPACE_ROLES[each.role] for each in data.workspaces))
    for place, scope in enumerate(details.scopes):
        if scope not in allowed:
            what = "is more than the role allows" if scope in SCOPES else "is no scope"
            yield f"workspace_api_key_details.scopes[{place}]", f"{what}: `{scope[:60]}`"
