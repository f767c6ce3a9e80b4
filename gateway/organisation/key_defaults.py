"""What holds for the requests of an API key beside its scopes: a config and metadata. Source: portkey.ai, API keys."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from gateway.errors import BadRequest
from gateway.exports.settings import ExportSettings
from gateway.headers import MASK
from gateway.log.recording import Kept
from gateway.log.redaction import wrong_with as wrong_with_rules
from gateway.webui.client import Trust
from store.ids import Sealed, Slug
from store.secrets.vault import VaultLocked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.configs.saved import Saved
    from store.organisation.api_keys import ApiKeyRow
    from store.secrets.vault import Vault

SECRET = "defaults.open_webui_secret"
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
    log_bodies: Kept = "full"
    """How much of its requests the log keeps: all, all but bodies (`metadata`), or only what was used (`off`)."""
    redact: list[str] | None = None
    """Fields whose values the log does not keep, by name or JSON pointer (`/messages/*/content`), or by
    what is in them: `regex:` and an expression of RE2."""
    export_settings: ExportSettings | None = None
    """Fields that no export has which is made with it."""
    open_webui: Trust = "off"
    """Whether Open WebUI's headers are taken for who asks, and its chat for the trace; or only what it signs."""
    open_webui_secret: str | None = None
    """What it signs with. It is sealed, and never shown; to leave it as it is, leave it out or send the mask back."""


def defaults_of(row: ApiKeyRow) -> KeyDefaults:
    """A key's defaults, out of the store."""
    return msgspec.json.decode(row.defaults, type=KeyDefaults) if row.defaults else KeyDefaults()


def shown(row: ApiKeyRow) -> KeyDefaults | None:
    """A key's defaults, for people."""
    own = defaults_of(row) if row.defaults else None
    return own and (replace(own, open_webui_secret=MASK) if own.open_webui_secret else own)


def webui_secret(row: ApiKeyRow, vault: Vault) -> str:
    """What Open WebUI signs with, in the clear; empty where there is nothing, or nothing that can be read."""
    sealed = defaults_of(row).open_webui_secret
    try:
        return vault.unseal(Sealed(base64.b64decode(sealed)), about(row.id)) if sealed else ""
    except VaultLocked:
        return ""


def kept(said: KeyDefaults | None, row: ApiKeyRow, saved: Saved, vault: Vault) -> str | None:
    """A key's defaults as the store is to have them; `row` still has the former ones. Raises BadRequest."""
    if said is None:
        return None
    config = slug_of(said.config_id, saved) if said.config_id is not None else None
    secret = sealed_secret(said, row, vault)
    if said.open_webui == "signed" and secret is None:
        raise BadRequest("`defaults.open_webui_secret` is needed where `open_webui` is `signed`.", param=SECRET)
    return msgspec.json.encode(replace(said, config_id=config, open_webui_secret=secret)).decode()


def sealed_secret(said: KeyDefaults, row: ApiKeyRow, vault: Vault) -> str | None:
    """What Open WebUI signs with, as the store has it; the former one where nothing else is said."""
    if said.open_webui_secret in (None, MASK):
        return defaults_of(row).open_webui_secret if said.open_webui == "signed" else None
    return base64.b64encode(vault.seal(said.open_webui_secret or "", about(row.id))).decode()


def about(key_id: str) -> str:
    """What the secret of a key is sealed with."""
    return f"api-key:{key_id}:open-webui"


def wrong_with(said: KeyDefaults, saved: Saved) -> Iterator[tuple[str, str]]:
    """Fields that are wrong, and what is wrong with them."""
    if said.config_id is not None and slug_of(said.config_id, saved) is None:
        yield "defaults.config_id", f"is no saved config: `{said.config_id[:60]}`"
    for name, value in (said.metadata or {}).items():
        if len(value) > LONGEST_METADATA:
            yield f"defaults.metadata.{name[:60]}", f"must be at most {LONGEST_METADATA} characters"
    yield from wrong_with_rules(said.redact, "defaults.redact")


def slug_of(config: str, saved: Saved) -> Slug | None:
    """The slug of a config that is named by slug or id."""
    if config in saved.configs:
        return Slug(config)
    return next((Slug(slug) for slug, one in saved.configs.items() if one.id == config), None)
