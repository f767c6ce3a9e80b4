"""Whose key the console has, as `GET /v1/api-keys/self` says."""

import msgspec


class OwnKey(msgspec.Struct, frozen=True, kw_only=True):
    """The key of this console."""

    id: str
    name: str
    workspace_id: str | None = None
    is_owner: bool = False
    email: str | None = None
    role: str | None = None
    workspace_role: str | None = None
    scopes: list[str] = []
