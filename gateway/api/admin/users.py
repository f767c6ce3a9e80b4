"""`/v1/admin/users`: the people of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Controller, Request, delete, get, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import Nothing, PlantHere, caller_of, needs, page_of
from gateway.api.admin.member_rows import refuse_organisation_role, refuse_role, user_for
from gateway.api.admin.member_shapes import User, UserChange, UserList, UserRemoved, user
from gateway.errors import Forbidden
from gateway.moments import now_ms
from store.organisation.api_keys import all_api_keys
from store.organisation.members import all_members
from store.organisation.users import UserRow, all_users

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller

Request_ = Request[None, None, State]
Text = Annotated[str | None, QueryParameter()]
OtherPage = Annotated[int, QueryParameter(name="currentPage", ge=0)]
OtherSize = Annotated[int, QueryParameter(name="pageSize", ge=1, le=1000)]
"""Portkey's names for the pages of users and invites."""


class UsersController(Controller):
    """Users."""

    path = "/v1/admin/users"
    tags = ("Organisation",)

    @get(guards=needs("organisation_users.list"), summary="List users")
    async def index(
        self,
        plant: PlantHere,
        role: Text = None,
        email: Text = None,
        current_page: OtherPage = 0,
        page_size: OtherSize = 100,
    ) -> UserList:
        """Every user, oldest first."""
        async with plant.database.session() as session:
            rows, workspaces = await all_users(session), await workspaces_by_user(session)
        found = [row for row in rows if role in (None, row.role) and (email is None or row.email == email.lower())]
        page = page_of(found, current_page, page_size)
        return UserList(total=len(found), data=[user(row, workspaces.get(row.id, [])) for row in page])

    @get("/{user_id:str}", guards=needs("organisation_users.read"), summary="Describe a user")
    async def one(self, plant: PlantHere, user_id: FromPath[str]) -> User:
        """One user."""
        async with plant.database.session() as session:
            row = await user_for(session, user_id)
            return user(row, (await workspaces_by_user(session)).get(row.id, []))

    @put("/{user_id:str}", guards=needs("organisation_users.update"), summary="Change a user")
    async def change(
        self, request: Request_, plant: PlantHere, user_id: FromPath[str], data: JSONBody[UserChange]
    ) -> Nothing:
        """Change what is given; the user's keys may do what the role allows from the next request on."""
        caller = caller_of(request)
        async with plant.change() as session:
            row = await user_for(session, user_id)
            refuse_above(row, caller)
            if data.role is not msgspec.UNSET:
                refuse_organisation_role(data.role, caller)
                row.role = data.role
            if data.first_name is not msgspec.UNSET:
                row.first_name = data.first_name.strip()
            if data.last_name is not msgspec.UNSET:
                row.last_name = data.last_name.strip()
            row.updated_at_ms = now_ms()
            session.add(row)
        return Nothing()

    @delete("/{user_id:str}", guards=needs("organisation_users.delete"), status_code=200, summary="Remove a user")
    async def remove(self, request: Request_, plant: PlantHere, user_id: FromPath[str]) -> UserRemoved:
        """Remove a user; the user's API keys are revoked with it, and named."""
        caller = caller_of(request)
        async with plant.change() as session:
            row = await user_for(session, user_id)
            refuse_above(row, caller)
            for each in await all_members(session):
                if each.user_id == row.id:
                    refuse_role(each.role, caller)
            keys = [key for key in await all_api_keys(session) if key.user_id == row.id and key.kind.endswith("user")]
            for key in keys:
                await session.delete(key)
            await session.delete(row)
        return UserRemoved(removed_api_keys=[key.name for key in keys])


def refuse_above(row: UserRow, caller: Caller) -> None:
    """Nobody touches a user who may do more than they may, and nobody the owner. Raises Forbidden."""
    if row.role == "owner":
        raise Forbidden("The organisation's owner can be neither changed nor removed.")
    refuse_organisation_role(row.role, caller)


async def workspaces_by_user(session: AsyncSession) -> dict[str, list[str]]:
    """The workspaces each user belongs to, by slug."""
    found: dict[str, list[str]] = {}
    for row in await all_members(session):
        found.setdefault(row.user_id, []).append(row.workspace)
    return found
