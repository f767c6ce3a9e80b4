"""Feedback, exports, repricings, what is added to rollups afterwards; the span that a request is."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("log_id", sa.String()),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("facets", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("metadata", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_feedback_log_id", "feedback", ["log_id"])
    op.create_index("ix_feedback_trace_id", "feedback", ["trace_id"])
    op.create_table(
        "rollup_amendments",
        sa.Column("grain", sa.Integer(), nullable=False),
        sa.Column("facet", sa.String(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("last_ms", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("grain", "facet", "start_ms", "value", "workspace"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("filters", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String()),
        sa.Column("until_ms", sa.Integer()),
        sa.Column("error", sa.String()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "repricings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("filters", sa.String(), nullable=False),
        sa.Column("is_applied", sa.Boolean(), nullable=False),
        sa.Column("with_budgets", sa.Boolean(), nullable=False),
        sa.Column("until_ms", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.String()),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("logs", sa.Column("span_id", sa.String()))
    op.create_index("ix_logs_trace_span", "logs", ["span_id"], sqlite_where=sa.text("span_id IS NOT NULL"))
