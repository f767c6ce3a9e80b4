"""`/v1/audit-logs`: every change anybody made, newest first."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from gateway.api.admin.door import CurrentPage, PlantHere, needs
from gateway.moments import epoch_ms, instant
from store.audit.proof import Tampered, prove
from store.audit.trail import AuditFilter, AuditRow, page

FAR_MS = 1 << 53
Method = Literal["POST", "PUT", "PATCH", "DELETE"]
PageSize = Annotated[int, QueryParameter(name="page_size", ge=0, le=100)]


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One change, or a refused attempt; `number`, `hash` and `previous_hash` are its place in the chain."""

    timestamp: datetime | None
    method: str
    uri: str
    request_id: str
    request_body: str
    """Bodies are not kept, for they hold secrets; `changes` says what became of them."""
    query_params: str
    request_headers: str
    user_id: str
    """The user's, or the API key's."""
    user_type: str
    organisation_id: str
    workspace_id: str | None
    response_status_code: int
    resource_type: str
    resource_id: str | None
    action: str
    client_ip: str | None
    country: str | None
    actor_id: str
    actor_name: str
    user_agent: str | None
    changes: list[dict[str, Any]]
    """Each row that was changed: `resource`, `id`, and of what differs `before` and `after`, secrets masked."""
    number: int
    hash: str
    previous_hash: str


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    records: list[AuditRecord]
    total: int
    object: str = "analytics-graph"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the whole log has found."""

    is_whole: bool
    rows: int | None
    head: str | None
    """The last row's hash: kept elsewhere, it proves later that nothing up to here was touched."""
    row: int | None
    """The number of the first row at fault, where it is one row."""
    what: str
    object: str = "audit-verdict"


class AuditController(Controller):
    """The audit log."""

    path = "/v1/audit-logs"
    tags = ("Audit logs",)

    @get(guards=needs("audit_logs.list"), summary="List changes")
    async def index(
        self,
        plant: PlantHere,
        start_time: Annotated[datetime | None, QueryParameter(name="start_time")] = None,
        end_time: Annotated[datetime | None, QueryParameter(name="end_time")] = None,
        organisation_id: Annotated[str | None, QueryParameter(name="organisation_id")] = None,
        method: Annotated[Method | None, QueryParameter(name="method")] = None,
        uri: Annotated[str | None, QueryParameter(name="uri")] = None,
        request_id: Annotated[str | None, QueryParameter(name="request_id")] = None,
        user_id: Annotated[str | None, QueryParameter(name="user_id")] = None,
        user_type: Annotated[str | None, QueryParameter(name="user_type")] = None,
        workspace_id: Annotated[str | None, QueryParameter(name="workspace_id")] = None,
        response_status_code: Annotated[int | None, QueryParameter(name="response_status_code", ge=100, le=599)] = None,
        resource_type: Annotated[str | None, QueryParameter(name="resource_type")] = None,
        resource_id: Annotated[str | None, QueryParameter(name="resource_id")] = None,
        action: Annotated[str | None, QueryParameter(name="action")] = None,
        client_ip: Annotated[str | None, QueryParameter(name="client_ip")] = None,
        country: Annotated[str | None, QueryParameter(name="country")] = None,
        actor: Annotated[str | None, QueryParameter(name="actor")] = None,
        words: Annotated[str | None, QueryParameter(name="words")] = None,
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> AuditPage:
        """Everything that was changed, by whom, from where, and what it was before; every filter may be left out.

        `actor` is a name or an id; each of `words` stands in a name, the path, or what was changed.
        """
        if country is not None or organisation_id not in (None, "default"):
            return AuditPage(records=[], total=0)  # where an address lies is not known here
        wanted = AuditFilter(
            method=method,
            uri=uri,
            request_id=request_id,
            actor_id=user_id,
            user_type=user_type,
            workspace=workspace_id,
            status=response_status_code,
            resource_type=resource_type,
            resource_id=resource_id,
            action=action,
            client_ip=client_ip,
            actor=actor,
            words=words,
        )
        since, until = epoch_ms(start_time) or 0, epoch_ms(end_time) or FAR_MS
        async with plant.database.session() as session:
            rows, total = await page(session, wanted, since, until, current_page * page_size, page_size)
        return AuditPage(records=[recorded(row) for row in rows], total=total)

    @get("/verify", guards=needs("audit_logs.list"), summary="Verify the audit log")
    async def verify(
        self, plant: PlantHere, head: Annotated[str | None, QueryParameter(name="head")] = None
    ) -> Verdict:
        """Whether every row is as it was written, none is missing, and the end is marked by the master key.

        `head` is the hash that an earlier answer gave: with it, rows up to there are proved to be the same.
        """
        try:
            proof = await asyncio.to_thread(prove, plant.database.file, plant.vault, head)
        except Tampered as error:
            return Verdict(is_whole=False, rows=None, head=None, row=error.row, what=str(error))
        what = f"The audit log is as it was written: {proof.rows} rows."
        return Verdict(is_whole=True, rows=proof.rows, head=proof.head, row=None, what=what)


def recorded(row: AuditRow) -> AuditRecord:
    """A row as the API has it."""
    return AuditRecord(
        timestamp=instant(row.at_ms),
        method=row.method,
        uri=row.uri,
        request_id=row.request_id,
        request_body="",
        query_params=row.query,
        request_headers=msgspec.json.encode({"user-agent": row.user_agent} if row.user_agent else {}).decode(),
        user_id=row.user_id or row.actor_id,
        user_type=row.user_type,
        organisation_id="default",
        workspace_id=row.workspace,
        response_status_code=row.status,
        resource_type=row.resource_type,
        resource_id=row.resource_id,
        action=row.action,
        client_ip=row.client_ip,
        country=None,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        user_agent=row.user_agent,
        changes=msgspec.json.decode(row.changes, type=list[dict[str, Any]]),
        number=row.number,
        hash=row.hash,
        previous_hash=row.previous_hash,
    )
