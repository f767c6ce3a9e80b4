"""Budgets and rate limits: what they have counted, policies, and the limits of keys and providers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("counter_id", sa.String(), nullable=False),
        sa.Column("period_start_ms", sa.Integer(), nullable=False),
        sa.Column("nanodollars", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counter_id", "period_start_ms"),
    )
    op.create_table(
        "limit_adjustments",
        sa.Column("counter_id", sa.String(), nullable=False),
        sa.Column("reset_at_ms", sa.Integer()),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.Column("raised_until_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("counter_id"),
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String()),
        sa.Column("workspace", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
    )
    for table in ("api_keys", "providers"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("usage_limits", sa.String()))
            batch.add_column(sa.Column("rate_limits", sa.String()))
