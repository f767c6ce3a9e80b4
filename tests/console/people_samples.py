"""A company with two departments, as the gateway says it."""

from __future__ import annotations

from typing import Any

from tests.console.fake_gateway import FakeGateway
from tests.console.samples import api_key, limit

Json = dict[str, Any]


def workspace(slug: str, **changes: Any) -> Json:
    """A department."""
    usual: Json = {
        "id": f"id-{slug}",
        "slug": slug,
        "name": slug.capitalize(),
        "description": None,
        "status": "active",
        "is_default": 0,
        "created_at": "2026-11-01T08:00:00Z",
        "last_updated_at": None,
        "defaults": {"metadata": {"team": slug}, "config_id": None, "is_default": 0, "object": "workspace"},
        "usage_limits": None,
        "rate_limits": None,
        "object": "workspace",
    }
    return usual | changes


def user(user_id: str, email: str, *workspaces: str, **changes: Any) -> Json:
    """A person."""
    first = email.partition("@")[0].capitalize()
    usual: Json = {"id": user_id, "first_name": first, "last_name": "", "role": "member", "email": email}
    return usual | {"created_at": "2026-11-02T08:00:00Z", "workspace_ids": list(workspaces), "object": "user"} | changes


def member(user_id: str, email: str, role: str, **changes: Any) -> Json:
    """Somebody in a workspace."""
    return {
        "id": user_id,
        "first_name": "Ada",
        "last_name": "L.",
        "email": email,
        "role": role,
        "org_role": "member",
    } | changes


def record(number: int, action: str = "update", **changes: Any) -> Json:
    """A row of the audit log."""
    usual: Json = {
        "number": number,
        "timestamp": f"2026-11-24T13:{number % 60:02d}:00Z",
        "method": "PUT",
        "uri": "/v1/integrations/openai-prod",
        "request_id": f"req-{number}",
        "response_status_code": 200,
        "resource_type": "integrations",
        "resource_id": "openai-prod",
        "action": action,
        "client_ip": "10.0.0.7",
        "user_agent": "tollhouse-console/0.1.0",
        "actor_id": "operator",
        "actor_name": "operator",
        "user_type": "api_key",
        "user_id": "operator",
        "workspace_id": None,
        "changes": [
            {
                "resource": "integrations",
                "id": "openai-prod",
                "before": {"name": "OpenAI", "key": "sk-a…wxyz"},
                "after": {"name": "OpenAI, production", "key": "sk-b…4321"},
            }
        ],
        "hash": f"{number:064x}",
        "previous_hash": f"{number - 1:064x}",
    }
    return usual | changes


def setting(name: str, value: str | None, **changes: Any) -> Json:
    """A setting of the gateway's."""
    usual: Json = {"name": name, "value": value, "default": value, "source": "default", "where": ""}
    words = {
        "says": f"What {name} is for.",
        "accepts": "any text",
        "flag": f"--{name}",
        "variable": f"TOLLHOUSE_{name.upper()}",
    }
    return usual | words | changes


def finding(level: str, about: str, what: str, mend: str | None = None) -> Json:
    """What the gateway has found about itself."""
    return {"level": level, "about": about, "what": what, "mend": mend, "object": "finding"}


def company() -> FakeGateway:
    """Two departments, two people, one invited, some history."""
    gateway = FakeGateway()
    populate(gateway)
    gateway.keys = [
        api_key(
            "key-1",
            "ada's key",
            user_id="u-1",
            workspace_id="marketing",
            type="workspace-user",
            last_used_at="2026-11-24T12:30:00Z",
        )
    ]
    gateway.limits.rows = [limit("l-1", "workspace", "marketing", limit=200.0, spent=18.42, left=181.58)]
    return gateway


def populate(gateway: FakeGateway) -> None:
    """The people of the company, and what the gateway says of itself."""
    people = gateway.people
    people.workspaces = [workspace("default", is_default=1), workspace("marketing")]
    people.users = [user("u-1", "ada@example.com", "marketing"), user("u-2", "bob@example.com", role="admin")]
    people.members = {"marketing": [member("u-1", "ada@example.com", "manager")]}
    people.invites = [
        {
            "id": "inv-0",
            "email": "eve@example.com",
            "role": "member",
            "workspaces": [{"id": "marketing", "role": "member"}],
            "status": "pending",
            "expires_at": "2026-11-30T08:00:00Z",
        }
    ]
    people.audit = [record(number) for number in range(3, 0, -1)]
    people.verdict = {"is_whole": True, "rows": 3, "head": "ab" * 32, "row": None, "what": "as it was written"}
    people.settings = [
        setting("home", "/srv/tollhouse", source="flag", where="`--home`"),
        setting("keep_bodies_days", "7", default="30", source="file", where="line 2 of /srv/tollhouse/tollhouse.toml"),
        setting(
            "operator_key", "th-o…ests", default=None, source="environment", where="TOLLHOUSE_OPERATOR_KEY", flag=None
        ),
    ]
    people.findings = [
        finding("ok", "log writer", "The log is written; 0 records wait"),
        finding("bad", "disk", "0.0 GB free on the disk of /srv", "Free some space before the log fills it."),
    ]
