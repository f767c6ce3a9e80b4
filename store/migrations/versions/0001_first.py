"""Everything the first version has."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

FAILED = "(status >= 400 OR error_code IS NOT NULL)"


def upgrade() -> None:
    op.create_table(
        "integrations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("vendor", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("sealed_key", sa.LargeBinary()),
        sa.Column("masked_key", sa.String()),
        sa.Column("sealed_configurations", sa.LargeBinary()),
        sa.Column("allow_all_models", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "providers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("integration_id", sa.String(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.Column("expires_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_providers_integration_id", "providers", ["integration_id"])
    op.create_table(
        "models",
        sa.Column("integration_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("is_custom", sa.Boolean(), nullable=False),
        sa.Column("is_finetune", sa.Boolean(), nullable=False),
        sa.Column("base_model_slug", sa.String()),
        sa.Column("discovered", sa.Boolean(), nullable=False),
        sa.Column("pricing", sa.String()),
        sa.Column("configurations", sa.String()),
        sa.PrimaryKeyConstraint("integration_id", "slug"),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], ondelete="CASCADE"),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("user_id", sa.String()),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("masked_key", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String()),
        sa.Column("previous_expires_at_ms", sa.Integer()),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("defaults", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("creation_mode", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.Column("expires_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
        sa.UniqueConstraint("previous_hash"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "spool_positions",
        sa.Column("segment", sa.String(), nullable=False),
        sa.Column("drained", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("segment"),
    )
    op.create_table(
        "logs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("stream", sa.Boolean(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("api_key_id", sa.String()),
        sa.Column("api_key_name", sa.String()),
        sa.Column("provider", sa.String()),
        sa.Column("vendor", sa.String()),
        sa.Column("model", sa.String()),
        sa.Column("response_model", sa.String()),
        sa.Column("config_path", sa.String(), nullable=False),
        sa.Column("cache_status", sa.String(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("total_ms", sa.Float(), nullable=False),
        sa.Column("first_token_ms", sa.Float()),
        sa.Column("vendor_ms", sa.Float()),
        sa.Column("cost", sa.Integer()),
        sa.Column("unpriced", sa.Boolean(), nullable=False),
        sa.Column("input_tokens", sa.Integer()),
        sa.Column("output_tokens", sa.Integer()),
        sa.Column("cached_tokens", sa.Integer()),
        sa.Column("reasoning_tokens", sa.Integer()),
        sa.Column("error_code", sa.String()),
        sa.Column("error_message", sa.String()),
        sa.Column("error_fault", sa.String()),
        sa.Column("rest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_logs_created_at_ms", "logs", ["created_at_ms", "status", "error_code", "cost", "unpriced"]
    )
    op.create_index("ix_logs_failed", "logs", ["id"], sqlite_where=sa.text(FAILED))
    op.create_index("ix_logs_trace_id", "logs", ["trace_id"])
    op.create_table(
        "log_bodies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.ForeignKeyConstraint(["id"], ["logs.id"], ondelete="CASCADE"),
    )
