"""Names for things that look alike as strings: ids, slugs, secrets and money."""

import os
import time
import uuid
from typing import NewType

IntegrationId = NewType("IntegrationId", str)
ProviderId = NewType("ProviderId", str)
KeyId = NewType("KeyId", str)
LogId = NewType("LogId", str)
TraceId = NewType("TraceId", str)
Slug = NewType("Slug", str)
"""The short name of an integration or provider, without the `@`."""

KeyHash = NewType("KeyHash", str)
"""Keyed hash of an API key, the only form in which it is kept."""
ApiSecret = NewType("ApiSecret", str)
"""An API key in the clear: from a request, or shown once after creation."""
VendorSecret = NewType("VendorSecret", str)
"""A vendor credential in the clear."""
Sealed = NewType("Sealed", bytes)
"""A secret encrypted under the master key."""

Nanodollars = NewType("Nanodollars", int)
"""Money: 1_000_000_000 is one US dollar."""


def new_id() -> str:
    """A UUID version 7 (RFC 9562): ids made later sort later, so newest-first needs no second column."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    high, low = chance & 0xFFF, (chance >> 12) & ((1 << 62) - 1)
    return str(uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (high << 64) | (0b10 << 62) | low))
