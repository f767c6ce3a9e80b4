"""The log record: everything worth knowing about one answered request, as the spool and the database keep it."""

import msgspec

from store.ids import KeyId, LogId, Nanodollars, Slug, TraceId


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was used, as the vendor reported it.

    `input_tokens` and `output_tokens` are whole: every other count of tokens is a part of one of them.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    input_audio_tokens: int = 0
    output_audio_tokens: int = 0
    cache_write_1h_tokens: int = 0
    """A part of `cache_write_tokens`: those that are kept for an hour."""
    cached_audio_tokens: int = 0
    """A part of both `cached_tokens` and `input_audio_tokens`."""
    cached_image_tokens: int = 0
    """A part of both `cached_tokens` and `input_image_tokens`."""
    input_image_tokens: int = 0
    output_image_tokens: int = 0
    images: int = 0
    """Pictures that were made."""
    image_size: str = ""
    """`1024x1536`; from the answer where it says it, else from the request. Of a video its height, as `1080p`."""
    image_quality: str = ""
    characters: int = 0
    """Of a text that was spoken."""
    audio_ms: int = 0
    """Of a recording that was transcribed, or of speech that was made, where that is what is paid for."""
    video_ms: int = 0
    """Of a film that was made."""
    searches: int = 0
    """Of the web, by the vendor."""
    reranks: int = 0
    """Search units of a rerank."""
    pages: int = 0
    """Of a document that was read."""
    requests: int = 1
    service_tier: str = ""
    """At which the vendor says it worked: `batch`, `flex`, `priority`; empty where nothing is said."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try at one vendor: who was asked, what came back, how long it took."""

    provider: str
    vendor: str
    model: str
    url: str
    status: int | None
    """The vendor's HTTP status; None when no answer arrived."""
    duration_ms: float
    error: str | None = None
    path: str = "config"
    """Where in the config the target stands."""
    cost: Nanodollars | None = None
    """What it may have cost that nobody waited for its end: its prompt's tokens, estimated; None for all others."""
    began_ms: float | None = None
    """How long after the request's arrival; None for one that was passed over, and in older records."""


class SentBody(msgspec.Struct, frozen=True, array_like=True):
    """What one attempt sent, as far as it is not what the client sent. New fields go to the end, with a default."""

    attempt: int
    """Its place among the attempts."""
    form: str = "same"
    """`same`: the client's; `model`: the same but for that; `fields`: but for those in `body` and `left_out`; `whole`:
    another, in `body`; `repeat`: what the attempt before it sent. Of `binary`, `long` and `redacted` ones only size and
    kind are kept."""
    body: bytes = b""
    left_out: tuple[str, ...] = ()
    """The client's fields that it does not have."""
    method: str = "POST"
    headers: dict[str, str] = {}
    """Without credentials; empty where the body is the client's."""
    kind: str = ""
    """Content type, where nothing else is kept."""
    size: int = 0
    """Bytes, where nothing else is kept."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request failed, and whose fault it was: `caller`, `policy`, `provider` or `gateway`."""

    code: str
    message: str
    fault: str


class Charge(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one request is charged to one counter of a budget; the writer adds it up, once for each record."""

    counter_id: str
    period_start_ms: int
    nanodollars: int = 0
    tokens: int = 0
    requests: int = 0


class LogRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request from arrival to settlement. Times are epoch milliseconds UTC; durations milliseconds."""

    id: LogId
    created_at_ms: int
    """Arrival."""
    trace_id: TraceId
    span_id: str | None = None
    """Its place in the trace, as the client names it; None where it says nothing of spans."""
    parent_span_id: str | None = None
    span_name: str | None = None
    method: str
    path: str
    status: int
    """What the client got; 499 when it hung up first."""
    stream: bool = False
    workspace: Slug = Slug("default")
    api_key_id: KeyId | None = None
    api_key_name: str | None = None
    provider: Slug | None = None
    """Provider slug; None when the caller brought the vendor's key, or nothing was resolved."""
    vendor: str | None = None
    model: str | None = None
    """The model as the client asked for it, without the provider slug."""
    response_model: str | None = None
    """The model the vendor says answered."""
    config: Slug | None = None
    """The saved config that ruled it."""
    config_path: str = "config"
    cache_status: str = "DISABLED"
    retries: int = 0
    metadata: dict[str, str] = {}
    client: str | None = None
    """The client's address."""
    user_agent: str | None = None
    total_ms: float
    """0: nobody knows, as of a result of a batch; it is no part of any average or percentile."""
    first_token_ms: float | None = None
    vendor_ms: float | None = None
    """Time spent waiting for the vendor; the gateway's own share is `total_ms - vendor_ms`."""
    usage: Usage | None = None
    usage_received: bytes = b"null"
    """The vendor's usage object as it came (JSON), so that a cost can be explained and recomputed."""
    cost: Nanodollars | None = None
    """None when nothing was charged for or the model has no price; see `unpriced`."""
    unpriced: bool = False
    """True when tokens were used and no price is known: shown as such, never as 0."""
    price: dict[str, int] | None = None
    """Nanodollars per million tokens, by kind, that made `cost`."""
    price_source: str | None = None
    """Where the price is from, with its version."""
    charges: tuple[Charge, ...] = ()
    """To which budgets it counts."""
    estimated_cost: Nanodollars | None = None
    """What budgets were charged beside `cost`, where no vendor gave account: of broken streams, of tries given up."""
    attempts: tuple[Attempt, ...] = ()
    failure: Failure | None = None
    spared: tuple[Failure, ...] = ()
    """What it would have been refused for by limits and rules in shadow."""
    kept: str = "full"
    """How much of it is kept: `full`, `metadata` (no bodies) or `off` (only what was used, and how it went)."""
    request_headers: dict[str, str] = {}
    """Secrets already masked."""
    response_headers: dict[str, str] = {}
    request_body: bytes = b""
    response_body: bytes = b""
    """As sent to the client; of a stream the raw server-sent events."""
    sent: tuple[SentBody, ...] = ()
    """What went to vendors, for each attempt that came so far."""
