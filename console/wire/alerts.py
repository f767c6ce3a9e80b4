"""What needs care, what happened, and the channels by which people are told."""

from datetime import datetime

import msgspec


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """Something that needs care until it is well again, or, with `at`, something that happened."""

    kind: str
    """`threshold`, `exhausted`, `key_expiring`, `vendor_failing` or `writer_degraded`."""
    title: str = ""
    text: str = ""
    at: datetime | None = None
    level: str = ""
    """What kind of thing it is about: of a budget its level, else `api_key` or `provider`."""
    owner: str = ""
    limit_id: str | None = None


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """Where notifications go, its URL masked."""

    id: str
    name: str
    kind: str = ""
    masked_url: str = ""
    events: list[str] = []
    """Of what it is told; empty: of everything."""
    enabled: bool = True
    last_sent_at: datetime | None = None
    last_error: str | None = None
    failing_since: datetime | None = None
    next_try_at: datetime | None = None
    waiting: int = 0

    @property
    def is_template(self) -> bool:
        """Whether it tells whom an event concerns: a test needs an address."""
        return "{to}" in self.masked_url


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a test got there."""

    sent: bool = False
    error: str | None = None
