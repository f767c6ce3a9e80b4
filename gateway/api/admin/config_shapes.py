"""The shapes of `/v1/configs`. Source: portkey.ai, OpenAPI document, configs."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gateway.api.admin.door import slug_from
from gateway.configs.faults import Fault
from gateway.configs.masking import hidden
from gateway.moments import instant
from store.catalog.configs import ConfigRow, ConfigVersionRow

SLUG = re.compile(r"pc-[a-zA-Z0-9_-]{1,252}")


class NewConfig(msgspec.Struct, frozen=True, kw_only=True, rename={"is_default": "isDefault"}):
    """What it takes to make one; `config` is an object, or JSON as text."""

    name: str
    config: dict[str, Any] | str
    slug: str | None = None
    is_default: bool | int = False
    workspace_id: str | None = None

    def new_slug(self) -> str:
        """A slug that nobody has."""
        return f"pc-{slug_from(self.name)[:40].strip('-')}-{secrets.token_hex(3)}"

    def faults(self) -> list[Fault]:
        """What is wrong beside the config itself."""
        found = [] if self.name.strip() else [Fault("name", "is needed")]
        is_right = self.slug is None or SLUG.fullmatch(self.slug)
        return found if is_right else [*found, Fault("slug", "must be `pc-` and letters, digits, - and _")]


class ConfigChange(msgspec.Struct, frozen=True, kw_only=True, rename={"is_default": "isDefault"}):
    """What may be changed; what is left out stays."""

    version_id: str | None = None
    """The version that the change was made from: if another holds by now, it is refused."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    config: dict[str, Any] | str | msgspec.UnsetType = msgspec.UNSET
    status: str | msgspec.UnsetType = msgspec.UNSET
    is_default: bool | int | msgspec.UnsetType = msgspec.UNSET

    def faults(self) -> list[Fault]:
        """What is wrong beside the config itself."""
        has_name = self.name is msgspec.UNSET or self.name.strip()
        found = [] if has_name else [Fault("name", "must not be empty")]
        is_right = self.status is msgspec.UNSET or self.status in ("active", "archived")
        return found if is_right else [*found, Fault("status", "must be one of: active, archived")]


class Changed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The version that holds from now on, and what is odd about it."""

    version_id: str
    warnings: list[str] = []


class Made(Changed, frozen=True, kw_only=True, omit_defaults=True):
    """The config that was made."""

    id: str
    slug: str


class MadeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """It was made."""

    data: Made
    success: bool = True


class ChangedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """It was changed."""

    data: Changed
    success: bool = True


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One in a list."""

    id: str
    name: str
    slug: str
    workspace_id: str
    is_default: int
    status: str
    owner_id: str | None
    updated_by: str | None
    created_at: datetime | None
    last_updated_at: datetime | None
    version_id: str
    organisation_id: str = "default"
    object: str = "config"


class Row(Listed, frozen=True, kw_only=True):
    """One in the list of all, with what tells it apart at a glance."""

    mode: str | None
    """Of its strategy; null where it has none."""
    targets: list[str]
    """What each target is: a provider, a config, a name."""
    version: int
    """How often it was saved."""
    used_by: list[str]
    """API keys, configs, and workspaces with the keys that go by their default, such as "API key `chat`"."""
    trouble: str | None
    """Why it cannot be used, if it cannot."""


class Whole(Listed, frozen=True, kw_only=True):
    """One by itself."""

    config: dict[str, Any]


class Version(Listed, frozen=True, kw_only=True):
    """What a config said at some time, as JSON text."""

    config: str
    version: int
    """Counted from 1."""
    updated_by_name: str | None
    """What the API key is called that saved it; null for one that is gone."""
    format: str = "json"
    type: str = "ORG_CONFIG"


class Rollback(msgspec.Struct, frozen=True, kw_only=True):
    """Back to what?"""

    version_id: str


class ConfigList(msgspec.Struct, frozen=True, kw_only=True):
    """Every config."""

    data: list[Row]
    success: bool = True


class ConfigAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One config."""

    data: Whole
    success: bool = True


class VersionList(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of a config."""

    total: int
    data: list[Version]
    object: str = "list"


def listed(row: ConfigRow) -> Listed:
    """A row as the API has it."""
    return Listed(
        id=row.id,
        name=row.name,
        slug=row.slug,
        workspace_id=row.workspace,
        is_default=int(row.is_default),
        status=row.status,
        owner_id=row.owner_id,
        updated_by=row.updated_by,
        created_at=instant(row.created_at_ms),
        last_updated_at=instant(row.updated_at_ms or row.created_at_ms),
        version_id=row.version_id,
    )


def whole(row: ConfigRow, said: dict[str, Any]) -> Whole:
    """A config with what it says."""
    return Whole(**msgspec.structs.asdict(listed(row)), config=hidden(said))


def row_of(row: ConfigRow, said: Mapping[str, Any], saved: int, used_by: list[str], trouble: str | None) -> Row:
    """One of the list of all."""
    strategy = said.get("strategy")
    mode = strategy.get("mode") if isinstance(strategy, dict) else None
    targets = [label(target) for target in said.get("targets") or [said]]
    shown = msgspec.structs.asdict(listed(row))
    return Row(**shown, mode=mode, targets=targets, version=saved, used_by=used_by, trouble=trouble)


def label(target: Mapping[str, Any]) -> str:
    """What a target is, in a word or two."""
    strategy = target.get("strategy")
    names = [target.get(name) for name in ("provider", "virtual_key", "config", "name")]
    names.append(strategy.get("mode") if isinstance(strategy, dict) else None)
    return next((str(name) for name in names if name), "as requested")


def version_listed(
    row: ConfigRow, version: ConfigVersionRow, said: dict[str, Any], number: int, who: str | None
) -> Version:
    """A version as the API has it."""
    then = msgspec.structs.asdict(listed(row)) | {
        "name": version.name,
        "version_id": version.id,
        "updated_by": version.created_by,
        "last_updated_at": instant(version.created_at_ms),
    }
    text = msgspec.json.encode(hidden(said)).decode()
    return Version(**then, config=text, version=number, updated_by_name=who)
