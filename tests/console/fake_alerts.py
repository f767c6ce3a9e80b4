"""The part of the gateway in memory that tells people: what needs care, what happened, channels."""

from __future__ import annotations

from typing import Any

import httpx

from tests.console.fake_answers import listing, refused
from tests.console.samples import Json


class FakeAlerts:
    """What it holds is public."""

    def __init__(self) -> None:
        self.now: list[Json] = []
        self.lately: list[Json] = []
        self.channels: list[Json] = []
        self.barred: str | None = None
        """Why channels may not be seen."""
        self.outcome: Json = {"sent": True, "error": None}
        """Of a test."""

    def look(self, path: list[str], params: dict[str, str]) -> httpx.Response | None:
        """What a path shows; None where it is not about alerts."""
        match path:
            case ["alerts"]:
                return listing(self.now, params)
            case ["notifications", "events"]:
                return listing(self.lately, params)
            case ["notifications", "channels"]:
                return refused(403, self.barred) if self.barred else listing(self.channels, params)
        return None

    def change(self, method: str, path: list[str], body: Json) -> Json | None:
        """What was changed; None where it is not about alerts."""
        match method, path:
            case "POST", ["notifications", "channels"]:
                self.channels.append(channel("c-new", body["name"], events=body["events"]))
                return {"id": "c-new"}
            case "POST", ["notifications", "channels", _, "test"]:
                return self.outcome
            case "PUT", ["notifications", "channels", id]:
                next(row for row in self.channels if row["id"] == id).update(body)
                return {}
            case "DELETE", ["notifications", "channels", id]:
                self.channels = [row for row in self.channels if row["id"] != id]
                return {}
        return None


def channel(id: str, name: str, **changes: Any) -> Json:
    """One that was never used, as `GET /v1/notifications/channels` has it."""
    usual: Json = {
        "id": id,
        "name": name,
        "kind": "json",
        "masked_url": "json://…",
        "events": [],
        "enabled": True,
        "created_at": "2026-11-20T08:00:00Z",
        "last_updated_at": None,
        "last_sent_at": None,
        "last_error": None,
        "failing_since": None,
        "next_try_at": None,
        "waiting": 0,
        "object": "notification-channel",
    }
    return usual | changes


def alert(kind: str, title: str, text: str = "", **about: Any) -> Json:
    """Something that needs care."""
    return {"kind": kind, "title": title, "text": text, "level": "", "owner": "", "limit_id": None} | about
