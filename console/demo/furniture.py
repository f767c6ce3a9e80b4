"""What the demo's gateway is furnished with, made as anyone would make it: over the admin API.

Budgets are so small that one of them is empty within minutes: how that looks is a part of the show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.commandline.launch import NotStarted
from console.demo.traffic import PROVIDER

if TYPE_CHECKING:
    import httpx

Json = dict[str, Any]
TIMEOUT_SECONDS = 10.0

SHAKY: Json = {
    "strategy": {"mode": "loadbalance"},
    "targets": [
        {"provider": PROVIDER, "weight": 2},
        {
            "weight": 1,
            "strategy": {"mode": "fallback"},
            "targets": [
                {"provider": PROVIDER, "override_params": {"model": "demo-error-503"}},
                {"provider": PROVIDER},
            ],
        },
    ],
}
"""Sends a third of an application's requests to a model that fails, and on from there: so that routing can be seen."""
FRUGAL: Json = {
    "strategy": {
        "mode": "conditional",
        "conditions": [{"query": {"metadata.plan": {"$eq": "paid"}}, "then": "better"}],
        "default": "cheaper",
    },
    "targets": [
        {"name": "better", "provider": PROVIDER, "override_params": {"model": "gpt-4o"}},
        {
            "name": "cheaper",
            "provider": PROVIDER,
            "override_params": {"model": "gpt-4o-mini"},
            "cache": {"mode": "simple"},
        },
    ],
}
"""Nobody is ruled by it: something to open in the editor, and to explain."""


def dollars(limit: float, period: str = "monthly", **more: Any) -> Json:
    """A budget of money; the demo's own models have no price, and cost it nothing."""
    return {"credit_limit": limit, "type": "cost", "periodic_reset": period, "unpriced": "allow"} | more


APPLICATIONS: dict[str, Json] = {
    "Web shop": {"usage_limits": [dollars(5, alert_thresholds=[50, 80])]},
    "Support desk": {"rate_limits": [{"type": "tokens", "unit": "rpm", "value": 40_000}]},
    "Nightly batch": {"usage_limits": [dollars(0.004, "daily", alert_thresholds=[50])]},
    "Ada's laptop": {"rate_limits": [{"type": "requests", "unit": "rpm", "value": 20}]},
}
"""Each has a key, with these limits."""
ROUTED = "Support desk"
"""Its requests go by the shaky config."""


def furnish(url: str, operator_key: str, vendor_url: str) -> dict[str, str]:
    """Make an account with the vendor, configs, limits, a department and people; the applications' keys by name.

    Raises NotStarted.
    """
    import httpx

    headers = {"x-portkey-api-key": operator_key}
    with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False) as client:
        slug = PROVIDER.removeprefix("@")
        integration = {
            "name": "Simulated vendor",
            "slug": slug,
            "ai_provider_id": "openai",
            "key": "sk-simulated-vendor",
            "description": "Answers like OpenAI from this machine.",
            "configurations": {"custom_host": f"{vendor_url}/v1"},
            "create_default_provider": True,
            "default_provider_slug": slug,
        }
        created(client, "/v1/integrations", integration)
        config = created(client, "/v1/configs", {"name": ROUTED, "config": SHAKY})["data"]["slug"]
        created(client, "/v1/configs", {"name": "Better answers for who pays", "config": FRUGAL})
        keys = {name: key_for(client, name, config if name == ROUTED else None) for name in APPLICATIONS}
        organise(client)
        return keys


def key_for(client: httpx.Client, name: str, config: str | None) -> str:
    """An application's key, with a config that its requests go by."""
    defaults = {"defaults": {"config_id": config}} if config else {}
    body = {"name": name, "scopes": ["completions.write"], **APPLICATIONS[name], **defaults}
    key: str = created(client, "/v1/api-keys/workspace/service", body)["key"]
    return key


def organise(client: httpx.Client) -> None:
    """A department with money of its own, somebody invited to it, and what a user may spend, only counted so far."""
    department = {"name": "Marketing", "description": "Campaigns and the newsletter", "usage_limits": [dollars(20)]}
    workspace = created(client, "/v1/admin/workspaces", department)["id"]
    invite = {"email": "grace@example.com", "role": "member", "workspaces": [{"id": workspace, "role": "admin"}]}
    created(client, "/v1/admin/users/invites", invite)
    policy = {
        "name": "A cent a day for each user of gpt-4o",
        "conditions": [{"key": "model", "value": f"{PROVIDER}/gpt-4o"}],
        "group_by": [{"key": "metadata._user"}],
        "shadow": True,
    }
    created(client, "/v1/policies/usage-limits", policy | dollars(0.01, "daily"))


def created(client: httpx.Client, path: str, body: Json) -> Json:
    """What the admin API made. Raises NotStarted with its words if it would not."""
    answer = client.post(path, json=body)
    if not answer.is_success:
        raise NotStarted(f"The gateway refused {path} ({answer.status_code}): {answer.text[:300]}")
    made: Json = answer.json()
    return made
