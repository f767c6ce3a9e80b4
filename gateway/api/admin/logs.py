"""`/v1/logs`: every request there was, one of them whole, and those that happen now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, get
from litestar.datastructures import State
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from gateway.api.admin.door import PlantHere, needs
from gateway.api.admin.log_wire import event, summary, whole
from gateway.api.moments import epoch_ms
from gateway.errors import BadRequest, NotFound
from gateway.plant import Plant
from store.ids import LogId
from store.log_filter import LogFilter
from store.logs import log_by_id, page

FRESH_SECONDS = 0.5
"""How long a list waits for what was answered just now to be written."""
PING_SECONDS = 15.0
PING = b": ping\n\n"
NAMES = {
    "status": "status",
    "provider": "provider",
    "ai_org": "vendor",
    "ai_model": "model",
    "api_key_id": "api_key_id",
    "trace_id": "trace_id",
    "text": "text",
}
"""The API's name of a filter to the store's."""
MOMENTS = {"time_of_generation_min": "since_ms", "time_of_generation_max": "until_ms"}
INCLUSIVE = {"time_of_generation_max"}
"""Portkey's; the store counts up to a moment, not through it."""
OTHERS = {"limit", "cursor", "started"}
Query = Request[None, None, State]


class LogList(msgspec.Struct, frozen=True, kw_only=True):
    """A page, newest first; `next_cursor` goes on where it ends."""

    data: list[dict[str, Any]]
    next_cursor: str | None
    object: str = "list"


class LogsController(Controller):
    """Log records."""

    path = "/v1/logs"
    tags = ("Logs",)

    @get(guards=needs("logs.list"), summary="List requests")
    async def index(
        self,
        request: Query,
        plant: PlantHere,
        limit: Annotated[int, QueryParameter(name="limit", ge=1, le=1000)] = 50,
        cursor: Annotated[str | None, QueryParameter(name="cursor")] = None,
    ) -> LogList:
        """Requests, newest first.

        Filters: `status` (`error`, `success`, `4xx`, `429`), `provider`, `ai_org`, `ai_model`, `api_key_id`,
        `trace_id`, `text`, `time_of_generation_min`, `time_of_generation_max`.
        """
        narrowed = filter_of(request)
        await plant.writer.caught_up(FRESH_SECONDS)
        async with plant.database.session() as session:
            records = await page(session, narrowed, limit=limit, before=LogId(cursor) if cursor else None)
        following = records[-1].id if len(records) == limit else None
        return LogList(data=[summary(record) for record in records], next_cursor=following)

    @get("/tail", guards=needs("logs.list"), summary="Follow requests as they happen", media_type="text/event-stream")
    async def tail(self, request: Query, plant: PlantHere) -> Stream:
        """Server-sent events: `log` for each request as it is settled, with the same filters as the list.

        With `started=true` also `started` for each as it begins; `dropped` says how many a slow reader missed.
        """
        wants_started = request.query_params.get("started", "").lower() in ("true", "1")
        events = followed(plant, filter_of(request), wants_started=wants_started)
        return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})

    @get("/{log_id:str}", guards=needs("logs.view"), summary="Describe a request")
    async def one(self, plant: PlantHere, log_id: FromPath[str]) -> dict[str, Any]:
        """A request with everything that was sent and answered."""
        await plant.writer.caught_up(FRESH_SECONDS)
        async with plant.database.session() as session:
            record = await log_by_id(session, LogId(log_id))
        if record is None:
            raise NotFound(f"There is no log `{log_id}`.")
        return whole(record)


async def followed(plant: Plant, narrowed: LogFilter, *, wants_started: bool) -> AsyncIterator[bytes]:
    """Events for one reader, until it leaves or the gateway ends; a ping when there are none."""
    with plant.live.reading(narrowed, wants_started=wants_started) as reader:
        yield PING
        while not plant.is_draining:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    await reader.news.wait()
            except TimeoutError:
                yield PING
                continue
            events, missed = reader.take()
            if missed:
                yield event("dropped", {"missed": missed})
            yield b"".join(events)


def filter_of(request: Query) -> LogFilter:
    """The filters in a query. Raises BadRequest for one there is not, or that makes no sense."""
    said: dict[str, Any] = {}
    for name, value in request.query_params.items():
        if name in MOMENTS:
            said[MOMENTS[name]] = moment(name, value) + (name in INCLUSIVE)
        elif name in NAMES:
            said[NAMES[name]] = value.removeprefix("@") if name == "provider" else value
        elif name not in OTHERS:
            known = ", ".join([*NAMES, *MOMENTS])
            raise BadRequest(f"`{name[:60]}` is no filter; these are: {known}.", param=name[:60])
    if problem := status_problem(said.get("status", "")):
        raise BadRequest(problem, param="status")
    return LogFilter(**said)


def moment(name: str, value: str) -> int:
    """A time as epoch milliseconds. Raises BadRequest."""
    try:
        return epoch_ms(datetime.fromisoformat(value)) or 0
    except ValueError as error:
        raise BadRequest(
            f"`{name}` must be a time such as 2026-11-25T08:00:00Z, not `{value[:40]}`.", param=name
        ) from error


def status_problem(status: str) -> str | None:
    """What is wrong with a filter by status."""
    is_class = len(status) == 3 and status[0].isdigit() and status[1:].lower() == "xx"
    if status in ("", "error", "success") or is_class or (len(status) == 3 and status.isdigit()):
        return None
    return f"`status` must be `error`, `success`, a class such as `4xx` or a status such as `429`, not `{status[:40]}`."
