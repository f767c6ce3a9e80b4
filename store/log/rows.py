"""The tables of the log: what a list shows or filters by, the bodies, which a list never reads, and shared texts."""

from typing import Any

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from store.log.types import Micros, Name, ShortId, Untyped

FAILED = "(status >= 400 OR error_code IS NOT NULL)"
"""A failed request, as SQL. Conditions repeat it to the letter, or SQLite will not use the index made for it."""


def kept(name: str, kind: Any, *, nullable: bool = False) -> Any:
    """A column that keeps something else than it is compared with."""
    return Field(sa_column=Column(name, kind, nullable=nullable))


class LogRow(SQLModel, table=True):
    """One request without its bodies. `log_columns` fills it, in this order; `log_columns.READ` reads it."""

    __tablename__ = "logs"
    __table_args__ = (
        Index("ix_logs_created_at_ms", "created_at_ms"),
        Index("ix_logs_failed", "id", sqlite_where=text(FAILED)),
        Index("ix_logs_id", "id", unique=True),
        Index("ix_logs_trace_id", "trace_id"),
        Index("ix_logs_trace_span", "span_id", sqlite_where=text("span_id IS NOT NULL")),
    )

    number: int = Field(primary_key=True)
    """In the order in which requests ended."""
    id: str = kept("id", ShortId())
    """UUID version 7: its order is the order of time."""
    created_at_ms: int
    trace_id: str = kept("trace_id", ShortId())
    span_id: str | None = kept("span_id", ShortId(), nullable=True)
    status: int
    stream: bool
    retries: int
    total_ms: float = kept("total_us", Micros())
    first_token_ms: float | None = kept("first_token_us", Micros(), nullable=True)
    vendor_ms: float | None = kept("vendor_us", Micros(), nullable=True)
    cost: int | None
    """Nanodollars."""
    unpriced: bool
    input_tokens: int | None
    output_tokens: int | None
    error_message: str | None
    path: str = kept("path", Name())
    workspace: str = kept("workspace", Name())
    api_key_id: str | None = kept("api_key_id", Name(), nullable=True)
    api_key_name: str | None = kept("api_key_name", Name(), nullable=True)
    provider: str | None = kept("provider", Name(), nullable=True)
    vendor: str | None = kept("vendor", Name(), nullable=True)
    model: str | None = kept("model", Name(), nullable=True)
    cache_status: str = kept("cache_status", Name())
    client: str | None = kept("client", Name(), nullable=True)
    error_code: str | None = kept("error_code", Name(), nullable=True)
    error_fault: str | None = kept("error_fault", Name(), nullable=True)
    shape: bytes = kept("shape", Name())
    """What it has in common with others of its kind: a `Shape` as MessagePack."""
    metadata_: str | None = kept("metadata", Untyped(), nullable=True)
    """Its labels, as a list in JSON."""
    rest: bytes | None
    """A `Rest` as MessagePack."""


class LogBodyRow(SQLModel, table=True):
    """What went over the wire; there is no row where nothing is kept."""

    __tablename__ = "log_bodies"

    log: int = Field(primary_key=True, foreign_key="logs.number", ondelete="CASCADE")
    body: bytes
    """`Bodies` as MessagePack, compressed by zstd: all together, since its parts repeat each other a lot."""


class LogNameRow(SQLModel, table=True):
    """A text that many records share; see `log_names`."""

    __tablename__ = "log_names"
    __table_args__ = (Index("ix_log_names_name", "name", unique=True),)

    id: int = Field(primary_key=True)
    name: str = kept("name", Untyped())
