"""`/v1/admin/workspaces/{id}/users`: who belongs to a workspace, and in which role."""

from __future__ import annotations

from typing import Annotated

from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import CurrentPage, Nothing, PageSize, PlantHere, caller_of, needs, page_of
from gateway.api.admin.member_rows import found_user, membership, refuse_role
from gateway.api.admin.member_shapes import Member, MemberList, NewMembers, RoleChange, member
from gateway.api.admin.workspace_rows import workspace_row
from gateway.moments import now_ms
from store.organisation.members import MemberRow, member_of, members_of
from store.organisation.users import all_users

Request_ = Request[None, None, State]
Text = Annotated[str | None, QueryParameter()]


class MembersController(Controller):
    """Members of a workspace."""

    path = "/v1/admin/workspaces/{workspace_id:str}/users"
    tags = ("Organisation",)

    @get(guards=needs("workspace_users.list"), summary="List the members of a workspace")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: FromPath[str],
        role: Text = None,
        email: Text = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> MemberList:
        """Every member, oldest first."""
        async with plant.database.session() as session:
            workspace = await workspace_row(session, workspace_id, caller_of(request))
            rows = await members_of(session, workspace.slug)
            users = {user.id: user for user in await all_users(session)}
        found = [member(row, users[row.user_id]) for row in rows if role in (None, row.role)]
        found = [each for each in found if email is None or each.email == email.lower()]
        return MemberList(total=len(found), data=list(page_of(found, current_page, page_size)))

    @post(guards=needs("workspace_users.create"), status_code=200, summary="Add members to a workspace")
    async def make(
        self, request: Request_, plant: PlantHere, workspace_id: FromPath[str], data: JSONBody[NewMembers]
    ) -> Nothing:
        """Let users belong to a workspace; who does already has the new role."""
        caller = caller_of(request)
        for place, each in enumerate(data.users):
            refuse_role(each.role, caller, f"users[{place}].role")
        async with plant.change() as session:
            workspace = await workspace_row(session, workspace_id, caller)
            for place, each in enumerate(data.users):
                user = await found_user(session, each.id, f"users[{place}].id")
                row = await member_of(session, workspace.slug, user.id)
                if row is not None:
                    refuse_role(row.role, caller, f"users[{place}].role")
                row = row or MemberRow(
                    workspace=workspace.slug, user_id=user.id, role=each.role, created_at_ms=now_ms()
                )
                row.role = each.role
                session.add(row)
                await session.flush()
        return Nothing()

    @get("/{user_id:str}", guards=needs("workspace_users.read"), summary="Describe a member")
    async def one(
        self, request: Request_, plant: PlantHere, workspace_id: FromPath[str], user_id: FromPath[str]
    ) -> Member:
        """One member."""
        async with plant.database.session() as session:
            workspace = await workspace_row(session, workspace_id, caller_of(request))
            return member(*await membership(session, workspace.slug, user_id))

    @put("/{user_id:str}", guards=needs("workspace_users.update"), summary="Change a member's role")
    async def change(
        self,
        request: Request_,
        plant: PlantHere,
        workspace_id: FromPath[str],
        user_id: FromPath[str],
        data: JSONBody[RoleChange],
    ) -> Nothing:
        """Another role; the user's keys may do what it allows from the next request on."""
        caller = caller_of(request)
        refuse_role(data.role, caller)
        async with plant.change() as session:
            workspace = await workspace_row(session, workspace_id, caller)
            row, _ = await membership(session, workspace.slug, user_id)
            refuse_role(row.role, caller)
            row.role, row.updated_at_ms = data.role, now_ms()
            session.add(row)
        return Nothing()

    @delete(
        "/{user_id:str}",
        guards=needs("workspace_users.delete"),
        status_code=200,
        summary="Remove a member from a workspace",
    )
    async def remove(
        self, request: Request_, plant: PlantHere, workspace_id: FromPath[str], user_id: FromPath[str]
    ) -> Nothing:
        """The user belongs to the workspace no more; keys of the user in it may do nothing from now on."""
        caller = caller_of(request)
        async with plant.change() as session:
            workspace = await workspace_row(session, workspace_id, caller)
            row, _ = await membership(session, workspace.slug, user_id)
            refuse_role(row.role, caller)
            await session.delete(row)
        return Nothing()
