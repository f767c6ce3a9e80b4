"""Workspaces, people and keys, made as an operator makes them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.gateway.running import Gateway, client

Json = dict[str, Any]


async def made(gateway: Gateway, path: str, body: Json) -> Json:
    """What was made by the owner."""
    answer = await gateway.admin.post(f"/v1{path}", json=body)
    assert answer.is_success, answer.text
    found: Json = answer.json()
    return found


async def workspace(gateway: Gateway, name: str, **more: Any) -> Json:
    """A workspace of that name, which is its slug too."""
    return await made(gateway, "/admin/workspaces", {"name": name} | more)


async def key_in(gateway: Gateway, where: str, *scopes: str, **more: Any) -> httpx.AsyncClient:
    """A client with a service key of a workspace."""
    body = {"name": f"{where} key", "scopes": list(scopes), "workspace_id": where} | more
    return client(gateway.url, (await made(gateway, "/api-keys/workspace/service", body))["key"])


async def organisation_key(gateway: Gateway, *scopes: str) -> httpx.AsyncClient:
    """A client with a key of the organisation."""
    body = {"name": "organisation key", "scopes": list(scopes)}
    return client(gateway.url, (await made(gateway, "/api-keys/organisation/service", body))["key"])


async def user(gateway: Gateway, email: str, role: str = "member", **workspaces: str) -> str:
    """A user who accepted an invite, with a role in some workspaces; the user's id."""
    invited = [{"id": where, "role": given} for where, given in workspaces.items()]
    invite = await made(gateway, "/admin/users/invites", {"email": email, "role": role, "workspaces": invited})
    token = invite["invite_link"].partition("#")[2]
    return str((await made(gateway, "/admin/users/invites/accept", {"token": token}))["user_id"])


async def provide(gateway: Gateway, where: str, slug: str, integration: str = "demo") -> None:
    """Provision an integration to a workspace, with a provider of that slug."""
    body = {"workspaces": [{"id": where, "enabled": True, "default_provider_slug": slug}]}
    (await gateway.admin.put(f"/v1/integrations/{integration}/workspaces", json=body)).raise_for_status()
