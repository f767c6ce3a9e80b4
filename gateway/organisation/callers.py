"""API keys as requests know them: whose they are, where they belong, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from gateway.domain import Caller
from gateway.exports.settings import denied_in
from gateway.log.recording import least
from gateway.log.redaction import redaction_of
from gateway.organisation.key_defaults import defaults_of, webui_secret
from store.ids import KeyHash, KeyId, Slug

if TYPE_CHECKING:
    from gateway.organisation.roles import People
    from gateway.organisation.workspaces import Workspace
    from store.organisation.api_keys import ApiKeyRow
    from store.secrets.vault import Vault

ORGANISATION = "organisation"
"""How the kind of a key begins that belongs to no workspace."""


def callers_of(
    row: ApiKeyRow, now_ms: int, vault: Vault, people: People, workspaces: Mapping[Slug, Workspace]
) -> list[tuple[KeyHash, Caller]]:
    """An API key by its secret, and while it is rotated by the former one too; nothing once its workspace is gone."""
    workspace = workspaces.get(Slug(row.workspace))
    if workspace is None:
        return []
    caller = caller_from(row, vault, people, workspace)
    found = [(KeyHash(row.key_hash), caller)]
    if row.previous_hash is not None and (until := row.previous_expires_at_ms) is not None and until > now_ms:
        ends = until if row.expires_at_ms is None else min(until, row.expires_at_ms)
        found.append((KeyHash(row.previous_hash), replace(caller, expires_at_ms=ends)))
    return found


def caller_from(row: ApiKeyRow, vault: Vault, people: People, workspace: Workspace) -> Caller:
    """A key with everything that holds for its requests; a user's may no more than the user may now."""
    own, is_organisation = defaults_of(row), row.kind.startswith(ORGANISATION)
    scopes = frozenset(msgspec.json.decode(row.scopes, type=list[str]))
    if row.user_id is not None and row.kind.endswith("user"):
        scopes &= people.granted(row.user_id, None if is_organisation else row.workspace)
    return Caller(
        key_id=KeyId(row.id),
        name=row.name,
        workspace=Slug(row.workspace),
        scopes=scopes,
        expires_at_ms=row.expires_at_ms,
        config=own.config_id,
        allow_config_override=own.allow_config_override,
        metadata=workspace.completed(own.metadata or {}),
        open_webui=own.open_webui,
        open_webui_secret=webui_secret(row, vault),
        usage_cost=own.usage_cost,
        describe_models=own.describe_models,
        user_id=row.user_id,
        is_organisation=is_organisation,
        is_paused=row.status == "paused",
        metadata_rules=workspace.metadata_rules,
        log_bodies=least(workspace.log_bodies, own.log_bodies),
        redaction=redaction_of(workspace.redact, own.redact),
        denied_fields=denied_in(own.export_settings),
    )
