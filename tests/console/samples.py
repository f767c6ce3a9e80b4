"""What the gateway says, as JSON that a test changes where it matters."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


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
        "workspace_id": "default",
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


def model(slug: str, **changes: Any) -> Json:
    """A model of an integration."""
    usual: Json = {"slug": slug, "name": slug, "enabled": True, "is_custom": False}
    return usual | changes


def config(slug: str, **changes: Any) -> Json:
    """A saved config, as a list has it."""
    usual: Json = {
        "id": slug,
        "slug": slug,
        "name": slug,
        "workspace_id": "default",
        "is_default": 0,
        "status": "active",
        "object": "config",
    }
    return usual | changes


def limit(limit_id: str, level: str, owner: str, **changes: Any) -> Json:
    """A monthly budget of 50 dollars, as `GET /v1/limits` has it."""
    usual: Json = {
        "id": limit_id,
        "level": level,
        "owner": owner,
        "name": owner.partition("@")[0],
        "group": "",
        "kind": "budget",
        "type": "cost",
        "period": "monthly",
        "mode": "hard",
        "limit": 50.0,
        "raised": 0.0,
        "raised_until": None,
        "spent": 12.5,
        "reserved": 0.0,
        "left": 37.5,
        "began_at": "2026-11-01T00:00:00Z",
        "resets_at": "2026-12-01T00:00:00Z",
        "burn_rate": 0.02,
        "forecast": 15.6,
        "runs_out_at": None,
        "alerts": [],
        "time_zone": "UTC",
        "on_shortage": "lower",
        "status": "active",
        "refused": 0,
        "would_have_refused": 0,
    }
    return usual | changes


def rate(limit_id: str, level: str, owner: str, **changes: Any) -> Json:
    """60 requests a minute."""
    usual: Json = {"kind": "rate", "type": "requests", "period": "rpm", "limit": 60, "spent": 41, "left": 19}
    usual |= {"began_at": None, "resets_at": "2026-11-24T15:00:41Z", "time_zone": "", "on_shortage": ""}
    usual |= {"burn_rate": 0.0, "forecast": None}
    return limit(limit_id, level, owner, **(usual | changes))
