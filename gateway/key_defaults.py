"""What holds for the requests of an API key beside its scopes: a config and metadata. Source: portkey.ai, API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gateway.webui import Trust
from store.ids import Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.configs.saved import Saved
    from store.api_keys import ApiKeyRow

LONGEST_METADATA = 128
"""Characters of a value. Source: portkey.ai, metadata."""


class KeyDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults of a key."""

    config_id: Slug | None = None
    """A saved config, by slug or id; it is kept by slug."""
    metadata: dict[str, str] | None = None
    """Added to every request's; it wins."""
    allow_config_override: bool = True
    """Whether a request may bring another config."""
    usage_cost: bool | None = None
    """Whether the usage in its answers has `cost`, in dollars; null: where Open WebUI asks."""
    describe_models: bool | None = None
    """Whether `/v1/models` describes the models that one can chat with; null: where Open WebUI asks."""
    open_webui: Trust = "off"
    """Whether Open WebUI's headers are taken for who asks, and its chat for the trace."""


def defaults_of(row: ApiKeyRow) -> KeyDefaults:
    """A key's defaults, out of the store."""
    return msgspec.json.decode(row.defaults, type=KeyDefaults) if row.defaults else KeyDefaults()


def kept(said: KeyDefaults | None, saved: Saved) -> str | None:
    """A key's defaults as the store has them."""
    if said is None:
        return None
    config = slug_of(said.config_id, saved) if said.config_id is not None else None
    return msgspec.json.encode(msgspec.structs.replace(said, config_id=config)).decode()


def wrong_with(said: KeyDefaults, saved: Saved) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, and what is wrong with them."""
    if said.config_id is not None and slug_of(said.config_id, saved) is None:
        yield "defaults.config_id", f"is no saved config: `{said.config_id[:60]}`"
    for name, value in (said.metadata or {}).items():
        if len(value) > LONGEST_METADATA:
            yield f"defaults.metadata.{name[:60]}", f"must be at most {LONGEST_METADATA} characters"


def slug_of(config: str, saved: Saved) -> Slug | None:
    """The slug of a config that is named by slug or id."""
    if config in saved.configs:
        return Slug(config)
    return next((Slug(slug) for slug, one in saved.configs.items() if one.id == config), None)
