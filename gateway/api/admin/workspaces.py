"""`/v1/admin/workspaces`: departments, each with its own providers, keys, configs and money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import Nothing, PlantHere, caller_of, needs, page_of
from gateway.api.admin.limited import change_limits, reset_usage
from gateway.api.admin.member_shapes import member
from gateway.api.admin.workspace_rows import (
    check,
    check_new,
    members_from,
    refuse_used,
    row_from,
    set_config,
    workspace_row,
)
from gateway.api.admin.workspace_shapes import (
    NewWorkspace,
    Workspace,
    WorkspaceChange,
    WorkspaceList,
    WorkspaceWhole,
    kept_defaults,
    listed,
    whole,
)
from gateway.errors import Conflict, Forbidden
from gateway.moments import now_ms
from store.organisation.members import members_of
from store.organisation.users import all_users
from store.organisation.workspaces import WorkspaceRow, all_workspaces, slug_is_taken

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant

Request_ = Request[None, None, State]
Pages = Annotated[int, QueryParameter(ge=0)]
Text = Annotated[str | None, QueryParameter()]


class WorkspacesController(Controller):
    """Workspaces."""

    path = "/v1/admin/workspaces"
    tags = ("Organisation",)

    @get(guards=needs("workspaces.list"), summary="List workspaces")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        name: Text = None,
        exact_name: Text = None,
        status: Text = None,
        current_page: Annotated[int | None, QueryParameter(name="current_page", ge=0)] = None,
        page_size: Annotated[int | None, QueryParameter(name="page_size", ge=1, le=1000)] = None,
        other_page: Annotated[int, QueryParameter(name="currentPage", ge=0)] = 0,
        other_size: Annotated[int, QueryParameter(name="pageSize", ge=1, le=1000)] = 100,
    ) -> WorkspaceList:
        """Every workspace that the caller may see, oldest first; `status`: `active`, `archived`, or both."""
        caller, wanted = caller_of(request), (status or "active").split(",")
        async with plant.database.session() as session:
            rows = await all_workspaces(session, None)
        seen = [
            row
            for row in rows
            if caller.sees(row.slug)
            and row.status in wanted
            and (name is None or name in row.name)
            and exact_name in (None, row.name)
        ]
        page = page_of(seen, other_page if current_page is None else current_page, page_size or other_size)
        return WorkspaceList(total=len(seen), data=[told(row, plant) for row in page])

    @post(guards=needs("workspaces.create"), status_code=200, summary="Make a workspace")
    async def make(self, request: Request_, plant: PlantHere, data: JSONBody[NewWorkspace]) -> Workspace:
        """A department of its own; its slug, made from the name unless it is given, is never given to another."""
        check_new(data)
        row = row_from(data)
        async with plant.change() as session:
            if await slug_is_taken(session, row.slug):
                raise Conflict(f"There is, or was, a workspace `{row.slug}`; choose another slug.", param="slug")
            session.add(row)
            await session.flush()
            session.add_all(await members_from(session, data.users, row.slug, caller_of(request)))
            await set_config(session, row.slug, data.defaults)
        return told(row, plant)

    @get("/{workspace_id:str}", guards=needs("workspaces.read"), summary="Describe a workspace")
    async def one(self, request: Request_, plant: PlantHere, workspace_id: FromPath[str]) -> WorkspaceWhole:
        """One workspace with its members, by id or slug."""
        async with plant.database.session() as session:
            row = await workspace_row(session, workspace_id, caller_of(request))
            rows = await members_of(session, row.slug)
            users = {user.id: user for user in await all_users(session)}
        members = [member(each, users[each.user_id]) for each in rows]
        return whole(row, plant.snapshot.saved.defaults.get(row.slug), members)

    @put("/{workspace_id:str}", guards=needs("workspaces.update"), summary="Change a workspace")
    async def change(
        self, request: Request_, plant: PlantHere, workspace_id: FromPath[str], data: JSONBody[WorkspaceChange]
    ) -> Workspace:
        """Change what is given; it holds for the next request. Limits are the organisation's to change."""
        check(data)
        refuse_own_limits(data, caller_of(request))
        async with plant.change() as session:
            row = await workspace_row(session, workspace_id, caller_of(request))
            apply(row, data)
            session.add(row)
            await set_config(session, row.slug, data.defaults)
            if data.reset_usage:
                await reset_usage(session, plant.snapshot.limits, "workspace", row.slug)
        return told(row, plant)

    @delete("/{workspace_id:str}", guards=needs("workspaces.delete"), status_code=200, summary="Delete a workspace")
    async def remove(self, request: Request_, plant: PlantHere, workspace_id: FromPath[str]) -> Nothing:
        """Delete a workspace that nothing belongs to any more; its logs stay, and its slug stays taken."""
        async with plant.change() as session:
            row = await workspace_row(session, workspace_id, caller_of(request))
            await refuse_used(session, row)
            for each in await members_of(session, row.slug):
                await session.delete(each)
            row.status, row.updated_at_ms = "archived", now_ms()
            session.add(row)
        return Nothing()


def refuse_own_limits(data: WorkspaceChange, caller: Caller) -> None:
    """A workspace does not raise what it may spend itself. Raises Forbidden."""
    is_about_limits = data.reset_usage or not (data.usage_limits is data.rate_limits is msgspec.UNSET)
    if is_about_limits and not caller.is_organisation:
        raise Forbidden(
            "The limits of a workspace are changed by keys of the organisation alone.", param="usage_limits"
        )


def apply(row: WorkspaceRow, data: WorkspaceChange) -> None:
    """Change what is given."""
    if data.name is not msgspec.UNSET:
        row.name = data.name.strip()
    if data.description is not msgspec.UNSET:
        row.description = data.description
    if data.defaults is not msgspec.UNSET:
        row.defaults = kept_defaults(data.defaults)
    change_limits(row, data)
    row.updated_at_ms = now_ms()


def told(row: WorkspaceRow, plant: Plant) -> Workspace:
    """A workspace as it is now."""
    return listed(row, plant.snapshot.saved.defaults.get(row.slug))
