"""What an operator types to narrow the audit log, as the parameters of `GET /v1/audit-logs`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

FILTERS = {
    "actor": "actor",
    "resource": "resource_type",
    "id": "resource_id",
    "action": "action",
    "workspace": "workspace_id",
    "from": "client_ip",
    "status": "response_status_code",
}
TIMES = {"since": "start_time", "until": "end_time"}
AGO = re.compile(r"(?P<number>\d{1,4})(?P<unit>[mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
HINT = "actor:NAME resource:api_keys action:update since:2h until:2026-11-20 words"


def parse(text: str, now: datetime) -> tuple[dict[str, str], str | None]:
    """(parameters, what is wrong with the first part that cannot be used)."""
    said: dict[str, str] = {}
    words: list[str] = []
    for part in text.split():
        name, colon, value = part.partition(":")
        if not colon or name not in (*FILTERS, *TIMES):
            words.append(part)
        elif not value:
            return {}, f"`{name}:` needs a value"
        elif name in FILTERS:
            said[FILTERS[name]] = value
        elif (moment := moment_of(value, now)) is None:
            return {}, f"`{part}`: a time is like 30m, 2h, 7d or 2026-11-20"
        else:
            said[TIMES[name]] = moment.isoformat()
    return said | ({"words": " ".join(words)} if words else {}), None


def moment_of(text: str, now: datetime) -> datetime | None:
    """`2h` is two hours ago; else a date, or a date and time."""
    if found := AGO.fullmatch(text):
        return now - timedelta(**{UNITS[found["unit"]]: int(found["number"])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
