"""What is wrong with an API key that somebody wants to make or change."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from gateway.api.admin.door import Problems
from gateway.api.admin.limited import check_limits
from gateway.exports.lines import wrong_with as wrong_with_export_settings
from gateway.moments import epoch_ms, now_ms
from gateway.organisation.key_defaults import KeyDefaults
from gateway.organisation.key_defaults import wrong_with as wrong_with_defaults
from gateway.organisation.rotations import RotationPolicy
from gateway.organisation.rotations import wrong_with as wrong_with_policy
from gateway.organisation.scopes import SCOPES, WORKSPACE_SCOPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from gateway.api.admin.key_shapes import ApiKeyChange, NewApiKey
    from gateway.configs.saved import Saved
    from gateway.domain import Caller
    from gateway.snapshot import Snapshot

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")
MOST_EMAILS = 20


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is, or is to be."""

    kind: str
    """Such as `workspace-service`."""
    workspace: str
    user_id: str | None

    @property
    def is_organisation(self) -> bool:
        """Whether it belongs to no workspace."""
        return self.kind.startswith("organisation")

    @property
    def is_user(self) -> bool:
        """Whether it is a person's."""
        return self.kind.endswith("user")

    def allowed(self, snapshot: Snapshot) -> frozenset[str]:
        """The most that such a key may hold."""
        most = SCOPES if self.is_organisation else WORKSPACE_SCOPES
        if not self.is_user:
            return most
        return most & snapshot.people.granted(self.user_id or "", None if self.is_organisation else self.workspace)


def check(data: NewApiKey | ApiKeyChange, scopes: Collection[str], holder: Holder, snapshot: Snapshot) -> None:
    """Raises BadRequest with everything that is wrong."""
    problems = Problems()
    problems.check(data.name is msgspec.UNSET or bool(data.name.strip()), "name", "is needed")
    check_user(problems, holder, snapshot)
    problems.add(wrong_with_scopes(scopes, holder, snapshot))
    expires_at = epoch_ms(data.expires_at) if isinstance(data.expires_at, datetime) else None
    problems.check(expires_at is None or expires_at > now_ms(), "expires_at", "is in the past")
    if isinstance(data.defaults, KeyDefaults):
        problems.add(wrong_with_defaults(data.defaults, saved_for(holder, snapshot)))
        problems.add(wrong_with_export_settings(data.defaults.export_settings))
    check_limits(data, problems)
    problems.add(wrong_with_emails(data.alert_emails if isinstance(data.alert_emails, list) else []))
    if isinstance(data.rotation_policy, RotationPolicy):
        problems.add(wrong_with_policy(data.rotation_policy, now_ms()))
    problems.settle()


def check_user(problems: Problems, holder: Holder, snapshot: Snapshot) -> None:
    """A user's key needs one that there is."""
    if not holder.is_user:
        return
    problems.check(bool(holder.user_id), "user_id", "is needed for a user's key")
    known = not holder.user_id or holder.user_id in snapshot.people.roles
    problems.check(known, "user_id", f"is no user: `{(holder.user_id or '')[:60]}`")


def wrong_with_scopes(scopes: Collection[str], holder: Holder, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Scopes that there are not, or that such a key cannot hold."""
    if not scopes:
        yield "scopes", "must name at least one scope"
    allowed = holder.allowed(snapshot)
    for place, scope in enumerate(scopes):
        if scope not in SCOPES:
            yield f"scopes[{place}]", f"is no scope: `{scope[:60]}`"
        elif not holder.is_organisation and scope not in WORKSPACE_SCOPES:
            yield f"scopes[{place}]", f"is for keys of the organisation alone: `{scope}`"
        elif scope not in allowed and holder.user_id in snapshot.people.roles:
            yield f"scopes[{place}]", f"is more than the user's role allows: `{scope}`"


def wrong_with_emails(emails: Collection[str]) -> Iterator[tuple[str, str]]:
    """Addresses that are none."""
    if len(emails) > MOST_EMAILS:
        yield "alert_emails", f"must be at most {MOST_EMAILS}"
    for place, email in enumerate(emails):
        if not EMAIL.fullmatch(email):
            yield f"alert_emails[{place}]", f"is no address: `{email[:60]}`"


def saved_for(holder: Holder, snapshot: Snapshot) -> Saved:
    """The saved configs that a key's requests may go by."""
    if holder.is_organisation:
        return snapshot.saved
    theirs = {slug: one for slug, one in snapshot.configs.items() if one.workspace == holder.workspace}
    return dataclasses.replace(snapshot.saved, configs=theirs)


def usual_scopes(holder: Holder, caller: Caller, snapshot: Snapshot) -> list[str]:
    """Of a user's key that names none: what the user may, as far as the caller may give it."""
    return sorted(holder.allowed(snapshot) & caller.scopes) if holder.is_user else []
