"""What this operator may do: which scope each act needs, in one table, and why an act is therefore not offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from console.keyboard import Place
from console.wire.own_key import OwnKey

LOOKING = ("read", "list", "view")
"""Last words of scopes that change nothing."""


@dataclass(frozen=True, slots=True)
class Need:
    """One of these scopes; none where it depends on the row, or on another key."""

    scopes: tuple[str, ...]

    @property
    def changes(self) -> bool:
        """Whether a read-only console leaves it out."""
        return not self.scopes or any(scope.rpartition(".")[2] not in LOOKING for scope in self.scopes)


def one_of(*scopes: str) -> Need:
    """Whoever holds one of them may."""
    return Need(scopes)


def changing(verb: str) -> dict[str, Need]:
    """Creating, changing and deleting what the Catalog lists."""
    both = one_of(f"organisation_integrations.{verb}", f"workspace_integrations.{verb}")
    models = one_of("organisation_integrations.update", "workspace_integrations.update")
    return {"integrations": both, "providers": one_of(f"providers.{verb}"), "models": models}


def people(verb: str) -> dict[str, Need]:
    """Creating, changing and deleting what People lists."""
    users = one_of(f"organisation_users.{verb}")
    return {"workspaces": one_of(f"workspaces.{verb}"), "users": users, "invites": users}


OWNERS = ("workspaces", "providers", "organisation_integrations", "workspace_integrations")
"""What a limit may stand at, beside a key and a policy."""
KEYS = ("workspace_service_api_keys", "workspace_user_api_keys", "organisation_service_api_keys")
LIMITING = one_of("policies.update", *(f"{owner}.update" for owner in (*OWNERS, *KEYS)))
CHANGES_KEYS = one_of(*(f"{kind}.update" for kind in KEYS))
CHANGES_ACCOUNT = one_of("organisation_integrations.update", "workspace_integrations.update")
CHANNELS = one_of("organisation_settings.update")
NEEDS: Mapping[tuple[Place, str], Need | Mapping[str, Need]] = {
    ("catalog", "new"): changing("create"),
    ("catalog", "edit"): changing("update"),
    ("catalog", "delete"): changing("delete"),
    ("catalog", "switch"): {"models": CHANGES_ACCOUNT},
    ("catalog", "mark"): {"models": CHANGES_ACCOUNT},
    ("catalog", "switch_shown"): {"models": CHANGES_ACCOUNT},
    ("catalog", "test"): {"integrations": CHANGES_ACCOUNT},
    ("catalog", "provision"): {"integrations": CHANGES_ACCOUNT},
    ("catalog", "limit"): {"providers": one_of("providers.update")},
    ("entry", "edit"): changing("update"),
    ("entry", "delete"): changing("delete"),
    ("entry", "switch"): {"models": CHANGES_ACCOUNT},
    ("entry", "test"): {"integrations": CHANGES_ACCOUNT},
    ("entry", "provision"): {"integrations": CHANGES_ACCOUNT},
    ("entry", "limit"): {"providers": one_of("providers.update")},
    ("configs", "new"): one_of("configs.create"),
    ("configs", "edit"): one_of("configs.update"),
    ("configs", "delete"): one_of("configs.delete"),
    ("config", "save"): one_of("configs.create", "configs.update"),
    ("versions", "roll_back"): one_of("configs.update"),
    ("alerts", "new"): CHANNELS,
    ("alerts", "edit"): CHANNELS,
    ("alerts", "delete"): CHANNELS,
    ("alerts", "switch"): CHANNELS,
    ("alerts", "test"): CHANNELS,
    ("people", "new"): people("create"),
    ("people", "edit"): people("update"),
    ("people", "delete"): people("delete"),
    ("people", "resend"): {"invites": one_of("organisation_users.create")},
    ("workspace", "new"): one_of("workspace_users.create"),
    ("workspace", "edit"): {"members": one_of("workspace_users.update")},
    ("workspace", "delete"): {"members": one_of("workspace_users.delete")},
    ("audit", "verify"): one_of("audit_logs.list"),
    ("connect", "new"): one_of(*(f"{kind}.create" for kind in KEYS)),
    ("connect", "test"): one_of(),
    ("playground", "send"): one_of("completions.write"),
    ("playground", "again"): one_of("completions.write"),
    ("logs", "limit"): one_of("policies.list"),
    ("log", "limit"): one_of("policies.list"),
    ("logs", "save_view"): one_of(),
    ("logs", "mark"): one_of("logs.export"),
    ("logs", "export"): one_of("logs.export"),
    ("views", "delete"): one_of(),
    ("limits", "new"): LIMITING,
    ("limits", "edit"): LIMITING,
    ("limits", "delete"): LIMITING,
    ("limits", "raise"): one_of("policies.update"),
    ("limits", "reset"): one_of("policies.update"),
    ("limit", "edit"): LIMITING,
    ("limit", "raise"): one_of("policies.update"),
    ("limit", "reset"): one_of("policies.update"),
    ("keys", "new"): one_of(*(f"{kind}.create" for kind in KEYS)),
    ("keys", "edit"): CHANGES_KEYS,
    ("keys", "delete"): one_of(*(f"{kind}.delete" for kind in KEYS)),
    ("keys", "rotate"): one_of(*(f"{kind}.rotate" for kind in KEYS)),
    ("keys", "mark"): one_of(*(f"{kind}.{verb}" for kind in KEYS for verb in ("update", "delete"))),
    ("keys", "pause_key"): CHANGES_KEYS,
    ("keys", "scopes"): CHANGES_KEYS,
    ("keys", "limit"): CHANGES_KEYS,
    ("key", "edit"): CHANGES_KEYS,
    ("key", "delete"): one_of(*(f"{kind}.delete" for kind in KEYS)),
    ("key", "rotate"): one_of(*(f"{kind}.rotate" for kind in KEYS)),
    ("key", "pause_key"): CHANGES_KEYS,
    ("key", "scopes"): CHANGES_KEYS,
    ("key", "limit"): CHANGES_KEYS,
}
"""By place and action, on some screens for the lists that have the act; an act that is not here needs nothing."""


SEES: Mapping[str, Need] = {
    "key": one_of(*(f"{kind}.list" for kind in KEYS)),
    "config": one_of("configs.list"),
    "provider": one_of("providers.list"),
    "integration": one_of("organisation_integrations.list", "workspace_integrations.list"),
    "workspace": one_of("workspaces.list"),
    "user": one_of("organisation_users.list"),
    "limit": one_of("policies.list"),
    "channel": one_of("organisation_settings.read"),
    "log": one_of("logs.view"),
}
"""What it takes to list a kind of things that `:` offers, or to see one."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whether changes are wanted at all, and whose key it is; None until the gateway has said."""

    is_read_only: bool = False
    key: OwnKey | None = None

    def why_not(self, place: Place, action: str, listing: str = "") -> str | None:
        """Why an act is not offered, None if it is."""
        need = need_of(place, action, listing)
        if need is None:
            return elsewhere(place, action, listing)
        if self.is_read_only and need.changes:
            return "this console is read-only"
        if self.holds(need):
            return None
        assert self.key is not None, "whoever is not known is not refused"
        return f"needs the scope `{need.scopes[0]}`, which key `{self.key.name}` lacks"

    def sees(self, kind: str) -> bool:
        """Whether things of a kind may be listed, as far as that is known."""
        return self.holds(SEES[kind])

    def holds(self, need: Need) -> bool:
        """Whether one of the scopes is there; before the gateway has said, it is."""
        return self.key is None or not need.scopes or bool(set(self.key.scopes) & set(need.scopes))


def elsewhere(place: Place, action: str, listing: str) -> str | None:
    """In which lists an act is at home, if this is none of them."""
    lists = NEEDS.get((place, action.partition("(")[0]))
    if not listing or lists is None or isinstance(lists, Need):
        return None
    return f"only in {', '.join(lists)}"


def need_of(place: Place, action: str, listing: str = "") -> Need | None:
    """What an act needs, written as in the table of keys; an argument that names a list is that list's."""
    name, _, argument = action.partition("(")
    found = NEEDS.get((place, name.rpartition(".")[2]))
    if found is None or isinstance(found, Need):
        return found
    return found.get(argument.strip("()'\"") or listing)
