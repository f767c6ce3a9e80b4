"""A log record taken apart into the columns of its two tables; free of SQLAlchemy, since it runs for every request."""

from functools import cache
from operator import attrgetter

import msgspec

from store.ids import Nanodollars
from store.records import Attempt, Charge, Failure, LogRecord, Usage

KEPT = (
    *("id", "created_at_ms", "trace_id", "method", "path", "status", "stream", "workspace", "api_key_id"),
    *("api_key_name", "provider", "vendor", "model", "response_model", "config_path", "cache_status", "retries"),
    *("total_ms", "first_token_ms", "vendor_ms", "cost", "unpriced"),
)
"""Fields that are columns of the same name."""
COUNTED = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")
"""Columns taken from the usage."""
FAILURE = ("error_code", "error_message", "error_fault")
COLUMNS = (*KEPT, *COUNTED, *FAILURE, "rest", "config", "span_id")
BODY_COLUMNS = ("id", "body")


@cache
def insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    """SQL for so many rows, of which those that are there already are left alone.

    Not `INSERT OR IGNORE`: that would drop, without a word, a record that lacks something.
    """
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)} ON CONFLICT (id) DO NOTHING"


class Rest(msgspec.Struct, frozen=True, array_like=True):
    """What a list shows but never filters by. New fields go to the end, with a default."""

    metadata: dict[str, str]
    client: str | None
    user_agent: str | None
    usage: Usage | None
    usage_received: bytes
    price: dict[str, int] | None
    price_source: str | None
    attempts: tuple[Attempt, ...]
    charges: tuple[Charge, ...] = ()
    estimated_cost: Nanodollars | None = None
    parent_span_id: str | None = None
    span_name: str | None = None
    kept: str = "full"
    spared: tuple[Failure, ...] = ()


class Bodies(msgspec.Struct, frozen=True, array_like=True):
    """What went over the wire, both ways. New fields go to the end, with a default."""

    request_body: bytes = b""
    response_body: bytes = b""
    request_headers: dict[str, str] = {}
    response_headers: dict[str, str] = {}


NO_BODIES = Bodies()
kept = attrgetter(*KEPT)
counted = attrgetter(*COUNTED)
encode = msgspec.msgpack.Encoder().encode
decode_rest = msgspec.msgpack.Decoder(Rest).decode
decode_bodies = msgspec.msgpack.Decoder(Bodies).decode


def columns(record: LogRecord) -> tuple[object, ...]:
    """The values of `COLUMNS`."""
    usage, failure = record.usage, record.failure
    return (
        *kept(record),
        *((None, None, None, None) if usage is None else counted(usage)),
        *((None, None, None) if failure is None else (failure.code, failure.message, failure.fault)),
        encode(rest(record)),
        record.config,
        record.span_id,
    )


def rest(record: LogRecord) -> Rest:
    """The fields that have no column."""
    return Rest(
        record.metadata,
        record.client,
        record.user_agent,
        record.usage,
        record.usage_received,
        record.price,
        record.price_source,
        record.attempts,
        record.charges,
        record.estimated_cost,
        record.parent_span_id,
        record.span_name,
        record.kept,
        record.spared,
    )


def bodies(record: LogRecord) -> bytes:
    """What `log_bodies` keeps, not compressed yet; empty when there is nothing to keep."""
    parts = Bodies(record.request_body, record.response_body, record.request_headers, record.response_headers)
    return b"" if parts == NO_BODIES else encode(parts)
