"""Vendors, integrations, providers, models."""

from datetime import datetime
from typing import Any

import msgspec


class VendorSetting(msgspec.Struct, frozen=True, kw_only=True):
    """What a vendor wants beside a key."""

    name: str
    what: str = ""
    is_needed: bool = False
    is_secret: bool = False


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor an integration may be for."""

    id: str
    name: str
    base_url: str | None = None
    needs_key: bool = True
    settings: list[VendorSetting] = []


class Integration(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor account: credentials and base URL. Some of it comes only when one is asked for."""

    id: str
    slug: str
    name: str
    ai_provider_id: str
    description: str | None = None
    status: str = "active"
    created_at: datetime | None = None
    masked_key: str | None = None
    configurations: dict[str, Any] | None = None
    """Where and how it reaches its vendor; sent back whole when a part of it changes."""
    allow_all_models: bool | None = None
    workspace_id: str | None = None
    """Whose it is alone; None: the organisation's."""
    workspace_count: int | None = None
    """How many workspaces may use it."""
    pricing_adjustments: dict[str, Any] | None = None

    @property
    def custom_host(self) -> str | None:
        """The base URL it has instead of its vendor's."""
        host = (self.configurations or {}).get("custom_host")
        return host if isinstance(host, str) else None


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A name that requests address as `@slug`."""

    id: str
    slug: str
    name: str
    integration_id: str
    note: str | None = None
    status: str = "active"
    created_at: datetime | None = None
    expires_at: datetime | None = None
    workspace_id: str | None = None


class PerMillion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a million tokens cost, in dollars."""

    input: float | None = None
    output: float | None = None


class Model(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A model of an integration, and whether it may be used."""

    slug: str
    name: str | None = None
    enabled: bool = True
    is_custom: bool = False
    is_finetune: bool = False
    base_model_slug: str | None = None
    configurations: dict[str, Any] = {}
    """Its own address, headers and defaults, where it has some."""
    pricing_config: dict[str, Any] | None = None
    """The operator's own price, in Portkey's words: cents a token."""
    price: PerMillion | None = None
    """As requests are charged."""
    context_window: int | None = None


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The models of one integration."""

    models: list[Model]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an integration's key works, as its vendor has just answered."""

    works: bool
    asked: str = ""
    said: str = ""
    advice: str = ""
    fault: str | None = None
    status: int | None = None
    models: int | None = None
    took_ms: int = 0


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests to a provider went."""

    provider: str
    requests: float | None = None
    error_rate: float | None = None
    """In percent."""
    latency_p95: float | None = None
    """Milliseconds."""
