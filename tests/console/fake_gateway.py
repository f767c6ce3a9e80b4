"""A gateway in memory that speaks the admin API's JSON, as an httpx transport: no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx

from tests.console.fake_alerts import FakeAlerts
from tests.console.fake_answers import listing, one, refused
from tests.console.fake_configs import FakeConfigs
from tests.console.fake_limits import FakeLimits
from tests.console.fake_people import FakePeople
from tests.console.fake_talk import FakeTalk
from tests.console.measured import Measured
from tests.console.samples import Json, api_key, integration, provider, stats

VENDORS: list[Json] = [
    {"id": "openai", "name": "OpenAI", "base_url": "https://api.openai.com/v1", "needs_key": True, "object": "vendor"},
    {"id": "ollama", "name": "Ollama", "base_url": None, "needs_key": False, "object": "vendor"},
    {"id": "anthropic", "name": "Anthropic", "base_url": "https://api.anthropic.com", "needs_key": True},
    {
        "id": "bedrock",
        "name": "AWS Bedrock",
        "base_url": None,
        "needs_key": True,
        "settings": [
            {"name": "aws_region", "what": "the region, such as us-east-1", "is_needed": True, "is_secret": False},
            {"name": "aws_secret_access_key", "what": "the secret", "is_needed": False, "is_secret": True},
        ],
    },
]


class FakeGateway:
    """What it holds is public, and what it was asked is kept."""

    def __init__(self) -> None:
        self.stats: Json = stats()
        self.logs: list[Json] = []
        """Newest first."""
        self.details: dict[str, Json] = {}
        self.integrations: list[Json] = []
        self.providers: list[Json] = []
        self.models: dict[str, list[Json]] = {}
        self.keys: list[Json] = []
        self.trial: Json = {"works": True, "asked": "GET …", "said": "it lists 34 models", "took_ms": 210}
        """What a test of an integration comes to."""
        self.talk = FakeTalk()
        self.limits, self.alerts, self.people = FakeLimits(), FakeAlerts(), FakePeople()
        self.measured = Measured()
        self.parts = (self.people, self.measured, self.limits, self.alerts, self.talk)
        self.configs = FakeConfigs()
        self.asked: list[tuple[str, str, Json]] = []
        """(method, path, body) of every change asked for."""
        self.filters: list[dict[str, str]] = []
        """What each question for logs was narrowed to."""
        self.looked: list[str] = []
        """Every path and query that was read."""
        self.tails = 0
        self.trouble: str | None = None
        """Why nobody answers; None when somebody does."""
        self.requests: list[httpx.Request] = []
        """Every one that came."""
        self.refuses_to_show: dict[str, str] = {}
        """Why what is at a path is not for this key, by the path."""
        self._refusals: dict[str, tuple[int, Json]] = {}
        self._events: list[asyncio.Queue[bytes | None]] = []

    @property
    def transport(self) -> httpx.MockTransport:
        """The network that leads here."""
        return httpx.MockTransport(self.answer)

    def will_refuse(
        self,
        path: str,
        status: int,
        message: str,
        param: str | None = None,
        code: str = "invalid",
        fault: str = "caller",
    ) -> None:
        """The next change at `path` is refused."""
        error = {"message": message, "type": "invalid_request_error", "param": param, "code": code, "fault": fault}
        self._refusals[path] = status, {"error": error}

    def send(self, event: str, data: Json) -> None:
        """Put an event on every open tail."""
        for events in self._events:
            events.put_nowait(f"event: {event}\ndata: {json.dumps(data)}\n\n".encode())

    def hang_up(self) -> None:
        """Break every open tail."""
        for events in self._events:
            events.put_nowait(None)
        self._events.clear()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self.trouble is not None:
            raise httpx.ConnectError(self.trouble)
        self.requests.append(request)
        if (why := self.refuses_to_show.get(request.url.path)) is not None:
            return refused(403, why)
        body = json.loads(request.content) if request.content else dict(request.url.params)
        path = request.url.path
        if request.method == "GET":
            self.looked.append(str(request.url).removeprefix("http://gateway.test"))
            return self._look(path, dict(request.url.params))
        if path == "/v1/chat/completions" and path not in self._refusals:
            return self.talk.chat(request.headers.get("x-portkey-config"), body)
        self.asked.append((request.method, path, body))
        if path in self._refusals:
            status, error = self._refusals.pop(path)
            return httpx.Response(status, json=error)
        parts = path.removeprefix("/v1/").split("/")
        changed = self.configs.change(request.method, parts, body)
        return changed or httpx.Response(200, json=self._change(request.method, parts, body))

    def _look(self, path: str, params: dict[str, str]) -> httpx.Response:
        parts = path.removeprefix("/v1/").split("/")
        if (found := self.talk.look(parts, params) or self.configs.look(parts)) is not None:
            return found
        match parts:
            case ["stats"]:
                return httpx.Response(200, json=self.stats)
            case ["vendors"]:
                return listing(VENDORS, params)
            case ["logs", "tail"]:
                return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=self._tail())
            case ["logs"]:
                return self._log_page(params)
            case ["logs", log_id] if log_id in self.details:
                return httpx.Response(200, json=self.details[log_id])
        words = path.removeprefix("/v1/").split("/")
        shown = (part.look(words, params) for part in self.parts)
        return next((each for each in shown if each is not None), None) or self._look_into_catalog(path, params)

    def _look_into_catalog(self, path: str, params: dict[str, str]) -> httpx.Response:
        match path.removeprefix("/v1/").split("/"):
            case ["integrations"]:
                hidden = ("masked_key", "configurations", "allow_all_models")
                rows = [{k: v for k, v in row.items() if k not in hidden} for row in self.integrations]
                return listing(rows, params)
            case ["integrations", slug]:
                return one(self.integrations, slug)
            case ["integrations", slug, "models"]:
                models = self.models.get(slug, [])
                return httpx.Response(200, json={"total": len(models), "models": models})
            case ["providers"]:
                return listing(self.providers, params)
            case ["api-keys"]:
                return listing(self.keys, params)
            case ["api-keys", key_id]:
                return one(self.keys, key_id)
        return refused(404, f"`{path}` is not here")

    def _log_page(self, params: dict[str, str]) -> httpx.Response:
        self.filters.append({name: value for name, value in params.items() if name not in ("limit", "cursor")})
        start = int(params.get("cursor", 0))
        end = start + int(params["limit"])
        following = str(end) if end < len(self.logs) else None
        return httpx.Response(200, json={"object": "list", "data": self.logs[start:end], "next_cursor": following})

    async def _tail(self) -> AsyncIterator[bytes]:
        events: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._events.append(events)
        self.tails += 1
        yield b": ping\n\n"
        while (event := await events.get()) is not None:
            yield event

    def _change(self, method: str, path: list[str], body: Json) -> Json:
        for part in self.parts:
            if (changed := part.change(method, path, body)) is not None:
                return changed
        match method, path:
            case "POST", ["integrations"]:
                return self._add_integration(body)
            case "POST", ["integrations", _, "test"]:
                return self.trial
            case "POST", ["providers"]:
                slug = body.get("slug") or body["name"].lower()
                self.providers.append(provider(slug, body["integration_id"], name=body["name"]))
                return {"id": slug, "slug": slug}
            case "POST", ["api-keys", key_id, "rotate"]:
                return {"id": key_id, "key": "th-ROTATED-9876", "key_transition_expires_at": "2026-11-25T09:00:00Z"}
            case "POST", ["api-keys", _, _]:
                self.keys.append(api_key("key-new", body["name"], scopes=body["scopes"]))
                return {"id": "key-new", "key": "th-NEW-SECRET-0123456789", "object": "api-key"}
        return self._change_row(method, path, body)

    def _change_row(self, method: str, path: list[str], body: Json) -> Json:
        match method, path:
            case "DELETE", ["integrations", slug, "models"]:
                self.models[slug] = [model for model in self.models[slug] if model["slug"] != body["slugs"]]
            case "PUT", ["integrations", slug, "models"]:
                known = {model["slug"]: model for model in self.models.get(slug, [])}
                for change in body["models"]:
                    known[change["slug"]] = known.get(change["slug"], {}) | change
                self.models[slug] = list(known.values())
            case "DELETE", ["integrations", slug]:
                self.integrations = [row for row in self.integrations if row["slug"] != slug]
            case "DELETE", ["providers", slug]:
                self.providers = [row for row in self.providers if row["slug"] != slug]
            case "DELETE", ["api-keys", key_id]:
                self.keys = [row for row in self.keys if row["id"] != key_id]
            case "PUT", [kind, name]:
                rows = {"integrations": self.integrations, "providers": self.providers, "api-keys": self.keys}[kind]
                next(row for row in rows if name in (row["id"], row.get("slug"))).update(body)
        return {}

    def _add_integration(self, body: Json) -> Json:
        slug = body.get("slug") or body["name"].lower()
        self.integrations.append(integration(slug, body["ai_provider_id"], name=body["name"]))
        self.providers.append(provider(slug, slug))
        return {"id": slug, "slug": slug}
