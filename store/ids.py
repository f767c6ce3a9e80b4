"""Names for things that look alike as strings: ids, slugs, secrets and money."""

import os
import time
from random import Random
from threading import Lock
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


class Sequence:
    """Numbers of 122 bits, the first 48 of them milliseconds since the epoch, that never repeat or go back."""

    def __init__(self) -> None:
        self.last = 0
        self.lock = Lock()
        self.chance = Random()
        os.register_at_fork(after_in_child=self.chance.seed)

    def next(self) -> int:
        """Chance below the millisecond; where the clock stands still or goes back, the last number and a little."""
        with self.lock:
            now = time.time_ns() // 1_000_000 << 74 | self.chance.getrandbits(74)
            self.last = now if now > self.last else self.last + 1 + self.chance.getrandbits(32)
            return self.last


SEQUENCE = Sequence()


def new_id() -> str:
    """A UUID version 7 (RFC 9562, method 2 of 6.2): ids made later sort later, so newest-first needs no second column.

    Within one process they increase strictly, also inside a millisecond. They are unique, not secret.
    """
    n = SEQUENCE.next()
    low = n & (1 << 62) - 1 | 1 << 63
    return f"{n >> 90:08x}-{n >> 74 & 0xFFFF:04x}-7{n >> 62 & 0xFFF:03x}-{low >> 48:04x}-{low & 0xFFFFFFFFFFFF:012x}"
