"""Alerts, events and channels as rows of text. No Textual in here."""

from __future__ import annotations

from datetime import datetime, tzinfo

from console.limits.words import short_moment
from console.text.figures import NONE, day_time, short_uptime
from console.wire.alerts import Alert, Channel

KINDS = {
    "threshold": "low",
    "exhausted": "used up",
    "key_expiring": "ends soon",
    "vendor_failing": "failing",
    "writer_degraded": "degraded",
}
"""What the gateway calls it, to the word in a list."""


def standing_row(alert: Alert) -> tuple[str, ...]:
    """What needs care."""
    return (KINDS.get(alert.kind, alert.kind), alert.title, alert.text)


def happened_row(event: Alert, zone: tzinfo | None) -> tuple[str, ...]:
    """What happened."""
    return (day_time(event.at, zone), *standing_row(event))


def channel_row(channel: Channel, now: datetime, zone: tzinfo | None) -> tuple[str, ...]:
    """One channel, and how it fares."""
    return (
        channel.name,
        channel.masked_url,
        ", ".join(KINDS.get(kind, kind) for kind in channel.events) or "everything",
        short_moment(channel.last_sent_at, now, zone),
        str(channel.waiting) if channel.waiting else "",
        state(channel),
        trouble(channel, now, zone),
    )


def state(channel: Channel) -> str:
    """In a word: `off`, `failing`, `new` before its first notification, `ok`."""
    if not channel.enabled:
        return "off"
    if channel.last_error is not None:
        return "failing"
    return "ok" if channel.last_sent_at is not None else "new"


def trouble(channel: Channel, now: datetime, zone: tzinfo | None) -> str:
    """Since when, when it is tried again, and why."""
    if channel.last_error is None:
        return ""
    since = short_uptime((now - channel.failing_since).total_seconds()) if channel.failing_since else NONE
    again = f", again {channel.next_try_at.astimezone(zone):%H:%M:%S}" if channel.next_try_at else ""
    return f"for {since}{again}: {channel.last_error}"
