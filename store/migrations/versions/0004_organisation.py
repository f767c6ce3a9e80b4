"""The organisation: workspaces, users, invites, members; who may use which integration; rotation of API keys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ORGANISATION = (
    *("organisation_users.", "organisation_service_api_keys.", "organisation_settings.", "organisation_guardrails."),
    *("organisation_exclusions.", "organisation_integrations.", "audit_logs.", "plugins.", "deployments."),
    *("secret_references.", "workspaces.create", "workspaces.delete"),
)
"""Scopes that a workspace's key does not hold: whoever has one is the organisation's from now on."""


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("defaults", sa.String()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String()),
        sa.Column("defaults", sa.String()),
        sa.Column("usage_limits", sa.String()),
        sa.Column("rate_limits", sa.String()),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "members",
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("workspace", "user_id"),
        sa.ForeignKeyConstraint(["workspace"], ["workspaces.slug"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
    )
    op.create_index("ix_members_user_id", "members", ["user_id"])
    op.create_table(
        "invites",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("workspaces", sa.String(), nullable=False),
        sa.Column("key_scopes", sa.String()),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.Integer(), nullable=False),
        sa.Column("expires_at_ms", sa.Integer(), nullable=False),
        sa.Column("accepted_at_ms", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "provisions",
        sa.Column("integration_id", sa.String(), nullable=False),
        sa.Column("workspace", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("usage_limits", sa.String()),
        sa.Column("rate_limits", sa.String()),
        sa.PrimaryKeyConstraint("integration_id", "workspace"),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], ondelete="CASCADE"),
    )
    op.execute(
        "INSERT INTO provisions (integration_id, workspace, enabled) SELECT id, 'default', 1 FROM integrations"
    )
    with op.batch_alter_table("integrations") as batch:
        batch.add_column(sa.Column("workspace", sa.String()))
        batch.add_column(sa.Column("global_access", sa.String()))
        batch.add_column(sa.Column("pricing_adjustments", sa.String()))
    with op.batch_alter_table("providers") as batch:
        batch.add_column(sa.Column("workspace", sa.String(), nullable=False, server_default="default"))
    with op.batch_alter_table("providers") as batch:
        batch.alter_column("workspace", existing_type=sa.String(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("api_keys") as batch:
        batch.add_column(sa.Column("alert_emails", sa.String()))
        batch.add_column(sa.Column("rotation_policy", sa.String()))
        batch.add_column(sa.Column("next_rotation_at_ms", sa.Integer()))
        batch.add_column(sa.Column("sealed_secret", sa.LargeBinary()))
        batch.add_column(sa.Column("last_used_at_ms", sa.Integer()))
    of_the_organisation = " OR ".join(f"scopes LIKE '%\"{name}%'" for name in ORGANISATION)
    op.execute(f"UPDATE api_keys SET kind = 'organisation-service' WHERE user_id IS NULL AND ({of_the_organisation})")
