"""Which workspace may use which integration, and within which limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.limits.catalog import Owner
from gateway.limits.spelling import kept

if TYPE_CHECKING:
    from store.catalog.integrations import IntegrationRow
    from store.catalog.provisions import ProvisionRow
    from store.organisation.workspaces import WorkspaceRow

Decided = Mapping[str, "ProvisionRow"]
"""What was decided about one integration, by workspace."""


class GlobalAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for workspaces that nothing was decided about."""

    enabled: bool = False
    usage_limits: Any = None
    rate_limits: Any = None


def global_access(integration: IntegrationRow) -> GlobalAccess:
    """What the store has of it."""
    stored = integration.global_access
    return msgspec.json.decode(stored, type=GlobalAccess) if stored else GlobalAccess()


def may_use(integration: IntegrationRow, decided: Decided, workspace: str) -> bool:
    """Whether a workspace may use an integration."""
    if integration.workspace is not None:
        return integration.workspace == workspace
    row = decided.get(workspace)
    return global_access(integration).enabled if row is None else row.enabled


def spares_models(integration: IntegrationRow, decided: Decided, workspace: str) -> bool:
    """Whether the rule about models is in shadow there; what was decided about the workspace wins."""
    row = decided.get(workspace)
    own = None if row is None else row.shadow_models
    return bool(integration.shadow_models if own is None else own)


def by_integration(rows: Iterable[ProvisionRow]) -> dict[str, dict[str, ProvisionRow]]:
    """Decisions by integration, then by workspace."""
    found: dict[str, dict[str, ProvisionRow]] = {}
    for row in rows:
        found.setdefault(row.integration_id, {})[row.workspace] = row
    return found


def owners_of(
    workspaces: Iterable[WorkspaceRow],
    integrations: Iterable[IntegrationRow],
    decided: Mapping[str, Decided],
) -> Iterator[Owner]:
    """Workspaces with their limits, and integrations with those that they have in each workspace."""
    rows = list(workspaces)
    for row in rows:
        yield Owner("workspace", row.slug, row.name, row.usage_limits, row.rate_limits)
    for integration in integrations:
        theirs, everywhere = decided.get(integration.id, {}), global_access(integration)
        usual = (kept(everywhere.usage_limits), kept(everywhere.rate_limits))
        for slug in {*theirs, *(row.slug for row in rows)} if any(usual) else theirs:
            own = theirs.get(slug)
            limits = (own.usage_limits, own.rate_limits) if own is not None else usual
            yield Owner("integration", f"{integration.id}@{slug}", integration.slug, *limits)
