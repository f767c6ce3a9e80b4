"""Parts of a client's request, or a sentence about what is wrong with them."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.vendors.vendor import Json, Unspoken

as_text = msgspec.json.Encoder().encode
parsed = msgspec.json.Decoder().decode


def joined(where: str, name: str) -> str:
    """The path of a field."""
    return f"{where}.{name}" if where else name


def objects(holder: Json, name: str, where: str = "") -> list[Json]:
    """A list of objects; empty where nothing is said. Raises Unspoken for anything else."""
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        path = joined(where, name)
        raise Unspoken(f"`{path}` must be a list of objects", path)
    return value


def an_object(holder: Json, name: str, where: str = "") -> Json:
    """An object; empty where nothing is said. Raises Unspoken for anything else."""
    value = holder.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        path = joined(where, name)
        raise Unspoken(f"`{path}` must be an object", path)
    return value


def needed_text(holder: Json, name: str, where: str = "") -> str:
    """A string that must be there. Raises Unspoken otherwise."""
    value = holder.get(name)
    if not isinstance(value, str):
        path = joined(where, name)
        raise Unspoken(f"`{path}` must be a string", path)
    return value


def word(holder: Json, name: str) -> str:
    """A string that says which kind something is; empty where there is none, or something else."""
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def without(body: Json, names: frozenset[str]) -> Json:
    """A copy that lacks some fields; what nobody knows survives."""
    return {name: value for name, value in body.items() if name not in names}


def present(**fields: Any) -> Json:
    """Those of the fields that say something."""
    return {name: value for name, value in fields.items() if value is not None}
