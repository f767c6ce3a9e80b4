"""Signed thinking inside the `encrypted_content` of a reasoning item, which clients keep and send back unread.

It is not encrypted: what is inside is the vendor's own signed or encrypted text.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

from gateway.adapters.reading import as_text
from gateway.vendors.vendor import Json

MARK = "tollhouse."


def sealed(block: Json) -> str:
    """A content block as text."""
    return MARK + base64.b64encode(as_text([block])).decode()


def unsealed(said: object) -> list[Json]:
    """The content blocks; none of a text that is not ours."""
    if not isinstance(said, str) or not said.startswith(MARK):
        return []
    try:
        return msgspec.json.decode(base64.b64decode(said.removeprefix(MARK)), type=list[Json])
    except (binascii.Error, msgspec.DecodeError):
        return []
