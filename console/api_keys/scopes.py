"""What an API key may do: scopes, and the few sets of them that are usually wanted. Source: Portkey's API keys."""

from collections.abc import Collection
from functools import lru_cache

CRUD = "create read update delete list"
ALL = {
    "completions": "write",
    "models": "list",
    "logs": "list view export write",
    "analytics": "view",
    "configs": CRUD,
    "providers": CRUD,
    "workspace_integrations": CRUD,
    "workspace_mcp_integrations": CRUD,
    "workspace_agent_integrations": CRUD,
    "virtual_keys": f"{CRUD} duplicate copy",
    "policies": CRUD,
    "guardrails": f"{CRUD} invoke",
    "prompts": f"{CRUD} publish render",
    "workspaces": CRUD,
    "workspace_users": CRUD,
    "workspace_service_api_keys": f"{CRUD} rotate",
    "workspace_user_api_keys": f"{CRUD} rotate",
    "agent_servers": CRUD,
    "mcp_servers": CRUD,
    "mcp": "invoke",
    "agents": "invoke",
    "organisation_integrations": CRUD,
    "organisation_mcp_integrations": CRUD,
    "organisation_agent_integrations": CRUD,
    "organisation_service_api_keys": f"{CRUD} rotate",
    "organisation_users": CRUD,
    "organisation_guardrails": CRUD,
    "organisation_exclusions": "update list",
    "organisation_settings": "read update",
    "audit_logs": "list",
    "plugins": "create update list",
    "deployments": CRUD,
    "secret_references": CRUD,
}
"""Every scope there is, the part before the dot and the parts after it."""

EVERYTHING = [f"{noun}.{verb}" for noun, verbs in ALL.items() for verb in verbs.split()]
LOOKING = ("view", "read", "list")

TEMPLATES: dict[str, tuple[str, list[str]]] = {
    "application": ("application: completions.write", ["completions.write"]),
    "webui": ("Open WebUI: completions, and it says who asks", ["completions.write"]),
    "viewer": ("viewer: may look, changes nothing", [s for s in EVERYTHING if s.split(".")[1] in LOOKING]),
    "operator": ("operator: everything", EVERYTHING),
}
"""By name: (as a form offers it, the scopes)."""


NOUNS = {
    "completions": "requests to models",
    "models": "what may be asked for",
    "logs": "the log of requests",
    "analytics": "requests and costs in figures",
    "configs": "routing configs",
    "providers": "names of integrations",
    "workspace_integrations": "vendor accounts of its workspace",
    "virtual_keys": "vendor keys, as Portkey had them",
    "policies": "budgets and rates by conditions, and how limits stand",
    "workspaces": "departments",
    "workspace_users": "members of workspaces",
    "workspace_service_api_keys": "keys of applications",
    "workspace_user_api_keys": "keys of users",
    "organisation_integrations": "vendor accounts of the organisation",
    "organisation_service_api_keys": "keys of the organisation",
    "organisation_users": "users and invites",
    "organisation_settings": "settings and channels",
    "audit_logs": "who changed what",
}
"""What a scope is about, where its name does not say it by itself."""
VERBS = {
    "write": "send",
    "list": "list",
    "read": "look into",
    "view": "look at",
    "create": "make",
    "update": "change",
    "delete": "delete",
    "export": "export",
    "rotate": "give new secrets to",
    "render": "fill in",
}


def allows(scope: str) -> str:
    """What a scope lets a key do, in words: `give new secrets to keys of applications`."""
    if scope == "logs.write":
        return "report requests made elsewhere"
    noun, _, verb = scope.partition(".")
    return f"{VERBS.get(verb, verb)} {NOUNS.get(noun, noun.replace('_', ' '))}"


def grouped(scopes: Collection[str]) -> list[str]:
    """In the order of the table: what belongs together stands together."""
    return [scope for scope in EVERYTHING if scope in scopes]


WORKSPACE_ACTS = {"workspaces": ("read", "update", "list")} | {
    f"organisation_{kind}integrations": ("list",) for kind in ("", "mcp_", "agent_")
}
"""What a workspace's key may do with these, and no more."""
ORGANISATION_ONLY = ("audit_logs", "plugins", "deployments", "secret_references")


def is_for_organisation(scopes: Collection[str]) -> bool:
    """Whether only a key of the organisation may hold all of these."""
    return any(not is_for_workspace(*scope.partition(".")[::2]) for scope in scopes)


def is_for_workspace(noun: str, verb: str) -> bool:
    """Whether a workspace's key may hold a scope."""
    if noun in WORKSPACE_ACTS:
        return verb in WORKSPACE_ACTS[noun]
    return noun not in ORGANISATION_ONLY and not noun.startswith("organisation_")


def scopes_of(text: str) -> list[str]:
    """Scopes out of a list with commas or spaces between."""
    return text.replace(",", " ").split()


def short_scopes(scopes: Collection[str]) -> str:
    """`completions.write`, `logs.view +3`, or the name of a larger set that it is."""
    return said_shortly(tuple(scopes))


@lru_cache(maxsize=256)
def said_shortly(scopes: tuple[str, ...]) -> str:
    """The same, found once for the few sets that a hundred thousand keys share."""
    for name, (_, wanted) in TEMPLATES.items():
        if len(wanted) > 1 and set(scopes) >= set(wanted) and (name == "operator" or len(scopes) == len(wanted)):
            return f"{name} ({len(scopes)})"
    first = next(iter(scopes), "none")
    return first if len(scopes) <= 1 else f"{first} +{len(scopes) - 1}"


def scopes_problem(text: str) -> str | None:
    """What is wrong with a list of scopes: each is a noun, a dot and a verb; whether it exists the gateway knows."""
    wrong = [scope for scope in scopes_of(text) if len([part for part in scope.split(".") if part]) != 2]
    return f"`{wrong[0]}` is no scope; one looks like `completions.write`" if wrong else None
