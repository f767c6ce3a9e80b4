"""The tables of the log: one for what a list shows or filters by, one for the bodies, which a list never reads."""

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

FAILED = "(status >= 400 OR error_code IS NOT NULL)"
"""A failed request, as SQL. Conditions repeat it to the letter, or SQLite will not use the index made for it."""


class LogRow(SQLModel, table=True):
    """One request without its bodies. `log_columns` fills it, in this order."""

    __tablename__ = "logs"
    __table_args__ = (
        Index("ix_logs_trace_id", "trace_id"),
        Index("ix_logs_trace_span", "span_id", sqlite_where=text("span_id IS NOT NULL")),
        Index("ix_logs_failed", "id", sqlite_where=text(FAILED)),
        Index("ix_logs_created_at_ms", "created_at_ms", "status", "error_code", "cost", "unpriced"),
    )

    id: str = Field(primary_key=True)
    """UUID version 7: its order is the order of time."""
    created_at_ms: int
    trace_id: str
    method: str
    path: str
    status: int
    stream: bool
    workspace: str
    api_key_id: str | None
    api_key_name: str | None
    provider: str | None
    vendor: str | None
    model: str | None
    response_model: str | None
    config_path: str
    cache_status: str
    retries: int
    total_ms: float
    first_token_ms: float | None
    vendor_ms: float | None
    cost: int | None
    """Nanodollars."""
    unpriced: bool
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    reasoning_tokens: int | None
    error_code: str | None
    error_message: str | None
    error_fault: str | None
    rest: bytes
    """What no list filters by: a `Rest` as MessagePack."""
    config: str | None
    span_id: str | None


class LogBodyRow(SQLModel, table=True):
    """What went over the wire; there is no row where nothing is kept."""

    __tablename__ = "log_bodies"

    id: str = Field(primary_key=True, foreign_key="logs.id", ondelete="CASCADE")
    body: bytes
    """`Bodies` as MessagePack, compressed by zstd: all four together, since the headers and the answer repeat a lot."""
