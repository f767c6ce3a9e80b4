"""Which headers go where: the vendor's to the client, our own to the client, the client's into the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.domain import Call

Raw = list[tuple[bytes, bytes]]

NOT_PASSED_ON = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "content-length",
        "content-encoding",
        "date",
        "server",
        "set-cookie",
        "alt-svc",
        "strict-transport-security",
    }
)
"""Those of one connection (RFC 9110, section 7.6.1), and those of the vendor's own site."""
NOT_THE_VENDORS = ("x-portkey-", "access-control-")
SECRET = frozenset(
    {
        "authorization",
        "x-portkey-api-key",
        "x-api-key",
        "api-key",
        "cookie",
        "proxy-authorization",
        "x-openwebui-user-jwt",
    }
)
MASK = "•••"
TELLTALE = re.compile(r"key|secret|token|password|credential|service-account")
"""What the name of a header has that carries a credential, such as `x-portkey-aws-secret-access-key`."""
PLAIN = frozenset({"sec-websocket-key", "x-portkey-cache-key", "idempotency-key"})
CREDENTIAL = re.compile(r'("(?:\w*(?:key|secret|token|password|credential)\w*)"\s*:\s*)"(?:[^"\\]|\\.)*"', re.I)
"""A credential's field in a config that a request brings along."""


def passed_on(headers: Iterable[tuple[str, str]], kind: str | None = None) -> Raw:
    """The vendor's headers as far as they are for the client; `kind` is the content type if it is not the vendor's."""
    found = [
        (name.encode(), value.encode("latin-1", "replace"))
        for name, value in headers
        if name not in NOT_PASSED_ON and not name.startswith(NOT_THE_VENDORS)
    ]
    if kind is None:
        return found
    return [*(header for header in found if header[0] != b"content-type"), (b"content-type", kind.encode())]


def story(call: Call) -> Raw:
    """How an answer came about. Source: `x-portkey-*` as Portkey's response schema has them."""
    told = [
        (b"x-portkey-trace-id", call.trace_id.encode("latin-1", "replace")),
        (b"x-portkey-retry-attempt-count", str(call.retries).encode()),
        (b"x-portkey-cache-status", b"DISABLED"),
        (b"x-portkey-last-used-option-index", call.config_path.encode()),
    ]
    if call.target is not None:
        told.append((b"x-portkey-provider", call.target.vendor.id.encode()))
    if call.reservation is not None:
        told += call.reservation.headers(call.asked)
    return told


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The client's headers without what would let a reader of the log in, and what the client says is not for it."""
    found = {name: MASK if is_secret(name) else value for name, value in headers.items()}
    if (config := found.get("x-portkey-config")) is not None:  # it may hold credentials inside
        found["x-portkey-config"] = CREDENTIAL.sub(rf'\1"{MASK}"', config)
    if own := headers.get("x-portkey-sensitive-headers"):
        found |= {name: MASK for name in map(str.lower, map(str.strip, own.split(","))) if name in found}
    return found


@lru_cache(maxsize=1_000)
def is_secret(name: str) -> bool:
    """Whether a header of this name carries a credential."""
    return name in SECRET or (name not in PLAIN and TELLTALE.search(name.removeprefix("x-portkey-")) is not None)


def length_in(headers: Mapping[str, str]) -> int | None:
    """The length a request announces, None if it does not."""
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() else None
