"""Moments: epoch milliseconds inside, aware UTC at the edge."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


def instant(epoch_ms: int | None) -> datetime | None:
    """Epoch milliseconds as a time of day and date, in UTC."""
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)


def epoch_ms(moment: datetime | None) -> int | None:
    """The reverse; a time without zone is taken as UTC."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1000)
