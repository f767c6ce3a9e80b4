"""When a key or a provider ends: a field that takes a number of days or a date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from console.screens.fields import Field

LONGEST_DAYS = 36_500


def expiry_field(now: Callable[[], datetime], before: datetime | None) -> Field:
    """Empty means never; days are counted from now when the form is sent."""
    return Field(
        name="expires_at",
        label="Expires",
        value=f"{before:%Y-%m-%d}" if before else "",
        hint="never; or days from now (90), or a date (2027-01-31)",
        check=lambda text: None if end_of(text, now()) else "a number of days, or a date as 2027-01-31, in the future",
        convert=lambda text: spelled(end_of(text, now())),
        clears=True,
    )


def end_of(text: str, now: datetime) -> datetime | None:
    """The instant that `90` or `2027-01-31` means, None if it means none to come."""
    if text.isdigit():
        days = int(text)
        return now + timedelta(days=days) if 0 < days <= LONGEST_DAYS else None
    try:
        date = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return date if date > now else None


def spelled(moment: datetime | None) -> str | None:
    """As the wire wants it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
