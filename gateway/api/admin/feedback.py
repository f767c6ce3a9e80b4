"""`/v1/feedback`: what people thought of an answer. Source: portkey.ai, OpenAPI document, feedback."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Controller, Request, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from gateway.api.admin.door import PlantHere, caller_of, found, needs
from gateway.errors import BadRequest, NotFound
from gateway.moments import instant, now_ms
from store.ids import TraceId, new_id
from store.log.feedback import (
    FULL_WEIGHT,
    FeedbackRow,
    add_feedback,
    change_feedback,
    facets_for,
    feedback_by_id,
    feedback_on,
)
from store.log.filter import LogFilter
from store.log.reading import page
from store.writing import begin_writing

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from gateway.domain import Caller

Here = Request[Any, Any, State]
Json = dict[str, Any]
MOST_AT_ONCE = 1_000
LONGEST_TRACE = 500
LEAST, MOST = -10, 10


class NewFeedback(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict on a trace."""

    trace_id: str
    value: int
    """From -10 to 10."""
    weight: float = 1.0
    """From 0 to 1."""
    metadata: Json | None = None


class FeedbackChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    value: int | msgspec.UnsetType = msgspec.UNSET
    weight: float | msgspec.UnsetType = msgspec.UNSET
    metadata: Json | msgspec.UnsetType | None = msgspec.UNSET


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it, in Portkey's words."""

    feedback_ids: list[str]
    message: str = "Feedback successfully saved"
    status: str = "success"


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """One verdict."""

    id: str
    trace_id: str
    log_id: str | None
    """The request that it counts for: the last of the trace when it was given."""
    value: int
    weight: float
    metadata: Json
    created_at: datetime | None
    last_updated_at: datetime | None
    object: str = "feedback"


class FeedbackList(msgspec.Struct, frozen=True, kw_only=True):
    """All on a trace, the oldest first."""

    data: list[Feedback]
    total: int
    object: str = "list"


class FeedbackController(Controller):
    """Feedback."""

    path = "/v1/feedback"
    tags = ("Feedback",)

    @post(guards=needs("logs.write", "completions.write"), status_code=200, summary="Give feedback")
    async def create(self, request: Here, plant: PlantHere, data: JSONBody[NewFeedback | list[NewFeedback]]) -> Saved:
        """A verdict on a trace, or a list of them; it counts for the last request that the trace has."""
        said = data if isinstance(data, list) else [data]
        for place, one in enumerate(said):
            check(one, f"[{place}]." if isinstance(data, list) else "")
        if not 0 < len(said) <= MOST_AT_ONCE:
            raise BadRequest(f"Send 1 to {MOST_AT_ONCE} at a time.")
        await plant.writer.fresh()
        async with plant.changing, plant.database.session() as session:
            await begin_writing(session)
            rows = [await row_from(session, one, caller_of(request)) for one in said]
            for row in rows:
                await add_feedback(session, row)
                await session.flush()
            await session.commit()
        return Saved(feedback_ids=[row.id for row in rows])

    @put("/{feedback_id:str}", guards=needs("logs.write", "completions.write"), summary="Change feedback")
    async def change(
        self, request: Here, plant: PlantHere, feedback_id: FromPath[str], data: JSONBody[FeedbackChange]
    ) -> Saved:
        """Its value, weight or metadata; graphs follow at once."""
        check(data, "")
        async with plant.changing, plant.database.session() as session:
            await begin_writing(session)
            row = found(await feedback_by_id(session, feedback_id), "feedback", feedback_id[:60])
            if not caller_of(request).sees(row.workspace):
                raise NotFound(f"There is no feedback `{feedback_id[:60]}`.")
            value = row.value if data.value is msgspec.UNSET else data.value
            weight = row.weight if data.weight is msgspec.UNSET else round(data.weight * FULL_WEIGHT)
            if data.metadata is not msgspec.UNSET:
                row.metadata_ = msgspec.json.encode(data.metadata or {}).decode()
            await change_feedback(session, row, value, weight, now_ms())
            await session.commit()
        return Saved(feedback_ids=[feedback_id], message="Feedback successfully updated")

    @get(guards=needs("logs.view"), summary="List feedback on a trace")
    async def index(
        self, request: Here, plant: PlantHere, trace_id: Annotated[str, QueryParameter(name="trace_id")]
    ) -> FeedbackList:
        """Every verdict on a trace."""
        caller = caller_of(request)
        async with plant.database.session() as session:
            rows = await feedback_on(session, trace_id, None if caller.is_organisation else caller.workspace)
        return FeedbackList(data=[shown(row) for row in rows], total=len(rows))


def check(said: NewFeedback | FeedbackChange, where: str) -> None:
    """Raises BadRequest for what no feedback can be."""
    if isinstance(said, NewFeedback) and not 0 < len(said.trace_id) <= LONGEST_TRACE:
        raise BadRequest(f"`{where}trace_id` must have 1 to {LONGEST_TRACE} characters.", param=f"{where}trace_id")
    if said.value is not msgspec.UNSET and not LEAST <= said.value <= MOST:
        raise BadRequest(f"`{where}value` must be from {LEAST} to {MOST}.", param=f"{where}value")
    if said.weight is not msgspec.UNSET and not 0 <= said.weight <= 1:
        raise BadRequest(f"`{where}weight` must be from 0 to 1.", param=f"{where}weight")


async def row_from(session: AsyncSession, said: NewFeedback, caller: Caller) -> FeedbackRow:
    """The row to be kept, with the request that it counts for."""
    reach = "" if caller.is_organisation else caller.workspace
    newest = await page(session, LogFilter(trace_id=TraceId(said.trace_id), workspace=reach), limit=1)
    record, now = (newest[0] if newest else None), now_ms()
    return FeedbackRow(
        id=new_id(),
        trace_id=said.trace_id,
        workspace=record.workspace if record else caller.workspace,
        log_id=record.id if record else None,
        at_ms=record.created_at_ms if record else now,
        facets=facets_for(record),
        value=said.value,
        weight=round(said.weight * FULL_WEIGHT),
        metadata_=msgspec.json.encode(said.metadata or {}).decode(),
        created_at_ms=now,
        updated_at_ms=now,
    )


def shown(row: FeedbackRow) -> Feedback:
    """A row as the API tells it."""
    return Feedback(
        id=row.id,
        trace_id=row.trace_id,
        log_id=row.log_id,
        value=row.value,
        weight=row.weight / FULL_WEIGHT,
        metadata=msgspec.json.decode(row.metadata_),
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
    )
