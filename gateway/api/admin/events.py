"""`/v1/notifications/events`: what people were, or would have been, told of lately."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from litestar import Controller, get

from gateway.api.admin.door import CurrentPage, PageSize, PlantHere, caller_of, needs, page_of
from gateway.api.admin.limits import Request_, owners_of
from gateway.moments import instant
from store.notifications.events import latest_events

if TYPE_CHECKING:
    from gateway.domain import Caller
    from gateway.plant import Plant
    from store.notifications.events import EventRow


class PastEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, in the words of its notification."""

    at: datetime | None
    kind: str
    """`threshold`, `exhausted`, `key_expiring`, `vendor_failing` or `writer_degraded`."""
    title: str
    text: str
    level: str
    """What kind of thing it is about: of a budget its level, else `api_key` or `provider`."""
    owner: str
    """Its id; of a provider and a workspace the slug."""
    limit_id: str | None
    """Of a budget: its id in `/v1/limits`."""
    object: str = "event"


class EventList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[PastEvent]
    object: str = "list"


class EventsController(Controller):
    """What happened."""

    path = "/v1/notifications/events"
    tags = ("Notifications",)

    @get(guards=needs("analytics.view", "policies.list"), summary="List what was notified lately")
    async def index(
        self, request: Request_, plant: PlantHere, current_page: CurrentPage = 0, page_size: PageSize = 100
    ) -> EventList:
        """The newest first, a thousand at most; each once in its period, also where no channel could be told."""
        async with plant.database.session() as session:
            rows = seen_by(caller_of(request), plant, await latest_events(session))
        page = page_of(rows, current_page, page_size)
        return EventList(total=len(rows), data=[shown(row) for row in page])


def seen_by(caller: Caller, plant: Plant, rows: list[EventRow]) -> list[EventRow]:
    """What a caller may know of: of its own workspace, and what is wrong with the gateway itself."""
    if caller.is_organisation:
        return rows
    theirs = owners_of(caller, plant)
    return [
        row
        for row in rows
        if not row.level or (row.level, row.owner) in theirs or row.owner.endswith(f"@{caller.workspace}")
    ]


def shown(row: EventRow) -> PastEvent:
    """A row as the API has it."""
    return PastEvent(
        at=instant(row.at_ms),
        kind=row.kind,
        title=row.title,
        text=row.text,
        level=row.level,
        owner=row.owner,
        limit_id=row.limit_id,
    )
