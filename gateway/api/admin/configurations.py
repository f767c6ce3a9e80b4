"""An integration's `configurations` as the API has them: flat, the vendor's own settings beside the common ones.

Source: portkey.ai, integrations, `configurations` by `ai_provider_id`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.api.admin.door import Problems
from gateway.catalog.catalog import Configurations
from gateway.catalog.references import is_reference
from gateway.configs.vendor_settings import CREDENTIALS, SETTINGS
from gateway.headers import MASK
from gateway.vendors import Vendor

COMMON = frozenset(Configurations.__struct_fields__) - {"settings", "referred"}
SECRET = frozenset(CREDENTIALS.split())
RENAMED = {"azure_deployment_config": "azure_deployments"}
"""Portkey's name to ours."""


def configurations_in(said: Mapping[str, Any] | None, vendor: Vendor | None, problems: Problems) -> Configurations:
    """What a body says, with what is wrong about it noted."""
    given = {RENAMED.get(name, name): value for name, value in (said or {}).items() if value is not None}
    allowed = {each.name for each in vendor.settings} if vendor else set()
    for name in given.keys() - COMMON - allowed - SETTINGS.keys() - set(RENAMED.values()):
        known = ", ".join(sorted(COMMON | allowed))
        problems.check(False, f"configurations.{name}", f"is not known for this vendor; it takes {known}")
    settings = {name: as_text(value) for name, value in given.items() if name not in COMMON}
    try:
        common = {name: value for name, value in given.items() if name in COMMON}
        referred = tuple(name for name, value in settings.items() if name in SECRET and is_reference(value))
        found = msgspec.convert(common | {"settings": settings or None, "referred": referred}, Configurations)
    except msgspec.ValidationError as error:
        problems.check(False, "configurations", f"cannot be read: {error}")
        return Configurations()
    check(problems, found)
    return found


def as_text(value: object) -> str:
    """A setting as vendors' dialects read it: text, and anything else as its JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def check(problems: Problems, said: Configurations) -> None:
    """What is wrong with an address or with headers."""
    problems.add(wrong_with_host(said.custom_host, "configurations.custom_host"))
    problems.add(wrong_with_headers(said.custom_headers, "configurations.custom_headers"))


def wrong_with_host(said: str | None, place: str) -> Iterator[tuple[str, str]]:
    """An address that is no base URL."""
    try:
        address = urlsplit(said or "https://none")
        is_right = address.scheme in ("http", "https") and bool(address.hostname) and not address.query
    except ValueError:
        is_right = False
    if not is_right:
        yield place, "must be a base URL such as https://llm.example/v1"


def wrong_with_headers(said: Mapping[str, str] | None, place: str) -> Iterator[tuple[str, str]]:
    """Headers that cannot be sent."""
    for name, value in (said or {}).items():
        if not (name.isascii() and name.replace("-", "").replace("_", "").isalnum() and value.isprintable()):
            yield place, f"has no header's name or value at `{name[:40]}`"


def check_needed(problems: Problems, said: Configurations, vendor: Vendor) -> None:
    """What a vendor cannot do without."""
    for each in vendor.settings:
        is_there = not each.is_needed or bool((said.settings or {}).get(each.name))
        problems.check(
            is_there or said.custom_host is not None, f"configurations.{each.name}", f"is needed: {each.what}"
        )
    has_host = said.custom_host is not None or vendor.base_url is not None
    problems.check(has_host, "configurations.custom_host", "is needed: its base URL")


def shown(said: Configurations) -> dict[str, Any]:
    """Configurations as they may be shown: flat, secrets masked."""
    common = {name: value for name in COMMON if (value := getattr(said, name)) is not None}
    if said.custom_headers:
        common["custom_headers"] = dict.fromkeys(said.custom_headers, MASK)
    hidden = SECRET.difference(said.referred)
    settings = {name: MASK if name in hidden else value for name, value in (said.settings or {}).items()}
    return common | settings


def kept(given: Configurations, before: Configurations) -> Configurations:
    """What is given, with what was sent back masked as it was before."""
    return msgspec.structs.replace(
        given,
        custom_headers=unmasked(given.custom_headers, before.custom_headers),
        settings=unmasked(given.settings, before.settings),
    )


def unmasked(given: Mapping[str, str] | None, before: Mapping[str, str] | None) -> dict[str, str] | None:
    """Values, those that are masked as they were."""
    former = before or {}
    return {name: former.get(name, "") if value == MASK else value for name, value in (given or {}).items()} or None
