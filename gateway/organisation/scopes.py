"""What an API key may be allowed to do. Source: Portkey's table of scopes, by the same names."""

from collections.abc import Mapping

CRUD = ("create", "read", "update", "delete", "list")
MANAGED: Mapping[str, tuple[str, ...]] = {
    "organisation_users": CRUD,
    "organisation_service_api_keys": (*CRUD, "rotate"),
    "organisation_settings": ("read", "update"),
    "organisation_guardrails": CRUD,
    "organisation_exclusions": ("update", "list"),
    "organisation_integrations": CRUD,
    "organisation_mcp_integrations": CRUD,
    "organisation_agent_integrations": CRUD,
    "audit_logs": ("list",),
    "plugins": ("create", "update", "list"),
    "deployments": CRUD,
    "secret_references": CRUD,
    "workspaces": CRUD,
    "workspace_service_api_keys": (*CRUD, "rotate"),
    "workspace_user_api_keys": (*CRUD, "rotate"),
    "workspace_users": CRUD,
    "workspace_integrations": CRUD,
    "workspace_mcp_integrations": CRUD,
    "workspace_agent_integrations": CRUD,
    "prompts": (*CRUD, "publish", "render"),
    "configs": CRUD,
    "guardrails": (*CRUD, "invoke"),
    "virtual_keys": (*CRUD, "duplicate", "copy"),
    "providers": CRUD,
    "policies": CRUD,
    "agent_servers": CRUD,
    "mcp_servers": CRUD,
    "models": ("list",),
    "analytics": ("view",),
    "logs": ("export", "list", "view", "write"),
    "completions": ("write",),
    "mcp": ("invoke",),
    "agents": ("invoke",),
}

SCOPES = frozenset(f"{resource}.{act}" for resource, acts in MANAGED.items() for act in acts)
"""Every scope there is; the owner's key holds them all."""

ORGANISATION_ONLY = frozenset(
    {
        "organisation_users",
        "organisation_service_api_keys",
        "organisation_settings",
        "organisation_guardrails",
        "organisation_exclusions",
        "audit_logs",
        "plugins",
        "deployments",
        "secret_references",
    }
)
"""Resources that a workspace has no part in."""
SEEN = frozenset({"organisation_integrations", "organisation_mcp_integrations", "organisation_agent_integrations"})
"""Resources of the organisation that a workspace may only list."""
WORKSPACE_ACTS: Mapping[str, tuple[str, ...]] = {
    "workspaces": ("read", "update", "list"),
    **dict.fromkeys(SEEN, ("list",)),
}
"""What a workspace may do with a resource, where that is less than everything."""
WORKSPACE_SCOPES = frozenset(
    f"{resource}.{act}"
    for resource, acts in MANAGED.items()
    if resource not in ORGANISATION_ONLY
    for act in WORKSPACE_ACTS.get(resource, acts)
)
"""Every scope that a workspace's key may hold."""
