"""A gateway in memory that speaks the admin API's JSON, as an httpx transport: no network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

Json = dict[str, Any]

VENDORS: list[Json] = [
    {"id": "openai", "name": "OpenAI", "base_url": "https://api.openai.com/v1", "needs_key": True, "object": "vendor"},
    {"id": "ollama", "name": "Ollama", "base_url": None, "needs_key": False, "object": "vendor"},
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
        self.asked: list[tuple[str, str, Json]] = []
        """(method, path, body) of every change asked for."""
        self.filters: list[dict[str, str]] = []
        self.tails = 0
        self.trouble: str | None = None
        """Why nobody answers; None when somebody does."""
        self._refusals: dict[str, tuple[int, Json]] = {}
        self._events: list[asyncio.Queue[bytes | None]] = []

    @property
    def transport(self) -> httpx.MockTransport:
        """The network that leads here."""
        return httpx.MockTransport(self.answer)

    def will_refuse(self, path: str, status: int, message: str, param: str | None = None) -> None:
        """The next change at `path` is refused."""
        error = {"message": message, "type": "invalid_request_error", "param": param, "code": "invalid"}
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
        body = json.loads(request.content) if request.content else {}
        path = request.url.path
        if request.method == "GET":
            return self._look(path, dict(request.url.params))
        self.asked.append((request.method, path, body))
        if path in self._refusals:
            status, error = self._refusals.pop(path)
            return httpx.Response(status, json=error)
        return httpx.Response(200, json=self._change(request.method, path.removeprefix("/v1/").split("/"), body))

    def _look(self, path: str, params: dict[str, str]) -> httpx.Response:
        match path.removeprefix("/v1/").split("/"):
            case ["stats"]:
                return httpx.Response(200, json=self.stats)
            case ["vendors"]:
                return listing(VENDORS)
            case ["logs", "tail"]:
                return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=self._tail())
            case ["logs"]:
                return self._log_page(params)
            case ["logs", log_id] if log_id in self.details:
                return httpx.Response(200, json=self.details[log_id])
        return self._look_into_catalog(path)

    def _look_into_catalog(self, path: str) -> httpx.Response:
        match path.removeprefix("/v1/").split("/"):
            case ["integrations"]:
                hidden = ("masked_key", "configurations", "allow_all_models")
                return listing([{k: v for k, v in row.items() if k not in hidden} for row in self.integrations])
            case ["integrations", slug]:
                return one(self.integrations, slug)
            case ["integrations", slug, "models"]:
                models = self.models.get(slug, [])
                return httpx.Response(200, json={"total": len(models), "models": models})
            case ["providers"]:
                return listing(self.providers)
            case ["api-keys"]:
                return listing(self.keys)
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
        match method, path:
            case "POST", ["integrations"]:
                return self._add_integration(body)
            case "POST", ["providers"]:
                slug = body.get("slug") or body["name"].lower()
                self.providers.append(provider(slug, body["integration_id"], name=body["name"]))
                return {"id": slug, "slug": slug}
            case "POST", ["api-keys", _, _]:
                self.keys.append(api_key("key-new", body["name"], scopes=body["scopes"]))
                return {"id": "key-new", "key": "th-NEW-SECRET-0123456789", "object": "api-key"}
            case "POST", ["api-keys", key_id, "rotate"]:
                return {"id": key_id, "key": "th-ROTATED-9876", "key_transition_expires_at": "2026-11-24T09:00:00Z"}
        return self._change_row(method, path, body)

    def _change_row(self, method: str, path: list[str], body: Json) -> Json:
        match method, path:
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
        return {}

    def _add_integration(self, body: Json) -> Json:
        slug = body.get("slug") or body["name"].lower()
        self.integrations.append(integration(slug, body["ai_provider_id"], name=body["name"]))
        self.providers.append(provider(slug, slug))
        return {"id": slug, "slug": slug}


def listing(rows: list[Json]) -> httpx.Response:
    """A list of the catalog, all on one page."""
    return httpx.Response(200, json={"object": "list", "total": len(rows), "data": rows})


def one(rows: list[Json], slug: str) -> httpx.Response:
    """The row with this slug."""
    found = [row for row in rows if row["slug"] == slug]
    return httpx.Response(200, json=found[0]) if found else refused(404, f"`{slug}` is not here")


def refused(status: int, message: str) -> httpx.Response:
    """An error as the gateway spells it."""
    return httpx.Response(status, json={"error": {"message": message, "type": "error", "param": None, "code": "no"}})


def stats(**changes: Any) -> Json:
    """The figures of a gateway at work."""
    usual: Json = {
        "version": "0.1.0",
        "uptime_seconds": 1_036_800.0,
        "requests_per_second": 41.2,
        "tokens_per_second": 2134.0,
        "errors_per_second": 0.3,
        "in_flight": 7,
        "requests_today": 20_417,
        "errors_today": 61,
        "cost_today_nanodollars": 18_420_000_000,
        "unpriced_today": 0,
        "p95_ms": 1834.0,
        "status": "ok",
        "reason": None,
    }
    return usual | changes


def log_id(number: int) -> str:
    """Ids of the tests sort by their number, as the gateway's sort by time."""
    return f"019a-{number:06d}"


def log(number: int, **changes: Any) -> Json:
    """A settled request as `GET /v1/logs` has it."""
    usual: Json = {
        "id": log_id(number),
        "object": "log",
        "created_at": f"2026-11-24T14:{number // 60 % 60:02d}:{number % 60:02d}.204Z",
        "trace_id": f"trace-{number}",
        "api_key_id": "key-1",
        "api_key_name": "mkt-webui",
        "workspace_slug": "default",
        "provider": "openai-prod",
        "ai_org": "openai",
        "ai_model": "gpt-4o",
        "response_model": "gpt-4o-2024-08-06",
        "request_method": "POST",
        "request_url": "/v1/chat/completions",
        "response_status_code": 200,
        "is_success": True,
        "stream_mode": True,
        "req_units": 812,
        "res_units": 214,
        "total_units": 1026,
        "cached_units": 0,
        "reasoning_units": 0,
        "cost": 0.41,
        "cost_nanodollars": 4_100_000,
        "is_priced": True,
        "cost_currency": "USD",
        "response_time": 2104.2,
        "time_to_first_token_ms": 310.4,
        "upstream_response_time": 2103.1,
        "gateway_processing_time": 1.1,
        "cache_status": "DISABLED",
        "retry_success_count": 0,
        "last_used_option_index": "config",
        "metadata": {},
        "error": None,
        "attempts": [attempt()],
    }
    return usual | changes


def attempt(**changes: Any) -> Json:
    """A try that went well."""
    usual: Json = {
        "provider": "openai-prod",
        "vendor": "openai",
        "model": "gpt-4o",
        "url": "https://api.openai.com/v1/chat/completions",
        "status": 200,
        "duration_ms": 2103.1,
        "error": None,
    }
    return usual | changes


def failed_log(number: int, status: int, message: str, fault: str, **changes: Any) -> Json:
    """A request that was refused, or came to nothing."""
    nothing: Json = {"req_units": 0, "res_units": 0, "cost": None, "cost_nanodollars": None}
    nothing |= {"time_to_first_token_ms": None, "response_time": 2.4, "attempts": []}
    error = {"code": "failed", "message": message, "fault": fault}
    return log(number, response_status_code=status, is_success=False, error=error, **(nothing | changes))


def started(number: int, **changes: Any) -> Json:
    """A request that has begun, as the tail says it."""
    names = ("id", "created_at", "trace_id", "api_key_name", "provider", "ai_model", "stream_mode", "request_url")
    usual = log(number)
    return {name: usual[name] for name in names} | changes


def detail(number: int, *, question: str = "Hello?", answer: str = "Hello!", **changes: Any) -> Json:
    """A log record whole."""
    return {
        "_id": log_id(number),
        "created_at": log(number)["created_at"],
        "organisation_id": "org",
        "request": {
            "url": "/v1/chat/completions",
            "method": "POST",
            "headers": {"user-agent": "openai/2.0"},
            "body": {"model": "@openai-prod/gpt-4o", "messages": [{"role": "user", "content": question}]},
            "portkeyHeaders": {"x-portkey-trace-id": f"trace-{number}"},
        },
        "response": {
            "status": 200,
            "headers": {"content-type": "text/event-stream"},
            "body": {"choices": [{"index": 0, "message": {"role": "assistant", "content": answer}}]},
            "responseTime": 2104.2,
            "lastUsedOptionJsonPath": "config",
        },
        "originalResponse": {"body": 'data: {"choices":[]}\n\ndata: [DONE]\n\n'},
        "metrics": log(number, **changes),
        "usage": {"prompt_tokens": 812, "completion_tokens": 214},
        "price": {"input": 2_500_000_000, "output": 10_000_000_000},
        "price_source": "genai-prices 0.2",
    }


def integration(slug: str, vendor: str = "openai", **changes: Any) -> Json:
    """A vendor account."""
    usual: Json = {
        "id": slug,
        "slug": slug,
        "name": slug,
        "ai_provider_id": vendor,
        "description": None,
        "status": "active",
        "created_at": "2026-11-20T08:00:00Z",
        "last_updated_at": None,
        "organisation_id": "org",
        "object": "integration",
        "masked_key": "sk-a…wxyz",
        "configurations": {"custom_host": "https://llm.example/v1"},
        "allow_all_models": True,
    }
    return usual | changes


def provider(slug: str, integration_id: str, **changes: Any) -> Json:
    """A name that requests address."""
    usual: Json = {
        "id": slug,
        "slug": slug,
        "name": slug,
        "integration_id": integration_id,
        "note": None,
        "status": "active",
        "created_at": "2026-11-20T08:00:00Z",
        "expires_at": None,
        "usage_limits": None,
        "rate_limits": None,
        "object": "provider",
    }
    return usual | changes


def api_key(key_id: str, name: str, **changes: Any) -> Json:
    """An API key, masked."""
    usual: Json = {
        "id": key_id,
        "key": "th-a…wxyz",
        "name": name,
        "description": None,
        "type": "workspace-service",
        "workspace_id": "default",
        "user_id": None,
        "status": "active",
        "scopes": ["completions.write"],
        "created_at": "2026-11-20T08:00:00Z",
        "last_updated_at": None,
        "expires_at": None,
        "creation_mode": "api",
        "object": "api-key",
    }
    return usual | changes
