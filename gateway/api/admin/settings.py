"""`/v1/settings`: what the gateway runs with, and where each value is from; `/v1/doctor`: how the gateway is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from litestar import Controller, get

from gateway.api.admin.door import PlantHere, needs
from gateway.settings import FLAG_LESS, as_text, flag, settable, variable
from gateway.watching.findings import Finding, found_in
from store.secrets.master_key import KEYRING
from store.secrets.vault import masked

if TYPE_CHECKING:
    from dataclasses import Field

    from gateway.settings import Settings


class SettingShown(msgspec.Struct, frozen=True, kw_only=True):
    """One setting."""

    name: str
    value: str | None
    """As one would set it; a secret is masked; None: not set."""
    default: str | None
    source: str
    """`flag`, `environment`, `file` or `default`."""
    where: str
    """The flag, the variable, or the line of the file; empty for a default."""
    says: str
    accepts: str
    flag: str | None
    """None: a secret, which a command line would show to others."""
    variable: str
    object: str = "setting"


class SettingList(msgspec.Struct, frozen=True, kw_only=True):
    """All of them."""

    total: int
    data: list[SettingShown]
    object: str = "list"


class FindingList(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was looked at."""

    total: int
    data: list[Finding]
    object: str = "list"


class SettingsController(Controller):
    """The gateway itself."""

    path = "/v1"
    tags = ("Gateway",)

    @get("/settings", guards=needs("organisation_settings.read"), summary="List the gateway's settings")
    async def settings(self, plant: PlantHere) -> SettingList:
        """What it was started with; a setting is changed by starting it again."""
        rows = [shown(each, plant.settings) for each in settable()]
        return SettingList(total=len(rows), data=rows)

    @get("/doctor", guards=needs("organisation_settings.read"), summary="Say what is wrong with the gateway")
    async def doctor(self, plant: PlantHere) -> FindingList:
        """Its log writer, disk, versions, keys and prices, each `ok`, `warn` or `bad`, with what mends it."""
        rows = await asyncio.to_thread(found_in, plant)
        return FindingList(total=len(rows), data=rows)


def shown(each: Field[Any], settings: Settings) -> SettingShown:
    """A setting as the API has it."""
    name, origin = each.name, settings.origins.get(each.name)
    return SettingShown(
        name=name,
        value=told(name, getattr(settings, name)),
        default=told(name, each.default),
        source=origin.source if origin else "default",
        where=origin.where if origin else "",
        says=each.metadata["says"],
        accepts=each.metadata["read"].accepts,
        flag=None if name in FLAG_LESS else flag(name),
        variable=variable(name),
    )


def told(name: str, value: Any) -> str | None:
    """A value as one would write it; what is secret shows no more than its ends."""
    if value is None:
        return None
    if name in FLAG_LESS and value != KEYRING:
        return masked(value)
    return as_text(list(value) if isinstance(value, tuple) else value)
