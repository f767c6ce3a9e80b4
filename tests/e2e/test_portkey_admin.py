"""Portkey's own package administers the gateway: every resource made, read, listed, changed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from portkey_ai import Portkey

from tests.e2e.running import CHAT, Gateway, ask, client, eventually

HELLO = [{"role": "user", "content": "Hello"}]


@pytest.fixture
def portkey(gateway: Gateway) -> Iterator[Any]:
    """The package with the owner's key."""
    with httpx.Client(base_url=f"{gateway.url}/v1", trust_env=False, timeout=20) as http:
        yield Portkey(base_url=f"{gateway.url}/v1", api_key=gateway.key, http_client=http)


def plain(answer: Any) -> dict[str, Any]:
    """An answer of the package's as a dictionary; of what it has no words for it gives the HTTP response."""
    found: dict[str, Any] = answer.json() if isinstance(answer, httpx.Response) else answer.model_dump()
    return found


def completion(gateway: Gateway, key: str, **headers: str) -> httpx.Response:
    """A completion with some API key."""
    with client(gateway.url, key) as app:
        return app.post(CHAT, json=ask(model="gpt-4o"), headers=headers)


def test_integrations(portkey: Any, vendor_url: str) -> None:
    """An account with its models, and who may use it."""
    made = portkey.integrations.create(
        name="Second account",
        slug="second",
        ai_provider_id="openai",
        key="sk-second-0123456789",
        configurations={"custom_host": vendor_url},
    )
    portkey.integrations.update(slug="second", description="for tests")
    one = portkey.integrations.retrieve(slug="second")
    every = portkey.integrations.list()
    custom = {"slug": "ft:mine", "enabled": True, "is_custom": True, "base_model_slug": "gpt-4o"}
    portkey.integrations.models.update(slug="second", allow_all_models=False, models=[custom])
    models = portkey.integrations.models.list(slug="second")
    portkey.integrations.models.delete(slug="second", slugs="ft:mine")
    workspace = portkey.admin.workspaces.create(name="For the second")
    portkey.integrations.workspaces.update(slug="second", workspaces=[{"id": workspace.slug, "enabled": True}])
    where = portkey.integrations.workspaces.list(slug="second")
    portkey.integrations.delete(slug="second")
    portkey.admin.workspaces.delete(workspace_id=workspace.slug, name="For the second")

    assert (made.slug, one.description, one.masked_key[-3:]) == ("second", "for tests", "789")
    assert {"demo", "second"} <= {each["slug"] for each in plain(every)["data"]}
    assert "ft:mine" in {each["slug"] for each in plain(models)["models"]}
    assert workspace.slug in {each["id"] for each in plain(where)["workspaces"]}
    assert "second" not in {each["slug"] for each in plain(portkey.integrations.list())["data"]}


def test_providers(portkey: Any) -> None:
    """A name of an account, with a budget, until a day."""
    end = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    made = portkey.providers.create(
        name="Third name",
        integration_id="demo",
        slug="third",
        usage_limits={"credit_limit": 5, "type": "cost", "periodic_reset": "monthly"},
        expires_at=end,
    )
    portkey.providers.update(slug="third", note="noted", reset_usage=True)
    one = plain(portkey.providers.retrieve(slug="third"))
    every = plain(portkey.providers.list())
    portkey.providers.delete(slug="third")

    assert (made.slug, one["note"], one["status"]) == ("third", "noted", "active")
    assert one["usage_limits"]["credit_limit"] == 5
    assert "third" in {each["slug"] for each in every["data"]}
    assert "third" not in {each["slug"] for each in plain(portkey.providers.list())["data"]}


def test_configs(portkey: Any) -> None:
    """A config and its next version."""
    made = portkey.configs.create(name="Retrying", config={"retry": {"attempts": 1}})
    slug = made.data["slug"] if made.slug is None else made.slug
    changed = portkey.configs.update(slug=slug, config={"retry": {"attempts": 2}})
    one, every = plain(portkey.configs.retrieve(slug=slug)), plain(portkey.configs.list())
    portkey.configs.delete(slug=slug)

    assert plain(changed)["success"]
    assert '"attempts":2' in str(one["data"]["config"]).replace("'", '"').replace(" ", "")
    assert slug in {each["slug"] for each in every["data"]}


def test_api_keys(portkey: Any, gateway: Gateway) -> None:
    """A key that works until it is deleted; its secret is said once."""
    made = portkey.api_keys.create(
        type="workspace",
        sub_type="service",
        name="from the package",
        scopes=["completions.write"],
        rate_limits=[{"type": "requests", "unit": "rpm", "value": 100}],
        defaults={"metadata": {"team": "red"}},
    )
    works = completion(gateway, made.key, **{"x-portkey-provider": "@demo"}).status_code
    portkey.api_keys.update(id=made.id, description="described")
    one, every = plain(portkey.api_keys.retrieve(id=made.id)), plain(portkey.api_keys.list())
    portkey.api_keys.delete(id=made.id)
    gone = completion(gateway, made.key, **{"x-portkey-provider": "@demo"}).status_code

    assert (works, gone) == (200, 401)
    assert (one["name"], one["description"], one["rate_limits"][0]["value"]) == ("from the package", "described", 100)
    assert made.id in {each["id"] for each in every["data"]}
    assert made.key not in str(one) + str(every)


def test_virtual_keys(portkey: Any, gateway: Gateway, vendor_url: str, app_key: str) -> None:
    """An account and its name in one; requests use it by `x-portkey-virtual-key`, until it is deleted."""
    made = portkey.virtual_keys.create(
        name="Old style", provider="openai", key="sk-old-0123456789", usage_limits={"credit_limit": 5}
    )
    portkey.integrations.update(slug=made.slug, configurations={"custom_host": vendor_url})
    works = completion(gateway, app_key, **{"x-portkey-virtual-key": made.slug}).status_code
    portkey.virtual_keys.update(slug=made.slug, name="New name", note="noted", key="sk-new-9876543210")
    one, every = plain(portkey.virtual_keys.retrieve(slug=made.slug)), plain(portkey.virtual_keys.list())
    portkey.virtual_keys.delete(slug=made.slug)
    gone = completion(gateway, app_key, **{"x-portkey-virtual-key": made.slug}).status_code

    assert (made.slug, plain(made)["data"], works, gone) == ("old-style", {"slug": "old-style"}, 200, 404)
    assert (one["name"], one["note"], one["key"][-2:], one["provider"]) == ("New name", "noted", "10", "openai")
    assert (one["usage_limits"]["credit_limit"], one["object"]) == (5, "virtual-key")
    assert {"demo", "old-style"} <= {each["slug"] for each in every["data"]}
    assert "old-style" not in {each["slug"] for each in plain(portkey.integrations.list())["data"]}


def test_users_invites_and_workspaces(portkey: Any, gateway: Gateway) -> None:
    """Somebody is invited, joins, becomes a manager of a workspace, and leaves."""
    workspace = portkey.admin.workspaces.create(name="Packaged", description="of the package")
    where = workspace.id
    portkey.admin.workspaces.update(workspace_id=where, description="changed")
    invite = portkey.admin.users.invites.create(
        email="ada@example.com", role="member", workspaces=[{"id": where, "role": "member"}]
    )
    invites = plain(portkey.admin.users.invites.list(email="ada@example.com", page_size=10))
    portkey.admin.users.invites.resend(invite_id=invite.id)
    link = plain(portkey.admin.users.invites.retrieve(invite_id=invite.id))
    token = gateway.admin.post(f"/v1/admin/users/invites/{invite.id}/resend").json()["invite_link"].partition("#")[2]
    user = gateway.admin.post("/v1/admin/users/invites/accept", json={"token": token}).json()["user_id"]
    members = portkey.admin.workspaces.users
    members.update(workspace_id=where, user_id=user, role="manager")
    member = plain(members.retrieve(workspace_id=where, user_id=user))
    listed = plain(members.list(workspace_id=where, role="manager"))
    members.delete(workspace_id=where, user_id=user)
    members.create(workspace_id=where, users=[{"id": user, "role": "member"}])
    portkey.admin.users.update(user_id=user, role="admin")
    one = plain(portkey.admin.users.retrieve(user_id=user))
    paged = plain(portkey.admin.users.list(page_size=1, current_page=0))
    described = plain(portkey.admin.workspaces.retrieve(workspace_id=where))
    named = plain(portkey.admin.workspaces.list(name="Packaged"))
    portkey.admin.users.delete(user_id=user)
    portkey.admin.workspaces.delete(workspace_id=where, name="Packaged")

    assert [each["email"] for each in invites["data"]] == ["ada@example.com"]
    assert link["status"] == "pending"
    assert (member["role"], [each["id"] for each in listed["data"]]) == ("manager", [user])
    assert (one["email"], one["role"]) == ("ada@example.com", "admin")
    assert len(paged["data"]) == 1
    assert (described["description"], [each["id"] for each in named["data"]]) == ("changed", [where])
    assert where not in {each["id"] for each in plain(portkey.admin.workspaces.list())["data"]}


@pytest.mark.parametrize(
    ("kind", "limit", "changed"),
    [
        ("usage-limits", {"type": "cost", "credit_limit": 10, "periodic_reset": "monthly"}, {"credit_limit": 20}),
        ("rate-limits", {"type": "requests", "unit": "rpm", "value": 100}, {"value": 200}),
    ],
)
def test_policies(portkey: Any, kind: str, limit: dict[str, Any], changed: dict[str, Any]) -> None:
    """A budget or a rate for whoever fits it: the package has no words for them, and sends what it is given."""
    rule = {"conditions": [{"key": "metadata._team", "value": "blue"}], "group_by": [{"key": "api_key"}]}
    made = plain(portkey.post(f"/policies/{kind}", name=kind, **rule, **limit))
    where = f"/policies/{kind}/{made['id']}"
    portkey.put(path=where, body=changed)
    one, every = plain(portkey.get(path=where)), plain(portkey.get(path=f"/policies/{kind}"))
    portkey.delete(path=where)

    assert one.items() >= (limit | changed).items()
    assert made["id"] in {each["id"] for each in every["data"]}
    assert made["id"] not in {each["id"] for each in plain(portkey.get(path=f"/policies/{kind}"))["data"]}


def test_logs_and_analytics(portkey: Any, gateway: Gateway, app_key: str) -> None:
    """What requests came to is told in Portkey's shapes."""
    since = datetime.now(UTC) - timedelta(minutes=5)
    completion(gateway, app_key, **{"x-portkey-provider": "@demo", "x-portkey-metadata": '{"team": "of-analytics"}'})
    span = {
        "time_of_generation_min": since.isoformat(),
        "time_of_generation_max": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
        "metadata": '{"team": "of-analytics"}',
    }
    eventually(lambda: gateway.health()["writer"]["waiting"] == 0)

    graph = plain(portkey.analytics.graphs.requests(**span))
    summary = plain(portkey.analytics.summary.cache(**span))

    assert graph["summary"]["total"] >= 1
    assert summary
