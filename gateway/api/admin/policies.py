"""`/v1/policies`: limits on all requests that some conditions find, counted apart for each group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import CurrentPage, Nothing, PageSize, PlantHere, caller_of, found, needs, page_of
from gateway.api.admin.limited import reset_counters
from gateway.api.admin.policy_shapes import Made, PolicyList, check_change, check_new, listed, object_of, rule_of
from gateway.domain import Caller
from gateway.errors import Forbidden, NotFound
from gateway.limits.rules import Applied
from gateway.limits.status import LimitState, applied_now, short_id, state_of
from gateway.moments import now_ms
from gateway.plant import Plant
from store.ids import new_id
from store.limits.policies import PolicyRow, all_policies, policy_by_id

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

Kind = FromPath[Literal["usage-limits", "rate-limits"]]
OnlyWorkspace = Annotated[str | None, QueryParameter(name="workspace_id")]
OnlyStatus = Annotated[Literal["active", "archived"], QueryParameter(name="status")]
OnlyType = Annotated[str | None, QueryParameter(name="type")]
OnlyUnit = Annotated[str | None, QueryParameter(name="unit")]
EntityStatus = Annotated[Literal["active", "exhausted"] | None, QueryParameter(name="status")]
Search = Annotated[str, QueryParameter(name="search")]
Request_ = Request[None, None, State]
WithUsage = Annotated[bool, QueryParameter(name="include_usage")]


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One group of a policy, with what it has used."""

    id: str
    value_key: str
    current_usage: float


class EntityList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Entity]
    object: str = "list"


class PoliciesController(Controller):
    """Usage-limits and rate-limits policies."""

    path = "/v1/policies"
    tags = ("Policies",)

    @post("/{kind:str}", guards=needs("policies.create"), status_code=200, summary="Make a policy")
    async def make(self, request: Request_, plant: PlantHere, kind: Kind, data: JSONBody[dict[str, Any]]) -> Made:
        """Make a policy; it holds for the next request. Without a workspace it holds for the whole organisation."""
        check_new(kind, data)
        row = PolicyRow(
            id=new_id(),
            kind=kind,
            name=data.get("name"),
            workspace=workspace_for(caller_of(request), data.get("workspace_id"), plant),
            rule=rule_of(data),
            created_at_ms=now_ms(),
        )
        async with plant.change() as session:
            session.add(row)
        return Made(id=row.id, object=object_of(kind))

    @get("/{kind:str}", guards=needs("policies.list"), summary="List policies")
    async def index(
        self,
        request: Request_,
        plant: PlantHere,
        kind: Kind,
        workspace_id: OnlyWorkspace = None,
        status: OnlyStatus = "active",
        type: OnlyType = None,
        unit: OnlyUnit = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 100,
    ) -> PolicyList:
        """Every policy of a kind, oldest first."""
        async with plant.database.session() as session:
            rows = [row for row in await all_policies(session, status) if caller_of(request).sees(row.workspace)]
        wanted = plant.snapshot.workspace(workspace_id) if workspace_id else None
        theirs = [
            each
            for each in (
                listed(row) for row in rows if row.kind == kind and (not wanted or wanted.slug == row.workspace)
            )
            if type in (None, each["type"]) and unit in (None, each.get("unit"))
        ]
        return PolicyList(total=len(theirs), data=list(page_of(theirs, current_page, page_size)))

    @get("/{kind:str}/{policy_id:str}", guards=needs("policies.read"), summary="Describe a policy")
    async def one(
        self,
        request: Request_,
        plant: PlantHere,
        kind: Kind,
        policy_id: FromPath[str],
        include_usage: WithUsage = False,
    ) -> dict[str, Any]:
        """One policy, and with `include_usage` what each of its groups has used."""
        async with plant.database.session() as session:
            row = await policy_for(session, caller_of(request), kind, policy_id)
        usage = {each.group: each.spent for each in states(plant, policy_id)} if include_usage else None
        return listed(row) | ({} if usage is None else {"value_key_usage_map": usage})

    @put("/{kind:str}/{policy_id:str}", guards=needs("policies.update"), summary="Change a policy")
    async def change(
        self, request: Request_, plant: PlantHere, kind: Kind, policy_id: FromPath[str], data: JSONBody[dict[str, Any]]
    ) -> Nothing:
        """Change what is given; what was counted stays."""
        async with plant.change() as session:
            row = await policy_for(session, caller_of(request), kind, policy_id)
            rule = msgspec.json.decode(row.rule)
            rule["limit"] = check_change(kind, data, rule["limit"])
            row.rule, row.updated_at_ms = msgspec.json.encode(rule).decode(), now_ms()
            row.name = data.get("name", row.name)
            session.add(row)
            if (value := data.get("reset_usage_for_value")) is not None:
                wanted = (value, short_id(str(value)))
                groups = [each for each in groups_of(plant, policy_id) if each.group in wanted]
                await reset_counters(session, [each.counter for each in groups])
        return Nothing()

    @delete("/{kind:str}/{policy_id:str}", guards=needs("policies.delete"), status_code=200, summary="Archive a policy")
    async def remove(self, request: Request_, plant: PlantHere, kind: Kind, policy_id: FromPath[str]) -> Nothing:
        """Let a policy hold no more; it is kept."""
        async with plant.change() as session:
            row = await policy_for(session, caller_of(request), kind, policy_id)
            row.status, row.updated_at_ms = "archived", now_ms()
            session.add(row)
        return Nothing()

    @get("/{kind:str}/{policy_id:str}/entities", guards=needs("policies.read"), summary="List a policy's groups")
    async def entities(
        self,
        request: Request_,
        plant: PlantHere,
        kind: Kind,
        policy_id: FromPath[str],
        status: EntityStatus = None,
        search: Search = "",
        current_page: CurrentPage = 0,
        page_size: PageSize = 100,
    ) -> EntityList:
        """Every group that has counted anything, with what it has used; of money dollars."""
        async with plant.database.session() as session:
            await policy_for(session, caller_of(request), kind, policy_id)
        theirs = [
            each
            for each in states(plant, policy_id)
            if search in each.group and status in (None, "active" if each.left > 0 else "exhausted")
        ]
        page = page_of(theirs, current_page, page_size)
        data = [Entity(id=each.id, value_key=each.group, current_usage=each.spent) for each in page]
        return EntityList(total=len(theirs), data=data)

    @put(
        "/{kind:str}/{policy_id:str}/entities/{entity_id:str}/reset",
        guards=needs("policies.update"),
        summary="Reset a policy's group",
    )
    async def reset(
        self, request: Request_, plant: PlantHere, kind: Kind, policy_id: FromPath[str], entity_id: FromPath[str]
    ) -> Nothing:
        """Let a group begin anew."""
        counters = [each.counter for each in groups_of(plant, policy_id) if short_id(each.counter) == entity_id]
        if not counters:
            raise NotFound(f"There is no group `{entity_id[:60]}` of a policy `{policy_id[:60]}`.")
        async with plant.change() as session:
            await policy_for(session, caller_of(request), kind, policy_id)
            await reset_counters(session, counters)
        plant.limits.forget(counters[0])
        return Nothing()


async def policy_for(session: AsyncSession, caller: Caller, kind: str, policy_id: str) -> PolicyRow:
    """A policy that a caller may know of. Raises NotFound."""
    row = await policy_by_id(session, kind, policy_id)
    return found(row if row is not None and caller.sees(row.workspace) else None, "policy", policy_id)


def workspace_for(caller: Caller, wanted: str | None, plant: Plant) -> str | None:
    """Whose requests a new policy is about: a workspace's key makes them for its own. Raises NotFound, Forbidden."""
    if wanted is None:
        return None if caller.is_organisation else caller.workspace
    workspace = plant.snapshot.workspace(wanted)
    if workspace is None:
        raise NotFound(f"There is no workspace `{wanted[:60]}`.", param="workspace_id")
    if not caller.sees(workspace.slug):
        raise Forbidden(f"Your key is not one of workspace `{wanted[:60]}`.", param="workspace_id")
    return workspace.slug


def groups_of(plant: Plant, policy_id: str) -> list[Applied]:
    """Every group of a policy that has counted anything."""
    every = applied_now(plant.snapshot.limits, plant.limits)
    return [each for each in every if each.limit.level == "policy" and each.limit.owner == policy_id]


def states(plant: Plant, policy_id: str) -> list[LimitState]:
    """How they stand."""
    return [state_of(each, plant.limits) for each in groups_of(plant, policy_id)]
