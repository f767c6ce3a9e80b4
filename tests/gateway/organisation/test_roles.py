"""Role by route by field: every route asks for a scope, and nobody gives anybody more than they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.api.admin.door import Needs
from gateway.framework import framework
from gateway.organisation.roles import ORGANISATION_ROLES, WORKSPACE_ROLES
from gateway.organisation.scopes import SCOPES, WORKSPACE_SCOPES
from tests.gateway.departments import made, organisation_key, user, workspace
from tests.gateway.running import Gateway, client

OPEN = re.compile(r"/|/v1/health|/v1/openapi.*|/v1/models.*|/v1/admin/users/invites/accept")
"""Routes without a guard: what says nothing, documentation, and those that look at a key or a token themselves."""
ROLES = [
    *(("organisation", role) for role in ("admin", "auditor")),
    *(("workspace", role) for role in WORKSPACE_ROLES),
]


def routes(gateway: Gateway) -> Iterator[tuple[str, str, list[Needs]]]:
    """Every method and path of the framework's, with its guards."""
    for route in framework(gateway.plant.version).routes:
        for handler in getattr(route, "route_handlers", []):
            guards = [needs for guard in handler.resolve_guards() if isinstance(needs := unwrapped(guard), Needs)]
            for method in handler.http_methods - {"OPTIONS"}:
                yield method, route.path, guards


def unwrapped(guard: Any) -> object:
    """A guard as it was written; the framework makes it one that can be awaited."""
    return getattr(guard, "func", guard)


def address(path: str) -> str:
    """A path with something in place of its parameters."""
    return re.sub(r"\{[^}]*\}", "nothing", path)


async def answered(someone: httpx.AsyncClient, method: str, path: str) -> int:
    """The status of an empty request; what follows of the answer is not waited for."""
    async with someone.stream(method, address(path)) as answer:
        return answer.status_code


async def test_every_route_has_a_guard_with_scopes_there_are(gateway: Gateway) -> None:
    """No route of the admin API is open, and none asks for a scope that nobody can hold."""
    found = [(method, path, guards) for method, path, guards in routes(gateway) if not OPEN.fullmatch(path)]

    assert len(found) > 60
    assert [(method, path) for method, path, guards in found if len(guards) != 1] == []
    assert {scope for *_, guards in found for scope in guards[0].scopes} <= SCOPES


async def test_no_route_answers_without_a_key(gateway: Gateway) -> None:
    """Without a key, or with a wrong one, every route of the admin API is a 401."""
    found = [(method, path) for method, path, guards in routes(gateway) if guards]

    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as stranger:
        statuses = {await answered(stranger, method, path) for method, path in found}
        statuses |= {(await stranger.get(path)).status_code for path in ("/v1/models", "/v1/models/x")}
        stranger.headers["x-portkey-api-key"] = "th-wrong"
        statuses |= {await answered(stranger, method, path) for method, path in found}

    assert statuses == {401}


async def test_each_role_enters_where_its_scopes_are_asked_for(gateway: Gateway) -> None:
    """Role by route: a key with everything a role allows is refused exactly where the role has none of the scopes."""
    found = [(method, path, guards[0].scopes) for method, path, guards in routes(gateway) if guards]
    wrong: list[Any] = []

    for where, role in ROLES:
        roles = {"role": role} if where == "organisation" else {"default": role}
        who = await user(gateway, f"{where}-{role}@example.com", **roles)
        key = await made(gateway, f"/api-keys/{where}/user", {"name": role, "user_id": who})
        held = ORGANISATION_ROLES[role] if where == "organisation" else WORKSPACE_ROLES[role]
        async with client(gateway.url, key["key"]) as someone:
            for method, path, scopes in found:
                refused = await answered(someone, method, path) == 403
                if refused == (not scopes or not held.isdisjoint(scopes)):
                    wrong.append((where, role, method, path))

    assert wrong == []


def test_roles_are_ordered() -> None:
    """Every workspace role holds what the one below it holds, and an auditor changes nothing."""
    acts = {scope.rpartition(".")[2] for scope in WORKSPACE_ROLES["auditor"] | ORGANISATION_ROLES["auditor"]}

    assert WORKSPACE_ROLES["member"] < WORKSPACE_ROLES["manager"] < WORKSPACE_ROLES["admin"] == WORKSPACE_SCOPES
    assert WORKSPACE_ROLES["auditor"] < WORKSPACE_ROLES["admin"]
    assert acts == {"read", "list", "view"}


ADMINS = "workspaces.update"
"""What an admin of a workspace holds, and a manager does not."""
KEY = {"name": "k", "scopes": ["completions.write", ADMINS]}
RAISING: list[tuple[str, str, dict[str, Any] | None, str]] = [
    ("POST", "/v1/api-keys/workspace/service", KEY, "scopes"),
    ("POST", "/v1/api-keys/workspace/user", KEY | {"user_id": "{admin}"}, "scopes"),
    ("PUT", "/v1/api-keys/{low}", {"scopes": ["completions.write", ADMINS]}, "scopes"),
    ("PUT", "/v1/api-keys/{high}", {"name": "mine"}, "scopes"),
    ("PUT", "/v1/api-keys/{high}", {"scopes": ["completions.write"]}, "scopes"),
    ("POST", "/v1/api-keys/{high}/rotate", None, "scopes"),
    ("POST", "/v1/api-keys/{high}/collect", None, "scopes"),
    ("POST", "/v1/admin/workspaces/default/users", {"users": [{"id": "{plain}", "role": "admin"}]}, "users[0].role"),
    ("POST", "/v1/admin/workspaces/default/users", {"users": [{"id": "{admin}", "role": "member"}]}, "users[0].role"),
    ("PUT", "/v1/admin/workspaces/default/users/{plain}", {"role": "admin"}, "role"),
    ("PUT", "/v1/admin/workspaces/default/users/{admin}", {"role": "member"}, "role"),
    ("DELETE", "/v1/admin/workspaces/default/users/{admin}", None, "role"),
]
"""What a manager tries, and the field at fault."""


async def cast(gateway: Gateway) -> dict[str, str]:
    """A plain member, an admin, and keys that hold less and more than a manager; their ids."""
    low = {"name": "low", "scopes": ["completions.write"]}
    return {
        "{plain}": await user(gateway, "plain@example.com", default="member"),
        "{admin}": await user(gateway, "admin@example.com", default="admin"),
        "{low}": (await made(gateway, "/api-keys/workspace/service", low))["id"],
        "{high}": (await made(gateway, "/api-keys/workspace/service", KEY))["id"],
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    """A path or a body with ids in place of names."""
    if isinstance(value, dict):
        return {name: filled(each, names) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    return re.sub(r"\{\w+\}", lambda found: names[found[0]], value) if isinstance(value, str) else value


async def test_manager_gives_and_takes_no_more_than_a_manager_holds(gateway: Gateway) -> None:
    """Field by field: whatever would make an admin of somebody, or touch one, is a 403 that names the scope."""
    names = await cast(gateway)
    manager = await user(gateway, "manager@example.com", default="manager")
    key = await made(gateway, "/api-keys/workspace/user", {"name": "m", "user_id": manager})

    async with client(gateway.url, key["key"]) as someone:
        answers = [
            await someone.request(method, filled(path, names), json=filled(body, names))
            for method, path, body, _ in RAISING
        ]

    told = [(answer.status_code, answer.json()["error"]["param"]) for answer in answers]
    assert told == [(403, param) for *_, param in RAISING]
    assert all(f"`{ADMINS}`" in answer.json()["error"]["message"] for answer in answers)


@pytest.mark.parametrize(
    ("method", "path", "body", "param"),
    [
        ("POST", "/v1/admin/users/invites", {"role": "admin"}, "role"),
        ("POST", "/v1/admin/users/invites", {"workspaces": [{"id": "default", "role": "admin"}]}, "workspaces[0].role"),
        (
            "POST",
            "/v1/admin/users/invites",
            {
                "workspaces": [{"id": "default", "role": "member"}],
                "workspace_api_key_details": {"scopes": ["completions.write"]},
            },
            "workspaces[0].role",
        ),
        ("POST", "/v1/admin/users/invites/{invite}/resend", None, "role"),
        ("PUT", "/v1/admin/users/{plain}", {"role": "admin"}, "role"),
        ("PUT", "/v1/admin/users/{above}", {"role": "member"}, "role"),
        ("PUT", "/v1/admin/users/{above}", {"first_name": "X"}, "role"),
        ("DELETE", "/v1/admin/users/{above}", None, "role"),
        ("POST", "/v1/admin/workspaces", {"name": "x", "users": ["{plain}"]}, "users"),
    ],
)
async def test_who_manages_users_raises_nobody(
    gateway: Gateway, method: str, path: str, body: dict[str, Any] | None, param: str
) -> None:
    """A key that may do everything with users, and nothing else, makes no admin and touches none."""
    acts = ("create", "read", "update", "delete", "list")
    invite = {"email": "late@example.com", "role": "admin"}
    names = {
        "{plain}": await user(gateway, "plain@example.com"),
        "{above}": await user(gateway, "above@example.com", role="admin"),
        "{invite}": (await made(gateway, "/admin/users/invites", invite))["id"],
    }
    said = None if body is None else filled({"email": "new@example.com"} | body if "invites" in path else body, names)

    async with await organisation_key(
        gateway, "workspaces.create", *(f"organisation_users.{act}" for act in acts)
    ) as k:
        answer = await k.request(method, filled(path, names), json=said)

    assert (answer.status_code, answer.json()["error"]["param"]) == (403, param)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/api-keys/organisation/service", {"name": "k", "scopes": ["completions.write"]}, 403),
        ("POST", "/v1/api-keys/workspace/service", {"name": "k", "scopes": ["audit_logs.list"]}, 400),
        ("POST", "/v1/api-keys/workspace/service", {"name": "k", "scopes": ["logs.list"], "workspace_id": "b"}, 400),
        ("POST", "/v1/providers", {"name": "p", "integration_id": "demo", "workspace_id": "b"}, 400),
        ("POST", "/v1/configs", {"name": "c", "config": {"provider": "@demo"}, "workspace_id": "b"}, 400),
        ("POST", "/v1/integrations", {"name": "i", "ai_provider_id": "openai", "key": "k", "workspace_id": "b"}, 400),
        ("PUT", "/v1/integrations/demo", {"name": "mine"}, 403),
        ("PUT", "/v1/integrations/demo/models", {"models": []}, 403),
        ("PUT", "/v1/integrations/demo/workspaces", {"workspaces": []}, 403),
        ("PUT", "/v1/admin/workspaces/b", {"name": "mine"}, 404),
        ("GET", "/v1/admin/workspaces/b/users", None, 404),
    ],
)
async def test_admin_of_a_workspace_stays_within_it(
    gateway: Gateway, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    """A key with all that a workspace's key can hold makes nothing elsewhere, and changes nothing of others."""
    await workspace(gateway, "b")
    everything = {"name": "all", "scopes": sorted(WORKSPACE_SCOPES)}
    key = await made(gateway, "/api-keys/workspace/service", everything)

    async with client(gateway.url, key["key"]) as someone:
        answer = await someone.request(method, path, json=body)

    assert answer.status_code == status
