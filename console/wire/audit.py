"""Who changed what, and whether the log of it is whole."""

from datetime import datetime
from typing import Any

import msgspec


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was changed; of a change of many rows, only how many there were."""

    resource: str = ""
    id: str | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


class AuditRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One change, or a refused attempt."""

    number: int
    timestamp: datetime | None = None
    actor_id: str = ""
    actor_name: str = ""
    user_type: str = ""
    user_id: str | None = None
    workspace_id: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    method: str = ""
    uri: str = ""
    request_id: str = ""
    response_status_code: int = 0
    resource_type: str = ""
    resource_id: str | None = None
    action: str = ""
    changes: list[Any] = []
    hash: str = ""


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some of them, newest first."""

    records: list[AuditRecord]
    total: int = 0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the whole log has found."""

    is_whole: bool
    what: str
    rows: int | None = None
    head: str | None = None
    row: int | None = None
