"""Browsers that ask from another site, as Open WebUI's Direct Connections do: allowed where the operator says so.

Source: fetch.spec.whatwg.org, CORS protocol.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from litestar.types import HTTPScope, Message, Receive, Scope, Send

    from gateway.api.asgi import Door

METHODS = b"GET, POST, PUT, PATCH, DELETE"
DAY = b"86400"
ANY = "*"


def shared_with(origins: Collection[str], door: Door) -> Door:
    """A door whose answers the pages of these origins may read; `*` is all of them. Nobody's cookies matter here."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        origin = origin_of(scope, origins)
        if origin is None:
            await door(scope, receive, send)
        elif is_preflight(http := cast("HTTPScope", scope)):
            await send({"type": "http.response.start", "status": 204, "headers": allowed(http, origin)})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await door(scope, receive, telling(origin, send))

    return answer


def origin_of(scope: Scope, origins: Collection[str]) -> bytes | None:
    """The page that asks, if it is one of these."""
    said = header(cast("HTTPScope", scope), b"origin")
    return said if said and (ANY in origins or said.decode("latin-1").lower() in origins) else None


def header(scope: HTTPScope, name: bytes) -> bytes:
    """A header of a request."""
    return next((value for each, value in scope["headers"] if each == name), b"")


def is_preflight(scope: HTTPScope) -> bool:
    """Whether a browser asks whether it may ask."""
    return scope["method"] == "OPTIONS" and bool(header(scope, b"access-control-request-method"))


def allowed(scope: HTTPScope, origin: bytes) -> list[tuple[bytes, bytes]]:
    """The answer to a preflight: whatever headers the page wants to send."""
    wanted = header(scope, b"access-control-request-headers") or b"authorization, content-type"
    return [
        *named(origin),
        (b"access-control-allow-methods", METHODS),
        (b"access-control-allow-headers", wanted),
        (b"access-control-max-age", DAY),
        (b"content-length", b"0"),
    ]


def named(origin: bytes) -> list[tuple[bytes, bytes]]:
    """What lets the page of an origin read an answer, its headers too."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", b"*"),
        (b"vary", b"origin"),
    ]


def telling(origin: bytes, send: Send) -> Send:
    """`send`, with the origin in the head of the answer."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = message | {"headers": [*message.get("headers", []), *named(origin)]}
        await send(message)

    return told
