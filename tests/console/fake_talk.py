"""The part of the gateway in memory that is talked to: chats, what may be asked, saved views of the log and traces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx

from tests.console.samples import Json

CHAT_HEADERS = {"content-type": "text/event-stream", "x-portkey-trace-id": "trace-of-the-chat"}


class FakeTalk:
    """What it says is public, and what it was asked is kept."""

    def __init__(self) -> None:
        self.says: list[str] = ["Hello", " from the model."]
        """The pieces that a chat is answered in."""
        self.held: asyncio.Event | None = None
        """Chats go on after their first piece when this is set."""
        self.chats: list[tuple[str | None, Json]] = []
        """(config, body) of every chat."""
        self.models: list[str] = []
        self.views: list[Json] = []
        """Saved filters of the log."""
        self.traces: dict[str, Json] = {}

    def look(self, path: list[str], _: dict[str, str]) -> httpx.Response | None:
        """What is read here, None for what is elsewhere."""
        match path:
            case ["models"]:
                return rows([{"id": name, "name": name, "object": "model"} for name in self.models])
            case ["logs", "filters"]:
                return rows(self.views)
            case ["traces", trace] if trace in self.traces:
                return httpx.Response(200, json=self.traces[trace])
        return None

    def change(self, method: str, path: list[str], body: Json) -> Json | None:
        """What is changed here, None for what is elsewhere."""
        match method, path:
            case "POST", ["logs", "filters"]:
                self.views.append(body | {"id": f"view-{len(self.views)}", "object": "log-filter"})
                return self.views[-1]
            case "DELETE", ["logs", "filters", view_id]:
                self.views = [view for view in self.views if view["id"] != view_id]
                return {}
        return None

    def chat(self, config: str | None, body: Json) -> httpx.Response:
        """A chat, answered as a stream."""
        self.chats.append((config, body))
        return httpx.Response(200, headers=CHAT_HEADERS, content=self._events(body))

    async def _events(self, body: Json) -> AsyncIterator[bytes]:
        for place, piece in enumerate(self.says):
            if place == 1 and self.held is not None:
                await self.held.wait()
            yield event({"model": body["model"], "choices": [{"index": 0, "delta": {"content": piece}}]})
        yield event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 48}}) + b"data: [DONE]\n\n"


def event(data: Json) -> bytes:
    """A server-sent event."""
    return f"data: {json.dumps(data)}\n\n".encode()


def rows(data: list[Json]) -> httpx.Response:
    """A list that comes whole."""
    return httpx.Response(200, json={"object": "list", "data": data, "total": len(data)})
