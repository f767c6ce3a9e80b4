"""Workspaces as requests know them: what their metadata is completed with, and what it must have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.exports.settings import ExportSettings, denied_in
from gateway.log.recording import Kept, least
from gateway.organisation.metadata_rules import MetadataRule, rule_from
from store.ids import Slug
from store.organisation.workspaces import DEFAULT, WorkspaceRow

if TYPE_CHECKING:
    from store.organisation.workspaces import OrganisationRow


class WorkspaceDefaults(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for every request of a workspace; of the organisation, for every request there is."""

    metadata: dict[str, str] | None = None
    """Added to every request's; it wins."""
    metadata_schema: dict[str, Any] | None = None
    """JSON Schema, draft 7: what the metadata of a request must have."""
    input_guardrails: list[Any] | None = None
    output_guardrails: list[Any] | None = None
    user_api_key_config: str | None = None
    """Of new user keys that name no config of their own."""
    log_bodies: Kept = "full"
    """How much of a request the log keeps: all, all but bodies (`metadata`), or only what was used and how it went
    (`off`). Where the organisation, a workspace, a key and a request differ, the least is kept."""
    redact: list[str] | None = None
    """Fields whose values the log does not keep, by name or JSON pointer, or by what is in them (`regex:`)."""
    export_settings: ExportSettings | None = None
    """Fields that no export of its requests has."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace."""

    id: str
    slug: Slug
    name: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    organisation_metadata: Mapping[str, str] = field(default_factory=dict)
    metadata_rules: tuple[MetadataRule, ...] = ()
    user_api_key_config: str | None = None
    log_bodies: Kept = "full"
    redact: tuple[str, ...] = ()
    denied_fields: frozenset[str] = frozenset()
    """Of the log, which no export has."""

    def completed(self, own: Mapping[str, str]) -> Mapping[str, str]:
        """A key's metadata, over the organisation's and under the workspace's. Source: Portkey's precedence."""
        return {**self.organisation_metadata, **own, **self.metadata}


def defaults_in(stored: str | None) -> WorkspaceDefaults:
    """Defaults out of the store."""
    return msgspec.json.decode(stored, type=WorkspaceDefaults) if stored else WorkspaceDefaults()


def workspaces_of(rows: Iterable[WorkspaceRow], organisation: OrganisationRow) -> dict[Slug, Workspace]:
    """Every workspace by its slug; the default one is there before anybody made it."""
    everywhere = defaults_in(organisation.defaults)
    rule = rule_from(everywhere.metadata_schema, "the organisation")
    bare = WorkspaceRow(id=DEFAULT, slug=DEFAULT, name="Default", created_at_ms=0)
    found = {Slug(DEFAULT): workspace_from(bare, everywhere, rule)}
    for row in rows:
        found[Slug(row.slug)] = workspace_from(row, everywhere, rule)
    return found


def workspace_from(row: WorkspaceRow, everywhere: WorkspaceDefaults, rule: MetadataRule | None) -> Workspace:
    """A workspace of the store, within the organisation."""
    own = defaults_in(row.defaults)
    rules = (rule, rule_from(own.metadata_schema, f"the workspace `{row.name}`"))
    return Workspace(
        row.id,
        Slug(row.slug),
        row.name,
        own.metadata or {},
        everywhere.metadata or {},
        tuple(each for each in rules if each is not None),
        own.user_api_key_config,
        least(everywhere.log_bodies, own.log_bodies),
        (*(everywhere.redact or ()), *(own.redact or ())),
        denied_in(everywhere.export_settings, own.export_settings),
    )
