"""Requests: under way, settled, whole."""

from datetime import datetime
from typing import Any

import msgspec


class Attempt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One try at one vendor."""

    provider: str | None = None
    vendor: str | None = None
    model: str | None = None
    url: str | None = None
    status: int | None = None
    duration_ms: float | None = None
    error: str | None = None
    path: str = "config"
    """Where in the config the target stands."""
    cost: int | None = None
    """What one that was given up is estimated to cost, in nanodollars."""
    began_ms: float | None = None
    """How long after the request's arrival."""


class Failure(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why a request failed and whose fault it was."""

    code: str | None = None
    message: str = ""
    fault: str | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request that has begun and has no answer yet."""

    id: str
    created_at: datetime | None = None
    trace_id: str | None = None
    api_key_name: str | None = None
    provider: str | None = None
    ai_model: str | None = None
    stream_mode: bool = False
    request_url: str | None = None


class LogSummary(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One settled request, without its bodies."""

    id: str
    created_at: datetime | None = None
    trace_id: str | None = None
    api_key_id: str | None = None
    api_key_name: str | None = None
    workspace_slug: str | None = None
    provider: str | None = None
    ai_org: str | None = None
    ai_model: str | None = None
    response_model: str | None = None
    request_method: str = "POST"
    request_url: str = ""
    response_status_code: int = 0
    is_success: bool = False
    stream_mode: bool = False
    req_units: int | None = None
    res_units: int | None = None
    total_units: int | None = None
    cached_units: int | None = None
    reasoning_units: int | None = None
    cost_nanodollars: int | None = None
    is_priced: bool = True
    response_time: float | None = None
    time_to_first_token_ms: float | None = None
    upstream_response_time: float | None = None
    gateway_processing_time: float | None = None
    cache_status: str | None = None
    retry_success_count: int | None = None
    config: str | None = None
    """The saved config that ruled it."""
    last_used_option_index: str | int | None = None
    metadata: dict[str, Any] | None = None
    error: Failure | None = None
    would_have_refused: list[Failure] | None = None
    """By limits and rules in shadow."""
    error_class: str | None = None
    span_id: str | None = None
    parent_span_id: str | None = None
    span_name: str | None = None
    attempts: tuple[Attempt, ...] | None = None


class SentRequest(msgspec.Struct, frozen=True, kw_only=True, rename={"portkey_headers": "portkeyHeaders"}):
    """What the caller sent."""

    url: str = ""
    method: str = ""
    headers: dict[str, Any] | None = None
    body: Any = None
    portkey_headers: dict[str, Any] | None = None


class SentResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller got; of a stream, put together again."""

    status: int | None = None
    headers: dict[str, Any] | None = None
    body: Any = None


class OriginalResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a stream as they went out."""

    body: Any = None


class SentOn(msgspec.Struct, frozen=True, kw_only=True):
    """What one attempt sent to its vendor."""

    attempt: int
    """Its place among the attempts, from 0."""
    url: str = ""
    method: str = ""
    headers: dict[str, Any] | None = None
    body: Any = None
    """None where only size and kind are kept."""
    form: str = "same"
    """How it relates to the client's request: `same`, `model`, `fields`, `whole`, or why nothing of it is kept."""
    changed_fields: list[str] = []
    content_type: str | None = None
    size: int | None = None


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what a request cost."""

    kind: str
    quantity: int
    nanodollars_per_million: int
    nanodollars: float


class LogDetail(
    msgspec.Struct, frozen=True, kw_only=True, rename={"id": "_id", "original_response": "originalResponse"}
):
    """One log record whole."""

    id: str
    request: SentRequest
    response: SentResponse
    metrics: LogSummary
    original_response: OriginalResponse | None = None
    sent: list[SentOn] = []
    usage: Any = None
    price: dict[str, Any] | None = None
    price_source: str | None = None
    bill: list[BillLine] = []


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Logs, newest first, and where the older ones begin."""

    data: list[LogSummary]
    next_cursor: str | None = None


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """The tail left out this many events, because the reader was too slow."""

    missed: int = 0
