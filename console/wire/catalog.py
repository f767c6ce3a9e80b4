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
    """A vendor account: credentials and base URL. The last three fields come only when one is asked for."""

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


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of an integration, and whether it may be used."""

    slug: str
    name: str | None = None
    enabled: bool = True
    is_custom: bool = False


class ModelList(msgspec.Struct, frozen=True, kw_only=True):
    """The models of one integration."""

    models: list[Model]
