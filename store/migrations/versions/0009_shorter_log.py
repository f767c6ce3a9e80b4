"""A log that keeps once what many requests share. Here its tables are made; `store.log.converting` moves the requests."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{16}")
FAILED = "(status >= 400 OR error_code IS NOT NULL)"


def upgrade() -> None:
    connection = op.get_bind()
    for index in ("ix_logs_trace_id", "ix_logs_trace_span", "ix_logs_failed", "ix_logs_created_at_ms"):
        op.drop_index(index, "logs")
    op.rename_table("log_bodies", "old_log_bodies")
    op.rename_table("logs", "old_logs")
    op.create_table(
        "logs",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("trace_id", sa.LargeBinary(), nullable=False),
        sa.Column("span_id", sa.LargeBinary()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Boolean(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("total_us", sa.Integer(), nullable=False),
        sa.Column("first_token_us", sa.Integer()),
        sa.Column("vendor_us", sa.Integer()),
        sa.Column("cost", sa.Integer()),
        sa.Column("unpriced", sa.Boolean(), nullable=False),
        sa.Column("input_tokens", sa.Integer()),
        sa.Column("output_tokens", sa.Integer()),
        sa.Column("error_message", sa.String()),
        sa.Column("path", sa.LargeBinary(), nullable=False),
        sa.Column("workspace", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("api_key_id", "api_key_name", "provider", "vendor", "model")),
        sa.Column("cache_status", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.LargeBinary()) for name in ("client", "error_code", "error_fault")),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("metadata", sa.LargeBinary()),
        sa.Column("rest", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_logs_created_at_ms", "logs", ["created_at_ms"])
    op.create_index("ix_logs_failed", "logs", ["id"], sqlite_where=sa.text(FAILED))
    op.create_index("ix_logs_id", "logs", ["id"], unique=True)
    op.create_index("ix_logs_trace_id", "logs", ["trace_id"])
    op.create_index("ix_logs_trace_span", "logs", ["span_id"], sqlite_where=sa.text("span_id IS NOT NULL"))
    op.create_table(
        "log_bodies",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log"),
        sa.ForeignKeyConstraint(["log"], ["logs.number"], ondelete="CASCADE"),
    )
    op.create_table(
        "log_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_log_names_name", "log_names", ["name"], unique=True)
    for column in ("log_id", "trace_id"):
        op.drop_index(f"ix_feedback_{column}", "feedback")
    with op.batch_alter_table("feedback") as feedback:
        feedback.alter_column("trace_id", type_=sa.LargeBinary())
    for column in ("log_id", "trace_id"):
        op.create_index(f"ix_feedback_{column}", "feedback", [column])
    for id, trace_id in connection.exec_driver_sql("SELECT id, trace_id FROM feedback").all():
        connection.exec_driver_sql("UPDATE feedback SET trace_id = ? WHERE id = ?", (short(trace_id), id))
    if connection.exec_driver_sql("SELECT 1 FROM old_logs LIMIT 1").first() is None:
        op.drop_table("old_log_bodies")
        op.drop_table("old_logs")


def short(id: str) -> str | bytes:
    """An id as the log keeps it from now on."""
    if UUID.fullmatch(id):
        return bytes.fromhex(id.replace("-", ""))
    return bytes.fromhex(id) + b"h" if HEX.fullmatch(id) else id
