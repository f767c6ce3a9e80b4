"""API keys."""

from datetime import datetime
from typing import Any

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An API key, its secret masked."""

    id: str
    name: str
    key: str | None = None
    description: str | None = None
    type: str = ""
    workspace_id: str | None = None
    user_id: str | None = None
    status: str = "active"
    scopes: tuple[str, ...] = ()
    created_at: datetime | None = None
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    defaults: dict[str, Any] | None = None
    """What holds for its requests: a config, metadata, how far Open WebUI's headers are trusted."""
    rotation_policy: dict[str, Any] | None = None
    usage_limits: Any = None
    rate_limits: Any = None

    @property
    def config_id(self) -> str | None:
        """The config that its requests go by."""
        return (self.defaults or {}).get("config_id")

    @property
    def metadata(self) -> dict[str, str]:
        """What is added to each of its requests."""
        return (self.defaults or {}).get("metadata") or {}


class NewSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A key in the clear, which the gateway says exactly once."""

    id: str
    key: str
    key_transition_expires_at: datetime | None = None
