"""The shapes of `/v1/admin/workspaces`, and what may be wrong with them. Source: portkey.ai, OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from gateway.api.admin.limited import shown_limits
from gateway.api.admin.member_shapes import Member
from gateway.exports.lines import wrong_with as wrong_with_export_settings
from gateway.log.redaction import wrong_with
from gateway.moments import instant
from gateway.organisation.key_defaults import LONGEST_METADATA
from gateway.organisation.metadata_rules import wrong_with_schema
from gateway.organisation.workspaces import WorkspaceDefaults, defaults_in
from store.organisation.workspaces import WorkspaceRow

LONGEST_NAME = 100


class DefaultsSaid(WorkspaceDefaults, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for every request of a workspace."""

    config_id: str | msgspec.UnsetType | None = msgspec.UNSET
    """The saved config of requests that name none, by slug or id; null: none."""


class NewWorkspace(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one."""

    name: str
    slug: str | None = None
    description: str | None = None
    defaults: DefaultsSaid | None = None
    users: list[str] = []
    """Who becomes a member, by id or address."""
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET


class WorkspaceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    defaults: DefaultsSaid | msgspec.UnsetType | None = msgspec.UNSET
    usage_limits: Any = msgspec.UNSET
    rate_limits: Any = msgspec.UNSET
    limits_version: str | None = None
    """Which limits the change was made from; where others hold by now, it is refused."""
    reset_usage: bool = False
    """Let every budget of the workspace begin anew."""


class DefaultsShown(WorkspaceDefaults, frozen=True, kw_only=True):
    """Defaults as the API has them."""

    config_id: str | None
    is_default: int
    object: str = "workspace"


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    """One in a list; `workspace_id` elsewhere is its slug."""

    id: str
    slug: str
    name: str
    description: str | None
    status: str
    is_default: int
    created_at: datetime | None
    last_updated_at: datetime | None
    defaults: DefaultsShown
    usage_limits: Any
    rate_limits: Any
    limits_version: str = ""
    """What a change of them may be made from."""
    object: str = "workspace"


class WorkspaceWhole(Workspace, frozen=True, kw_only=True):
    """One by itself."""

    users: list[Member]


class WorkspaceList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Workspace]
    object: str = "list"


def listed(row: WorkspaceRow, config: str | None) -> Workspace:
    """A row as the API has it; `config`: the saved config of requests that name none."""
    own = msgspec.structs.asdict(defaults_in(row.defaults))
    return Workspace(
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        status=row.status,
        is_default=int(row.is_default),
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms or row.created_at_ms),
        defaults=DefaultsShown(**own, config_id=config, is_default=int(row.is_default)),
        **shown_limits(row),
    )


def whole(row: WorkspaceRow, config: str | None, users: list[Member]) -> WorkspaceWhole:
    """A workspace with its members."""
    return WorkspaceWhole(**msgspec.structs.asdict(listed(row, config)), users=users)


def wrong_with_defaults(said: WorkspaceDefaults) -> Iterator[tuple[str, str]]:
    """Fields of defaults that are wrong, and what is wrong with them."""
    for name, value in (said.metadata or {}).items():
        if len(value) > LONGEST_METADATA:
            yield f"defaults.metadata.{name[:60]}", f"must be at most {LONGEST_METADATA} characters"
    yield from wrong_with(said.redact, "defaults.redact")
    yield from wrong_with_export_settings(said.export_settings)
    if said.metadata_schema is not None and (what := wrong_with_schema(said.metadata_schema)):
        yield "defaults.metadata_schema", what


def kept_defaults(said: WorkspaceDefaults | None) -> str | None:
    """Defaults as the store has them; which config is the usual one stands with the configs."""
    if said is None:
        return None
    own = {name: getattr(said, name) for name in WorkspaceDefaults.__struct_fields__}
    return msgspec.json.encode(WorkspaceDefaults(**own)).decode()
