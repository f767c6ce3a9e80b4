"""The gateway's JSON as the console uses it; other fields are ignored, so that a newer gateway may say more."""

from datetime import datetime
from typing import Any

import msgspec


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """How the gateway is doing right now: the status line."""

    version: str = ""
    uptime_seconds: float = 0
    requests_per_second: float = 0
    tokens_per_second: float = 0
    errors_per_second: float = 0
    in_flight: int = 0
    requests_today: int = 0
    errors_today: int = 0
    cost_today_nanodollars: int = 0
    unpriced_today: int = 0
    p95_ms: float | None = None
    status: str = "ok"
    reason: str | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
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


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request failed and whose fault it was."""

    code: str | None = None
    message: str = ""
    fault: str | None = None


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """A request that has begun and has no answer yet."""

    id: str
    created_at: datetime | None = None
    trace_id: str | None = None
    api_key_name: str | None = None
    provider: str | None = None
    ai_model: str | None = None
    stream_mode: bool = False
    request_url: str | None = None


class LogSummary(msgspec.Struct, frozen=True, kw_only=True):
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
    last_used_option_index: str | int | None = None
    metadata: dict[str, Any] | None = None
    error: Failure | None = None
    attempts: list[Attempt] | None = None


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
    usage: Any = None
    price: dict[str, Any] | None = None
    price_source: str | None = None
    bill: list[BillLine] = []


class LogPage(msgspec.Struct, frozen=True, kw_only=True):
    """Logs, newest first, and where the older ones begin."""

    data: list[LogSummary]
    next_cursor: str | None = None


class VendorSetting(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor wants beside a key."""

    name: str
    what: str = ""
    is_needed: bool = False
    is_secret: bool = False


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor an integration may be for."""

    id: str
    name: str
    base_url: str | None = None
    needs_key: bool = True
    settings: list[VendorSetting] = []


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor account: credentials and base URL. The last three fields come only when one is asked for."""

    id: str
    slug: str
    name: str
    ai_provider_id: str
    description: str | None = None
    status: str = "active"
    created_at: datetime | None = None
    masked_key: str | None = None
    configurations: dict[str, Any] | None = None
    """Where and how it reaches its vendor; sent back whole when a part of it changes."""
    allow_all_models: bool | None = None

    @property
    def custom_host(self) -> str | None:
        """The base URL it has instead of its vendor's."""
        host = (self.configurations or {}).get("custom_host")
        return host if isinstance(host, str) else None


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A name that requests address as `@slug`."""

    id: str
    slug: str
    name: str
    integration_id: str
    note: str | None = None
    status: str = "active"
    created_at: datetime | None = None
    expires_at: datetime | None = None


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of an integration, and whether it may be used."""

    slug: str
    name: str | None = None
    enabled: bool = True
    is_custom: bool = False


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, its secret masked."""

    id: str
    name: str
    key: str | None = None
    description: str | None = None
    type: str = ""
    workspace_id: str | None = None
    user_id: str | None = None
    status: str = "active"
    scopes: list[str] = []
    created_at: datetime | None = None
    expires_at: datetime | None = None


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A key in the clear, which the gateway says exactly once."""

    id: str
    key: str
    key_transition_expires_at: datetime | None = None


class Dropped(msgspec.Struct, frozen=True, kw_only=True):
    """The tail left out this many events, because the reader was too slow."""

    missed: int = 0


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A list of the catalog, rows not looked at yet."""

    data: list[Any]
    total: int | None = None


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The models of one integration."""

    models: list[Model]


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, and in which field."""

    message: str = ""
    param: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Every error of the gateway."""

    error: ErrorBody


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A change was made; what else it took along."""

    id: str | None = None
    slug: str | None = None
    removed_providers: list[str] = []
