"""Which fields of the log no export has: said by the organisation, a workspace, a key. Source: portkey.ai."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.domain import Caller
    from gateway.organisation.workspaces import Workspace
    from store.ids import Slug


class ExportSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for exports."""

    denied_fields: list[str] = msgspec.field(default_factory=list, name="deniedFields")
    """Fields that no export has."""


def denied_in(*said: ExportSettings | None) -> frozenset[str]:
    """All fields that somebody denies."""
    return frozenset(name for each in said if each is not None for name in each.denied_fields)


def denied_to(caller: Caller, workspaces: Iterable[Workspace]) -> frozenset[str]:
    """What an export of these workspaces' requests has of none of them."""
    every = [workspace.denied_fields for workspace in workspaces]
    return caller.denied_fields | (frozenset.intersection(*every) if every else frozenset())


def covered(caller: Caller, narrowed_to: str, workspaces: Mapping[Slug, Workspace]) -> list[Workspace]:
    """Whose requests an export may have; `narrowed_to`: the slug its filters name, or nothing."""
    if caller.is_organisation and not narrowed_to:
        return list(workspaces.values())
    wanted = narrowed_to if caller.is_organisation else caller.workspace
    return [each for slug, each in workspaces.items() if slug == wanted]
