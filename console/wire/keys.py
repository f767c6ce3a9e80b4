"""API keys."""

from datetime import datetime

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, its secret masked."""

    id: str
    name: str
    key: str | None = None
    description: str | None = None
    type: str = ""
    workspace_id: str | None = None
    user_id: str | None = None
    status: str = "active"
    scopes: list[str] = []
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A key in the clear, which the gateway says exactly once."""

    id: str
    key: str
    key_transition_expires_at: datetime | None = None
