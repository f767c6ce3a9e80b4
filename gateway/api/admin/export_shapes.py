"""The shapes of `/v1/logs/exports`. Source: portkey.ai, OpenAPI document, logs export."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Filters = dict[str, str | int | float | bool | list[str | int] | dict[str, str] | None]


class NewExport(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be exported: filters of `/v1/logs`, and fields."""

    filters: Filters = msgspec.field(default_factory=dict)
    requested_data: list[str] | None = None
    """Fields, in their order; without it all but bodies."""
    format: Literal["jsonl", "csv"] = "jsonl"
    description: str | None = None
    workspace_id: str | None = None


class ExportChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of one that was not started; what is left out stays."""

    filters: Filters | msgspec.UnsetType = msgspec.UNSET
    requested_data: list[str] | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    workspace_id: str | None = None


class ExportMade(msgspec.Struct, frozen=True, kw_only=True):
    """It is there, and waits to be started."""

    id: str
    total: int | None
    object: str = "export"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One export, and how far it is."""

    id: str
    status: str
    """`draft`, `in_progress`, `success`, `failed` or `stopped`."""
    description: str | None
    filters: dict[str, str]
    requested_data: list[str]
    format: str
    workspace_id: str
    created_by: str
    created_at: datetime | None
    last_updated_at: datetime | None
    total_records: int | None
    """That fit when it began; null where counting them took too long."""
    exported_records: int
    bytes: int
    progress: float | None
    """From 0 to 1."""
    error: str | None
    organisation_id: str = "default"
    object: str = "export"


class ExportList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them, the newest first."""

    data: list[Export]
    total: int
    object: str = "list"


class Restrictions(msgspec.Struct, frozen=True, kw_only=True):
    """What may be exported, and what may not."""

    denied_fields: list[str] = msgspec.field(name="deniedFields")
    allowed_fields: list[str] = msgspec.field(name="allowedFields")
    object: str = "export-field-restrictions"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    message: str
    object: str = "export"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Where the file is; whoever has the link needs no key, for a quarter of an hour."""

    signed_url: str
