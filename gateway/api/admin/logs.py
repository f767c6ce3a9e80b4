"""`/v1/logs`: every request there was, one of them whole, and those that happen now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from gateway.api.admin.door import PlantHere, caller_of, needs
from gateway.api.admin.feedback import shown
from gateway.api.admin.log_ingest import Taken, taken
from gateway.errors import BadRequest, NotFound
from gateway.log.patient import patiently
from gateway.log.query import filter_of, once
from gateway.log.reported import Reported
from gateway.log.wire import event, summary, whole
from gateway.plant import Plant
from store.ids import LogId
from store.log.feedback import feedback_on
from store.log.filter import LogFilter
from store.log.reading import log_by_id, page

PING_SECONDS = 15.0
PING = b": ping\n\n"
OTHERS = {"limit", "cursor", "started"}
FEEDBACK = {"weighted_feedback_min", "weighted_feedback_max"}
Query = Request[None, None, State]
Change = Request[Any, Any, State]


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
        `trace_id`, `span_id`, `text`, `words` (of prompts and answers), `workspace_slug`, `error_code`, `error_fault`,
        `error_class`, `cache_status`, `stream_mode`, `metadata` (a JSON object), `time_of_generation_min` and `_max`;
        lists with commas: `api_key_ids`, `virtual_keys`, `configs`, `ai_org_model` (`vendor__model`), `status_code`;
        with `_min` and `_max`: `total_units`, `prompt_token`, `completion_token`, `cost` (cents), `response_time`,
        `time_to_first_token` (ms), `retry_count`, `weighted_feedback`.
        """
        narrowed, before = narrowed_by(request), place(cursor)
        await plant.writer.fresh()
        async with plant.database.session() as session, patiently(session):
            records = await page(session, narrowed, limit=limit, before=before)
        following = records[-1].id if len(records) == limit else None
        return LogList(data=[summary(record) for record in records], next_cursor=following)

    @post(guards=needs("logs.write"), status_code=200, summary="Report requests")
    async def report(self, request: Change, plant: PlantHere, data: JSONBody[Reported | list[Reported]]) -> Taken:
        """One request or a list, written and priced as those that came through the gateway; no budget is charged."""
        return await taken(data, caller_of(request), plant)

    @get("/tail", guards=needs("logs.list"), summary="Follow requests as they happen", media_type="text/event-stream")
    async def tail(self, request: Query, plant: PlantHere) -> Stream:
        """Server-sent events: `log` for each request as it is settled, with the same filters as the list.

        With `started=true` also `started` for each as it begins; `dropped` says how many a slow reader missed.
        """
        if FEEDBACK & request.query_params.keys():
            message = "Feedback is given after a request has settled, so that the live tail cannot be narrowed by it."
            raise BadRequest(message, param="weighted_feedback_min")
        wants_started = request.query_params.get("started", "").lower() in ("true", "1")
        events = followed(plant, narrowed_by(request), wants_started=wants_started)
        return Stream(events, media_type="text/event-stream", headers={"cache-control": "no-store"})

    @get("/{log_id:str}", guards=needs("logs.view"), summary="Describe a request")
    async def one(self, request: Query, plant: PlantHere, log_id: FromPath[str]) -> dict[str, Any]:
        """A request with everything that was sent and answered."""
        await plant.writer.fresh()
        async with plant.database.session() as session:
            record = await log_by_id(session, LogId(log_id))
            verdicts = await feedback_on(session, record.trace_id, record.workspace) if record is not None else ()
        if record is None or not caller_of(request).sees(record.workspace):
            raise NotFound(f"There is no log `{log_id}`.")
        return whole(record) | {"feedback": [shown(row) for row in verdicts]}


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


def narrowed_by(request: Query) -> LogFilter:
    """The filters in a query. Raises BadRequest."""
    return filter_of(once(request.query_params.multi_items()), caller_of(request), OTHERS)


def place(cursor: str | None) -> LogId | None:
    """Where a page begins. Raises BadRequest for what no page has told."""
    try:
        return LogId(str(UUID(cursor))) if cursor else None
    except ValueError as error:
        raise BadRequest("`cursor` must be the `next_cursor` of another page.", param="cursor") from error
