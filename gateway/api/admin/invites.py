"""`/v1/admin/users/invites`: who may become a user, and how: with a link that works once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import Nothing, PlantHere, Problems, caller_of, needs, page_of
from gateway.api.admin.invite_shapes import (
    LASTING_MS,
    Acceptance,
    Accepted,
    Invite,
    InviteList,
    InviteMade,
    InviteResent,
    KeyGiven,
    NewInvite,
    listed,
    status_of,
    workspaces_of,
    wrong_with,
)
from gateway.api.admin.member_rows import refuse_organisation_role, refuse_role
from gateway.api.admin.reach import refuse_raising
from gateway.errors import Conflict, NotFound, Unauthenticated
from gateway.moments import now_ms
from store.ids import ApiSecret, new_id
from store.organisation.api_keys import ApiKeyRow
from store.organisation.invites import InviteRow, all_invites, invite_by_hash, invite_by_id
from store.organisation.members import MemberRow
from store.organisation.users import UserRow, user_by_email
from store.secrets.vault import masked, new_api_secret

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller
    from gateway.plant import Plant

Request_ = Request[None, None, State]
Text = Annotated[str | None, QueryParameter()]
OtherPage = Annotated[int, QueryParameter(name="currentPage", ge=0)]
OtherSize = Annotated[int, QueryParameter(name="pageSize", ge=1, le=1000)]
PATH = "/v1/admin/users/invites"


class InvitesController(Controller):
    """Invites."""

    path = PATH
    tags = ("Organisation",)

    @get(guards=needs("organisation_users.list"), summary="List invites")
    async def index(
        self,
        plant: PlantHere,
        role: Text = None,
        email: Text = None,
        status: Text = None,
        current_page: OtherPage = 0,
        page_size: OtherSize = 100,
    ) -> InviteList:
        """Every invite, oldest first."""
        async with plant.database.session() as session:
            rows = await all_invites(session)
        found = [
            row
            for row in rows
            if role in (None, row.role)
            and status in (None, status_of(row))
            and (email is None or row.email == email.lower())
        ]
        return InviteList(total=len(found), data=[listed(row) for row in page_of(found, current_page, page_size)])

    @post(guards=needs("organisation_users.create"), status_code=200, summary="Invite a user")
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewInvite]) -> InviteMade:
        """An invite with a link that works once, for a week; how it reaches the person is up to the caller."""
        caller = caller_of(request)
        check(data, caller, plant)
        token = new_api_secret()
        row = row_from(data, caller, plant, token)
        async with plant.change() as session:
            if await user_by_email(session, row.email) is not None:
                raise Conflict(f"`{row.email}` is a user already.", param="email")
            session.add(row)
        return InviteMade(id=row.id, invite_link=link(request, token))

    @post("/accept", status_code=200, summary="Accept an invite")
    async def accept(self, plant: PlantHere, data: JSONBody[Acceptance]) -> Accepted:
        """Become a user, once, with the token of an invite; it stands for an API key here.

        It brings a key for each workspace where the invite says what such keys may do.
        """
        async with plant.change() as session:
            row = await invite_by_hash(session, plant.vault.hash_key(ApiSecret(data.token)))
            if row is None or status_of(row) != "pending":
                raise Unauthenticated("Tollhouse: this invite is not known, or was accepted, cancelled or expired.")
            if await user_by_email(session, row.email) is not None:
                raise Conflict(f"`{row.email}` is a user already.")
            user = user_from(row, data)
            session.add(user)
            await session.flush()
            members = memberships(row, user, plant)
            given = [key_from(row, user, each.workspace, plant) for each in members if row.key_scopes]
            session.add_all([*members, *(key for key, _ in given)])
            row.status, row.accepted_at_ms = "accepted", now_ms()
            session.add(row)
        keys = [KeyGiven(id=key.id, workspace_id=key.workspace, key=secret) for key, secret in given]
        return Accepted(user_id=user.id, api_keys=keys)

    @get("/{invite_id:str}", guards=needs("organisation_users.read"), summary="Describe an invite")
    async def one(self, plant: PlantHere, invite_id: FromPath[str]) -> Invite:
        """One invite."""
        async with plant.database.session() as session:
            return listed(await invite_for(session, invite_id))

    @delete("/{invite_id:str}", guards=needs("organisation_users.delete"), status_code=200, summary="Cancel an invite")
    async def remove(self, plant: PlantHere, invite_id: FromPath[str]) -> Nothing:
        """Its link works no more."""
        async with plant.change() as session:
            row = await invite_for(session, invite_id)
            refuse_over(row)
            row.status = "cancelled"
            session.add(row)
        return Nothing()

    @post(
        "/{invite_id:str}/resend",
        guards=needs("organisation_users.create"),
        status_code=200,
        summary="Make an invite's link anew",
    )
    async def resend(self, request: Request_, plant: PlantHere, invite_id: FromPath[str]) -> InviteResent:
        """Another link, valid for a week from now; the one before works no more."""
        token, caller = new_api_secret(), caller_of(request)
        async with plant.change() as session:
            row = await invite_for(session, invite_id)
            refuse_over(row)
            refuse_more(row.role, [each.role for each in workspaces_of(row)], caller)
            row.token_hash, row.expires_at_ms = plant.vault.hash_key(token), now_ms() + LASTING_MS
            session.add(row)
        found = link(request, token)
        return InviteResent(invite_link=found, link=found)


def check(data: NewInvite, caller: Caller, plant: Plant) -> None:
    """Raises BadRequest with everything that is wrong, and Forbidden where more is given than the caller holds."""
    problems = Problems()
    problems.add(wrong_with(data, plant.snapshot))
    problems.settle()
    refuse_more(data.role, [each.role for each in data.workspaces], caller)
    if data.workspace_api_key_details is not None:
        refuse_raising(caller, data.workspace_api_key_details.scopes, "workspace_api_key_details.scopes")


def refuse_more(role: str, roles: list[str], caller: Caller) -> None:
    """Nobody invites anybody to more than they hold. Raises Forbidden."""
    refuse_organisation_role(role, caller)
    for place, each in enumerate(roles):
        refuse_role(each, caller, f"workspaces[{place}].role")


def row_from(data: NewInvite, caller: Caller, plant: Plant, token: ApiSecret) -> InviteRow:
    """The row to be kept."""
    named = [(plant.snapshot.workspace(each.id), each.role) for each in data.workspaces]
    workspaces = [{"id": found.slug, "role": role} for found, role in named if found is not None]
    details = data.workspace_api_key_details
    return InviteRow(
        id=new_id(),
        email=data.email.strip().lower(),
        role=data.role,
        workspaces=msgspec.json.encode(workspaces).decode(),
        key_scopes=msgspec.json.encode(sorted(set(details.scopes))).decode() if details else None,
        token_hash=plant.vault.hash_key(token),
        invited_by=caller.user_id or caller.key_id,
        created_at_ms=now_ms(),
        expires_at_ms=now_ms() + LASTING_MS,
    )


def link(request: Request_, token: str) -> str:
    """Where an invite is accepted; what follows the `#` is in no server's log."""
    return f"{str(request.base_url).rstrip('/')}{PATH}/accept#{token}"


async def invite_for(session: AsyncSession, invite_id: str) -> InviteRow:
    """An invite. Raises NotFound."""
    row = await invite_by_id(session, invite_id)
    if row is None:
        raise NotFound(f"There is no invite `{invite_id}`.")
    return row


def refuse_over(row: InviteRow) -> None:
    """Raises Conflict for an invite that was accepted or cancelled."""
    if row.status != "pending":
        raise Conflict(f"This invite is {row.status}; invite `{row.email}` anew.")


def user_from(row: InviteRow, data: Acceptance) -> UserRow:
    """Who accepts."""
    return UserRow(
        id=new_id(),
        email=row.email,
        first_name=data.first_name.strip(),
        last_name=data.last_name.strip(),
        role=row.role,
        created_at_ms=now_ms(),
    )


def memberships(row: InviteRow, user: UserRow, plant: Plant) -> list[MemberRow]:
    """In the workspaces of the invite that are still there."""
    return [
        MemberRow(workspace=each.id, user_id=user.id, role=each.role, created_at_ms=now_ms())
        for each in workspaces_of(row)
        if plant.snapshot.workspace(each.id) is not None
    ]


def key_from(row: InviteRow, user: UserRow, workspace: str, plant: Plant) -> tuple[ApiKeyRow, ApiSecret]:
    """The user's key in one workspace, and its secret."""
    secret = new_api_secret()
    key = ApiKeyRow(
        id=new_id(),
        name=user.email,
        kind="workspace-user",
        workspace=workspace,
        user_id=user.id,
        key_hash=plant.vault.hash_key(secret),
        masked_key=masked(secret),
        scopes=row.key_scopes or "[]",
        creation_mode="auto",
        created_at_ms=now_ms(),
    )
    return key, secret
