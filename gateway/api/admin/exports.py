"""`/v1/logs/exports`: the log as files. Source: portkey.ai, OpenAPI document, logs export."""

from __future__ import annotations

from hmac import compare_digest
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import File

from gateway.api.admin.door import Connection, Needs, Nothing, PlantHere, caller_of, found, needs, plant_of
from gateway.api.admin.export_shapes import (
    Export,
    ExportChange,
    ExportList,
    ExportMade,
    Filters,
    Link,
    NewExport,
    Restrictions,
    Told,
)
from gateway.domain import Caller
from gateway.errors import Conflict, Forbidden, NotFound
from gateway.exports.lines import FIELDS, checked, with_repeated
from gateway.exports.settings import covered, denied_to
from gateway.log.query import filter_of
from gateway.moments import instant, now_ms
from gateway.plant import Plant
from store.ids import new_id
from store.log.exports import ExportRow, export_by_id, exports_of
from store.log.filter import LogFilter

Here = Request[Any, Any, State]
LINK_SECONDS = 900
PAGING = ("page_size", "current_page", "prompt_slug")
"""Parts of Portkey's filters that say nothing of an export."""


class Signed(Needs):
    """The guard of a file: a link that we signed, or a key."""

    def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let a request in. Raises Unauthenticated and Forbidden."""
        query = connection.query_params
        plant = plant_of(connection.scope)
        if not query.get("signature", "").isascii() or "signature" not in query:
            return super().__call__(connection, handler)
        expires, export_id = query.get("expires", ""), connection.path_params["export_id"]
        if not compare_digest(query["signature"], mark(plant, export_id, expires)) or not expires.isdigit():
            raise Forbidden("This link was not signed here; ask for another at `…/download`.")
        if int(expires) < now_ms() // 1000:
            raise Forbidden("This link has expired; ask for another at `…/download`.")
        connection.state["caller"] = plant.owner


class ExportsController(Controller):
    """Exports of the log."""

    path = "/v1/logs/exports"
    tags = ("Logs",)

    @post(guards=needs("logs.export"), status_code=200, summary="Prepare an export")
    async def create(self, request: Here, plant: PlantHere, data: JSONBody[NewExport]) -> ExportMade:
        """An export that waits to be started; filters are those of `/v1/logs`, as numbers and lists too."""
        caller = caller_of(request)
        filters = spelled(data.filters)
        if data.workspace_id and "workspace_slug" not in filters:
            filters["workspace_slug"] = data.workspace_id
        narrowed = filter_of(filters, caller, set())
        fields = checked(data.requested_data, denied_for(plant, caller, narrowed))
        row = ExportRow(
            id=new_id(),
            workspace=caller.workspace,
            is_whole=caller.is_organisation,
            status="draft",
            description=data.description,
            filters=msgspec.json.encode(filters).decode(),
            fields=msgspec.json.encode(fields).decode(),
            format=data.format,
            created_by=caller.key_id,
            created_at_ms=now_ms(),
            updated_at_ms=now_ms(),
        )
        async with plant.change() as session:
            session.add(row)
        return ExportMade(id=row.id, total=None)

    @get(guards=needs("logs.export", "logs.list"), summary="List exports")
    async def index(self, request: Here, plant: PlantHere) -> ExportList:
        """Those of the caller's workspace, or all; the newest first."""
        caller = caller_of(request)
        async with plant.database.session() as session:
            rows = await exports_of(session, None if caller.is_organisation else caller.workspace)
        return ExportList(data=[shown(row) for row in rows], total=len(rows))

    @get("/field-restrictions", guards=needs("logs.export", "logs.list"), summary="Say what may not be exported")
    async def restrictions(
        self,
        request: Here,
        plant: PlantHere,
        workspace_id: Annotated[str, QueryParameter(name="workspace_id")] = "",
    ) -> Restrictions:
        """Fields that an export of the caller has of no request; of a workspace (slug or id), or of all it sees."""
        caller = caller_of(request)
        every = plant.snapshot.workspaces
        slug = next((each.slug for each in every.values() if workspace_id in (each.id, each.slug)), "")
        if workspace_id and (not slug or not caller.sees(slug)):
            raise NotFound(f"There is no workspace `{workspace_id[:60]}`.")
        denied = denied_to(caller, covered(caller, slug, every))
        return Restrictions(
            denied_fields=[name for name in FIELDS if name in denied],
            allowed_fields=[name for name in FIELDS if name not in with_repeated(denied)],
        )

    @get("/{export_id:str}", guards=needs("logs.export", "logs.list"), summary="Describe an export")
    async def one(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> Export:
        """How far it is."""
        return shown(await row_for(plant, export_id, caller_of(request)))

    @put("/{export_id:str}", guards=needs("logs.export"), summary="Change an export")
    async def change(
        self, request: Here, plant: PlantHere, export_id: FromPath[str], data: JSONBody[ExportChange]
    ) -> ExportMade:
        """Filters and fields, as long as it was not started."""
        caller = caller_of(request)
        row = await row_for(plant, export_id, caller)
        if row.status != "draft":
            raise Conflict(f"Export `{export_id}` was started already; make another.")
        if data.filters is not msgspec.UNSET:
            row.filters = msgspec.json.encode(spelled(data.filters)).decode()
        narrowed = filter_of(msgspec.json.decode(row.filters, type=dict[str, str]), caller, set())
        if data.requested_data is not msgspec.UNSET:
            fields = checked(data.requested_data, denied_for(plant, caller, narrowed))
            row.fields = msgspec.json.encode(fields).decode()
        if data.description is not msgspec.UNSET:
            row.description = data.description
        await kept(plant, row)
        return ExportMade(id=row.id, total=row.total)

    @post("/{export_id:str}/start", guards=needs("logs.export"), status_code=200, summary="Start an export")
    async def start(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> Told:
        """It is written in the background; one that was stopped, or failed, goes on where it was."""
        row = await row_for(plant, export_id, caller_of(request))
        if row.status in ("in_progress", "success"):
            raise Conflict(f"Export `{export_id}` was started already.")
        row.status, row.error, row.until_ms = "in_progress", None, row.until_ms or now_ms() + 1
        await kept(plant, row)
        plant.desk.begin(plant, row.id)
        return Told(message="Logs export started successfully")

    @post("/{export_id:str}/cancel", guards=needs("logs.export"), status_code=200, summary="Stop an export")
    async def cancel(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> Told:
        """What was written stays."""
        row = await row_for(plant, export_id, caller_of(request))
        if row.status != "in_progress":
            raise Conflict(f"Export `{export_id}` is not being written.")
        row.status = "stopped"
        await kept(plant, row, "status")
        return Told(message="Logs export cancelled successfully")

    @get("/{export_id:str}/download", guards=needs("logs.export"), summary="Get a link to the file")
    async def download(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> Link:
        """A link that works without a key for a quarter of an hour."""
        row = await readable(plant, export_id, caller_of(request))
        if row.status != "success":
            raise Conflict(f"Export `{export_id}` is not complete; it is `{row.status}`.")
        expires = str(now_ms() // 1000 + LINK_SECONDS)
        query = f"expires={expires}&signature={mark(plant, row.id, expires)}"
        return Link(signed_url=f"{str(request.base_url).rstrip('/')}/v1/logs/exports/{row.id}/file?{query}")

    @get("/{export_id:str}/file", guards=[Signed(("logs.export",))], summary="Download an export")
    async def file(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> File:
        """The file itself, by a signed link or with a key."""
        row = await readable(plant, export_id, caller_of(request))
        file = plant.desk.file(row)
        if row.status != "success" or not file.exists():
            raise NotFound(f"There is no file of export `{export_id}`; it is `{row.status}`.")
        kind = "text/csv" if row.format == "csv" else "application/jsonl"
        return File(path=file, filename=f"tollhouse-logs-{row.id}.{row.format}", media_type=kind)

    @delete("/{export_id:str}", guards=needs("logs.export"), status_code=200, summary="Delete an export")
    async def remove(self, request: Here, plant: PlantHere, export_id: FromPath[str]) -> Nothing:
        """With its file; one that is being written must be stopped first."""
        row = await row_for(plant, export_id, caller_of(request))
        if row.status == "in_progress":
            raise Conflict(f"Export `{export_id}` is being written; stop it first.")
        async with plant.change() as session:
            await session.delete(await session.merge(row))
        plant.desk.file(row).unlink(missing_ok=True)
        return Nothing()


def spelled(filters: Filters) -> dict[str, str]:
    """Filters as a query has them, without what is empty."""
    return {
        name: text_of(value)
        for name, value in filters.items()
        if name not in PAGING and value is not None and value != ""
    }


def text_of(value: Any) -> str:
    """A value as a query has it."""
    if isinstance(value, str):
        return value
    return ",".join(map(str, value)) if isinstance(value, list) else msgspec.json.encode(value).decode()


def denied_for(plant: Plant, caller: Caller, narrowed: LogFilter) -> frozenset[str]:
    """What no request of an export would have."""
    return denied_to(caller, covered(caller, narrowed.workspace, plant.snapshot.workspaces))


async def row_for(plant: Plant, export_id: str, caller: Caller) -> ExportRow:
    """An export that the caller may see. Raises NotFound."""
    async with plant.database.session() as session:
        row = found(await export_by_id(session, export_id), "export", export_id[:60])
    if not caller.sees(None if row.is_whole else row.workspace):
        raise NotFound(f"There is no export `{export_id[:60]}`.")
    return row


async def readable(plant: Plant, export_id: str, caller: Caller) -> ExportRow:
    """An export whose file the caller may have. Raises NotFound and Forbidden."""
    row = await row_for(plant, export_id, caller)
    if with_repeated(caller.denied_fields) & set(msgspec.json.decode(row.fields, type=list[str])):
        raise Forbidden(f"Export `{export_id}` has fields that this key may not export; make one of your own.")
    return row


async def kept(plant: Plant, row: ExportRow, *names: str) -> None:
    """Write a changed row, or only some of its fields: the rest may have changed meanwhile. Raises Conflict."""
    async with plant.change() as session:
        there = found(await export_by_id(session, row.id), "export", row.id)
        for name in names or ExportRow.model_fields:
            setattr(there, name, getattr(row, name))
        there.updated_at_ms = now_ms()
        session.add(there)


def mark(plant: Plant, export_id: str, expires: str) -> str:
    """What proves that a link is ours."""
    return plant.vault.mark(f"export file:{export_id}:{expires}")


def shown(row: ExportRow) -> Export:
    """A row as the API tells it."""
    done = None if not row.total else min(1.0, row.records / row.total)
    return Export(
        id=row.id,
        status=row.status,
        description=row.description,
        filters=msgspec.json.decode(row.filters, type=dict[str, str]),
        requested_data=msgspec.json.decode(row.fields, type=list[str]),
        format=row.format,
        workspace_id=row.workspace,
        created_by=row.created_by,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        total_records=row.total,
        exported_records=row.records,
        bytes=row.bytes,
        progress=1.0 if row.status == "success" else done,
        error=row.error,
    )
