"""What is known of a file and of a batch, as it lies beside them in the home, and as OpenAI's API shows it.

Source: platform.openai.com/docs/api-reference/files/object and …/batch/object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.limits.pledges import Pledge
from gateway.vendors.batch import Status
from store.ids import Slug

Json = dict[str, Any]
FILE, BATCH = "file-tollhouse-", "batch_tollhouse_"
OURS = re.compile(r"(file-tollhouse-|batch_tollhouse_)[0-9a-f]{32}")
"""Vendors have ids of their own; by these a request is known to be for what the gateway keeps."""


class KeptFile(msgspec.Struct, frozen=True, kw_only=True, tag="file"):
    """A file of a workspace."""

    id: str
    workspace: str
    filename: str
    purpose: str
    bytes: int
    created_at: int
    """Epoch seconds, as all times here."""

    def shown(self) -> Json:
        """OpenAI's object."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }


class KeptBatch(msgspec.Struct, frozen=True, kw_only=True, tag="batch"):
    """A batch of a workspace, as far as it was when somebody last asked."""

    id: str
    workspace: str
    api_key_id: str
    """Whose budgets pay for it."""
    provider: Slug | None
    """None: the caller brought the vendor's key, and must each time."""
    vendor: str
    name: str
    """The vendor's for it."""
    endpoint: str
    """`/v1/chat/completions`."""
    model: str
    input_file_id: str
    created_at: int
    total: int
    strict: bool = True
    headers: Mapping[str, str] = {}
    """Of its requests to the vendor; no credential is among them."""
    options: Mapping[str, str] = {}
    metadata: dict[str, str] | None = None
    """The client's, of OpenAI's API."""
    filed: dict[str, str] = {}
    """What its log records have under `metadata`."""
    config: Slug | None = None
    """The saved config that it was made by."""
    status: Status = "validating"
    completed: int = 0
    failed: int = 0
    expires_at: int | None = None
    message: str | None = None
    results: str = ""
    cancelling_at: int | None = None
    ended_at: int | None = None
    """When it was first seen to have ended."""
    first_record: str | None = None
    """The id of its first request's log record; the others follow it."""
    is_collected: bool = False
    """Whether its results are here, and its cost is in the log."""
    pledges: tuple[Pledge, ...] = ()
    """What budgets hold back until it is collected."""
    output_file_id: str | None = None
    error_file_id: str | None = None

    def shown(self) -> Json:
        """OpenAI's object; what has ended but is not collected yet is being finalised."""
        status = self.status if self.ended_at is None or self.is_collected else "finalizing"
        ended = {f"{name}_at": self.ended_at if name == status else None for name in ("failed", "completed", "expired")}
        problems = {"object": "list", "data": [{"code": "batch_failed", "message": self.message}]}
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": self.endpoint,
            "model": self.model,
            "errors": problems if self.message else None,
            "input_file_id": self.input_file_id,
            "completion_window": "24h",
            "status": status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "created_at": self.created_at,
            "in_progress_at": self.created_at,
            "expires_at": self.expires_at,
            "finalizing_at": self.ended_at,
            **ended,
            "cancelling_at": self.cancelling_at,
            "cancelled_at": self.ended_at if status == "cancelled" else None,
            "request_counts": {"total": self.total, "completed": self.completed, "failed": self.failed},
            "metadata": self.metadata,
            "provider": self.vendor,
        }


Paper = KeptFile | KeptBatch
