"""Which span of a trace a request is, by its headers. Source: portkey.ai, tracing; w3.org/TR/trace-context, 3.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 200


class Span(NamedTuple):
    """Its own id, its parent's, and its name, as far as the client says them."""

    id: str | None = None
    parent: str | None = None
    name: str | None = None


NO_SPAN = Span()


def span_in(headers: Mapping[str, str]) -> Span:
    """Portkey's headers; the parent else of `traceparent`."""
    parent = headers.get("x-portkey-parent-span-id")
    own, name = headers.get("x-portkey-span-id"), headers.get("x-portkey-span-name")
    if parent is None and "traceparent" in headers:
        parts = headers["traceparent"].split("-")
        parent = parts[2] if len(parts) >= 4 and len(parts[2]) == 16 else None
    if own is parent is name:
        return NO_SPAN
    return Span(cut(own), cut(parent), cut(name))


def cut(text: str | None) -> str | None:
    """A text of reasonable length; None for nothing."""
    return text.strip()[:LONGEST] or None if text else None
