"""Parts of a chat message."""

from __future__ import annotations

from gateway.adapters.reading import present
from gateway.vendors.vendor import Json


def text_part(said: str) -> Json:
    """A part of text."""
    return {"type": "text", "text": said}


def marked(part: Json, block: Json) -> Json:
    """The part with the block's cache mark, if it has one."""
    return part | present(cache_control=block.get("cache_control"))


def plain(parts: list[Json], between: str | None = None) -> str | list[Json]:
    """Text without marks as a string, which every vendor reads; several parts are joined if `between` says by what."""
    if not all(part.keys() == {"type", "text"} for part in parts):
        return parts
    if len(parts) > 1 and between is None:
        return parts
    return (between or "").join(part["text"] for part in parts)
