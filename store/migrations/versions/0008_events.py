"""What people were told of, in words; rules about models that only count."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("limit_id", sa.String()),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_index("ix_events_at_ms", "events", ["at_ms"])
    op.add_column("integrations", sa.Column("shadow_models", sa.Boolean()))
    op.add_column("provisions", sa.Column("shadow_models", sa.Boolean()))
