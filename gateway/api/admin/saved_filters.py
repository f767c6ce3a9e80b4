"""`/v1/logs/filters`: filters of the log under a name, so that nobody types them twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, delete, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody

from gateway.api.admin.door import Nothing, PlantHere, caller_of, found, needs
from gateway.domain import Caller
from gateway.errors import BadRequest
from gateway.log.query import filter_of
from gateway.moments import instant, now_ms
from store.ids import new_id
from store.log.saved_filters import delete_filter, saved_filters
from store.rollups.rows import SavedFilterRow

Here = Request[Any, Any, State]
OTHERS = {"line"}
"""What may stand beside the filters: how a person wrote them, which says more (`since:1h`) than what is asked."""


class NewFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to save one: the query of `/v1/logs`, field by field."""

    name: str
    filters: dict[str, str]


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One that is saved."""

    id: str
    name: str
    filters: dict[str, str]
    created_at: datetime | None
    object: str = "log-filter"


class FilterList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, by name."""

    data: list[SavedFilter]
    total: int
    object: str = "list"


class SavedFiltersController(Controller):
    """Saved filters."""

    path = "/v1/logs/filters"
    tags = ("Logs",)

    @get(guards=needs("logs.list"), summary="List saved filters")
    async def index(self, request: Here, plant: PlantHere) -> FilterList:
        """Every filter of the caller's workspace."""
        async with plant.database.session() as session:
            rows = await saved_filters(session, reach(caller_of(request)))
        return FilterList(data=[shown(row) for row in rows], total=len(rows))

    @post(guards=needs("logs.list"), summary="Save a filter")
    async def create(self, request: Here, plant: PlantHere, data: JSONBody[NewFilter]) -> SavedFilter:
        """A filter under a name of its own; it must make sense."""
        caller = caller_of(request)
        if not 0 < len(data.name) <= 100:
            raise BadRequest("`name` must have 1 to 100 characters.", param="name")
        filter_of(data.filters, caller, OTHERS)
        row = SavedFilterRow(
            id=new_id(),
            name=data.name,
            workspace=caller.workspace,
            filters=msgspec.json.encode(data.filters).decode(),
            created_at_ms=now_ms(),
        )
        async with plant.change() as session:
            session.add(row)
        return shown(row)

    @delete("/{filter_id:str}", guards=needs("logs.list"), status_code=200, summary="Forget a filter")
    async def remove(self, request: Here, plant: PlantHere, filter_id: FromPath[str]) -> Nothing:
        """The requests it finds stay."""
        async with plant.change() as session:
            rows = {row.id: row for row in await saved_filters(session, reach(caller_of(request)))}
            await delete_filter(session, found(rows.get(filter_id), "filter", filter_id).id)
        return Nothing()


def reach(caller: Caller) -> str | None:
    """The workspace whose filters a caller sees; None: all."""
    return None if caller.is_organisation else caller.workspace


def shown(row: SavedFilterRow) -> SavedFilter:
    """A filter as the API tells it."""
    filters = msgspec.json.decode(row.filters, type=dict[str, str])
    return SavedFilter(id=row.id, name=row.name, filters=filters, created_at=instant(row.created_at_ms))
