"""Open WebUI's signed word for who asks: a token that nobody else can write, however well they know the API key.

Source: Open WebUI 0.12, FORWARD_USER_INFO_HEADER_JWT_SECRET; RFC 7519, and RFC 7515 for HS256.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any

import msgspec

ISSUER = "open-webui"
SLACK_SECONDS = 30
"""How far two clocks may be apart."""
CLAIMS = {"sub": "_user", "email": "webui_email", "name": "webui_name", "role": "webui_role"}
"""What the token says, and what it is called in metadata."""


class Untrue(Exception):
    """A token that proves nothing; the message says why, as the end of a sentence after `it`."""


class Head(msgspec.Struct, frozen=True):
    """How a token is signed."""

    alg: str


def signed_identity(token: str, secret: str, now: float) -> dict[str, str]:
    """Who asks, as metadata, by a token. Raises Untrue."""
    signed, _, signature = token.rpartition(".")
    head, _, payload = signed.partition(".")
    wanted = hmac.digest(secret.encode(), signed.encode(), "sha256")
    try:
        if msgspec.json.decode(bytes_of(head), type=Head).alg != "HS256":
            raise Untrue("is not signed with HS256")
        if not secret or not hmac.compare_digest(wanted, bytes_of(signature)):
            raise Untrue("is signed with another secret")
        said = msgspec.json.decode(bytes_of(payload), type=dict[str, Any])
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise Untrue("is no token that can be read") from error
    check(said, now)
    return {ours: value for theirs, ours in CLAIMS.items() if isinstance(value := said.get(theirs), str) and value}


def bytes_of(part: str) -> bytes:
    """A part of a token, decoded."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def check(said: dict[str, Any], now: float) -> None:
    """Whether a token of the right signature holds here and now. Raises Untrue."""
    if said.get("iss") != ISSUER:
        raise Untrue(f"is not from `{ISSUER}`")
    ends = said.get("exp")
    if not isinstance(ends, int | float) or ends + SLACK_SECONDS < now:
        raise Untrue("has expired")
