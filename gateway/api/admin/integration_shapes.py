"""The shapes of `/v1/integrations`. Source: portkey.ai, OpenAPI document, integrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from gateway.catalog.catalog import multiplier_in
from gateway.catalog.provisioning import GlobalAccess, global_access
from gateway.moments import instant
from store.catalog.integrations import IntegrationRow


class PricingAdjustments(msgspec.Struct, frozen=True, kw_only=True):
    """How an integration's prices differ from the list's."""

    multiplier: dict[str, Any] | None = None
    """By Portkey's words, or `default`: `{"default": 0.8}` is a fifth off."""


class NewIntegration(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to make one; with `workspace_id` it is that workspace's alone."""

    name: str
    ai_provider_id: str
    slug: str | None = None
    key: str | None = None
    description: str | None = None
    workspace_id: str | None = None
    configurations: dict[str, Any] | None = None
    create_default_provider: bool = True
    default_provider_slug: str | None = None
    pricing_adjustments: PricingAdjustments | None = None


class IntegrationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed; what is left out stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    key: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET
    configurations: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
    allow_all_models: bool | msgspec.UnsetType = msgspec.UNSET
    pricing_adjustments: PricingAdjustments | msgspec.UnsetType | None = msgspec.UNSET


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """One in a list."""

    id: str
    slug: str
    name: str
    ai_provider_id: str
    status: str
    created_at: datetime | None
    last_updated_at: datetime | None
    description: str | None
    workspace_id: str | None
    """Whose it is alone; null: the organisation's."""
    organisation_id: str = "default"
    object: str = "integration"


class IntegrationWhole(Integration, frozen=True, kw_only=True):
    """One by itself; credentials are masked."""

    masked_key: str | None
    configurations: dict[str, Any]
    allow_all_models: bool
    global_workspace_access_settings: GlobalAccess
    workspace_count: int
    pricing_adjustments: PricingAdjustments | None


class IntegrationList(msgspec.Struct, frozen=True, kw_only=True):
    """A page."""

    total: int
    data: list[Integration]
    object: str = "list"


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """It is gone, and its providers with it."""

    removed_providers: list[str]


def listed(row: IntegrationRow) -> Integration:
    """A row as the API has it."""
    return Integration(
        id=row.id,
        slug=row.slug,
        name=row.name,
        ai_provider_id=row.vendor,
        status=row.status,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms),
        description=row.description,
        workspace_id=row.workspace,
    )


def whole(row: IntegrationRow, configurations: dict[str, Any], workspace_count: int) -> IntegrationWhole:
    """A row with everything about it."""
    return IntegrationWhole(
        **msgspec.structs.asdict(listed(row)),
        masked_key=row.masked_key,
        configurations=configurations,
        allow_all_models=row.allow_all_models,
        global_workspace_access_settings=global_access(row),
        workspace_count=workspace_count,
        pricing_adjustments=PricingAdjustments(multiplier=dict(multiplier_in(row.pricing_adjustments)))
        if row.pricing_adjustments
        else None,
    )
