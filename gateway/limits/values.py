"""What a request has under the keys of policies' conditions and groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.domain import Call, Target

ORGANISATION = "default"
Reader = Callable[["Call", "Target | None"], "str | None"]
"""What a request, and whom it goes to if that is known, has under one key; None where it has nothing."""


def reader_of(key: str) -> Reader:
    """How to find what a request has under a key. Whatever is no key of ours no request has."""
    if key.startswith("metadata."):
        name = key.removeprefix("metadata.")
        return lambda call, _: call.metadata.get(name)
    return READERS.get(key, nothing)


def api_key(call: Call, _: Target | None) -> str | None:
    """The id of its key."""
    return call.caller.key_id if call.caller is not None else None


def workspace(call: Call, _: Target | None) -> str | None:
    """The slug of its key's workspace."""
    return call.caller.workspace if call.caller is not None else None


def organisation(_: Call, __: Target | None) -> str | None:
    """There is one."""
    return ORGANISATION


def config(call: Call, _: Target | None) -> str | None:
    """The saved config that rules it."""
    return call.config_slug


def endpoint_type(call: Call, _: Target | None) -> str | None:
    """Portkey's name of what is asked for."""
    return call.request.function.portkey_name if call.request is not None else None


def provider(_: Call, target: Target | None) -> str | None:
    """The slug of the provider; without one the vendor."""
    return None if target is None else target.provider or target.vendor.id


def model(_: Call, target: Target | None) -> str | None:
    """`@provider/model`."""
    return None if target is None else f"@{target.provider or target.vendor.id}/{target.model}"


def nothing(_: Call, __: Target | None) -> str | None:
    """Nobody has it."""
    return None


READERS: dict[str, Reader] = {
    "api_key": api_key,
    "workspace_id": workspace,
    "organisation_id": organisation,
    "config": config,
    "endpoint_type": endpoint_type,
    "provider": provider,
    "model": model,
}
"""By key."""
