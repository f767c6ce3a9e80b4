"""API keys: who may call the gateway, and for what."""

from collections.abc import Collection

from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from store.ids import KeyHash, KeyId


class ApiKeyRow(SQLModel, table=True):
    """One key; only its keyed hash is kept, and while it is rotated also the hash before."""

    __tablename__ = "api_keys"

    id: str = Field(primary_key=True)
    name: str
    description: str | None = None
    kind: str
    """Such as `workspace-service`."""
    workspace: str = "default"
    user_id: str | None = None
    key_hash: str = Field(unique=True)
    masked_key: str
    previous_hash: str | None = Field(default=None, unique=True)
    previous_expires_at_ms: int | None = None
    scopes: str
    """JSON list."""
    defaults: str | None = None
    """JSON: config and metadata for requests that bring none."""
    status: str = "active"
    creation_mode: str = "api"
    created_at_ms: int
    updated_at_ms: int | None = None
    expires_at_ms: int | None = None
    usage_limits: str | None = None
    """JSON: budgets, as the admin API has them."""
    rate_limits: str | None = None
    """JSON, likewise."""
    alert_emails: str | None = None
    """JSON list."""
    rotation_policy: str | None = None
    """JSON, as the admin API has it."""
    next_rotation_at_ms: int | None = None
    sealed_secret: bytes | None = None
    """The secret of an automatic rotation, until somebody collects it."""
    last_used_at_ms: int | None = None
    """Written now and then."""


async def all_api_keys(session: AsyncSession) -> list[ApiKeyRow]:
    """Every key, oldest first."""
    return list(await session.exec(select(ApiKeyRow).order_by(col(ApiKeyRow.created_at_ms), col(ApiKeyRow.id))))


async def api_keys_of(
    session: AsyncSession, ids: Collection[str] | None, users: Collection[str] = (), workspaces: Collection[str] = ()
) -> list[ApiKeyRow]:
    """These keys, and those of these users and workspaces; None: all there are."""
    if ids is None:
        return await all_api_keys(session)
    named = col(ApiKeyRow.id).in_(ids) | col(ApiKeyRow.user_id).in_(users) | col(ApiKeyRow.workspace).in_(workspaces)
    return list(await session.exec(select(ApiKeyRow).where(named)))


async def api_key_by_id(session: AsyncSession, key_id: KeyId | str) -> ApiKeyRow | None:
    """The key with that id."""
    return await session.get(ApiKeyRow, key_id)


async def api_key_by_hash(session: AsyncSession, key_hash: KeyHash | str) -> ApiKeyRow | None:
    """The key whose secret it is now."""
    return (await session.exec(select(ApiKeyRow).where(ApiKeyRow.key_hash == key_hash))).one_or_none()
