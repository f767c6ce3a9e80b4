"""A believable afternoon at a small company: what the pictures of the README and the snapshots show."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.console.fake_alerts import alert
from tests.console.fake_gateway import FakeGateway
from tests.console.measured import budget, group
from tests.console.people_samples import populate
from tests.console.samples import (
    Json,
    api_key,
    attempt,
    detail,
    failed_log,
    integration,
    log,
    model,
    provider,
    started,
    stats,
)

AFTERNOON = datetime(2026, 11, 24, 14, 2, 11, tzinfo=UTC)
QUESTION = "Summarise the last five support tickets about invoices, one line each, most urgent first."
ANSWER = """1. #4812 Hartmann AG was charged twice for October and wants the money back by Friday.
2. #4807 Invoices for Swiss customers show German VAT.
3. #4799 The PDF of invoice 2026-1184 is empty.
4. #4790 Kowalski asks for one invoice a quarter instead of monthly.
5. #4788 A new address for the accounts department of Lind & Söner."""

USUAL = (
    ("mkt-webui", "openai-prod", "gpt-4o", 812, 214, 4_170_000, 310.4, 2104.2),
    ("support-bot", "openai-eu", "gpt-4.1", 4_127, 388, 18_201_000, 540.9, 4_812.0),
    ("eng-ci", "openai-prod", "gpt-5-mini", 1_904, 96, 668_000, None, 1_240.7),
    ("mkt-webui", "openai-prod", "gpt-4o", 1_310, 402, 7_295_000, 287.3, 3_377.1),
    ("search", "openai-prod", "gpt-4o-mini", 1_630, 12, 251_700, None, 482.6),
    ("notebooks", "local", "qwen3:8b", 540, 731, 0, 96.2, 11_420.5),
)
"""key, provider, model, tokens in, tokens out, nanodollars, first token ms, total ms."""


EVERYBODY: Json = {
    "strategy": {"mode": "loadbalance"},
    "targets": [{"provider": "@openai-prod", "weight": 7}, {"provider": "@openai-eu", "weight": 3}],
}
SUPPORT: Json = {
    "strategy": {
        "mode": "conditional",
        "conditions": [{"query": {"metadata.plan": {"$in": ["pro", "team"]}}, "then": "best"}],
        "default": "rest",
    },
    "request_timeout": 30_000,
    "targets": [
        {
            "name": "best",
            "strategy": {"mode": "fallback", "on_status_codes": [429, 503]},
            "targets": [
                {"provider": "@openai-prod", "override_params": {"model": "gpt-4.1"}, "retry": {"attempts": 2}},
                {"provider": "@groq"},
            ],
        },
        {"name": "rest", "provider": "@local", "cache": {"mode": "simple", "max_age": 3600}},
    ],
}


def afternoon() -> FakeGateway:
    """A gateway with a catalog, keys and an hour of requests."""
    gateway = FakeGateway()
    gateway.stats = stats(requests_per_second=4.2, tokens_per_second=2134.0, in_flight=3, p95_ms=4_812.0)
    gateway.logs = [request(number) | {"created_at": arrival(number)} for number in range(60, 0, -1)]
    gateway.details = {row["id"]: detail(0, question=QUESTION, answer=ANSWER) | whole(row) for row in gateway.logs}
    furnish(gateway)
    populate(gateway)
    return gateway


def an_hour(gateway: FakeGateway) -> None:
    """What the Overview tells of the hour before: a busy one, in which a vendor had five bad minutes."""
    measured = gateway.measured
    measured.points = [minute(number) for number in range(60)]
    measured.whole = {"error_rate": 2.6, "latency_p50": 1_240.0, "latency_p95": 4_812.0}
    measured.whole |= {"time_to_first_token_p50": 310.0, "time_to_first_token_p95": 1_180.0}
    measured.whole |= {"errors_caller": 3, "errors_policy": 8, "errors_provider": 25, "errors_gateway": 0}
    models = (("gpt-4o", 412, 312.4), ("gpt-4.1", 304, 188.1), ("gpt-5-mini", 377, 31.9), ("qwen3:8b", 291, 0.0))
    measured.groups["ai-models"] = [group("ai_model", name, number, cents) for name, number, cents in models]
    keys = (("mkt-webui", 588, 301.2), ("support-bot", 304, 188.1), ("eng-ci", 377, 31.9), ("notebooks", 115, 0.0))
    measured.groups["api-keys"] = [
        group("api_key_id", f"key-{place}", number, cents, api_key_name=name, error_rate=place * 1.1)
        for place, (name, number, cents) in enumerate(keys, 1)
    ]
    teams = (("marketing", 588, 301.2), ("support", 304, 188.1), ("engineering", 492, 43.1))
    measured.groups["workspaces"] = [group("workspace", name, number, cents) for name, number, cents in teams]
    measured.groups["providers"] = [
        group("provider", "openai-prod", 789, 344.3, vendor_health=91.2, error_rate=4.1, latency_p95=6_240.0),
        group("provider", "openai-eu", 304, 188.1, vendor_health=99.7, error_rate=0.3),
        group("provider", "local", 291, 0.0, latency_p95=11_420.0, time_to_first_token_p50=96.0),
    ]
    statuses = ((429, 21), (412, 8), (504, 4), (401, 3))
    measured.groups["status-codes"] = [group("status_code", code, n, 0.0, errors=n) for code, n in statuses]
    gateway.limits.rows = [
        budget("limit-1", "Marketing", 176.4, 200, burn_rate=3.01, forecast=642.0, runs_out_at="2026-11-24T22:50:00Z"),
        budget("limit-2", "support-bot", 41.2, 100, level="api_key", owner="key-2", forecast=61.0),
        budget("limit-3", "trial", 5, 5, level="api_key", owner="key-5", period="weekly", burn_rate=0, forecast=5),
    ]
    exhausted = alert(
        "exhausted", "Budget of api key `trial` is exhausted", "$5.00 of $5.00 are spent.", limit_id="limit-3"
    )
    failing = alert(
        "vendor_failing", "Provider `openai-prod` is failing", "25 of 40 requests of the last minutes failed there."
    )
    gateway.alerts.now = [failing | {"level": "provider", "owner": "openai-prod"}, exhausted | {"level": "api_key"}]
    gateway.stats |= {
        "alerts": 2,
        "budget": {"name": "Marketing", "limit_id": "limit-1", "spent": 176.4, "limit": 200.0},
    }


def minute(number: int) -> Json:
    """What one minute came to."""
    bad = number in range(36, 41)
    requests = 23 + number * 7 % 11 - 6 * bad + number // 12
    point: Json = {"requests": requests, "errors": 7 if bad else number % 9 == 0, "tokens": requests * 1_026}
    point |= {"cost": requests * 0.385, "latency_p50": 1_180.0 + number * 37 % 160}
    point |= {"latency_p95": (9_600.0 if bad else 3_900.0) + number * 131 % 900}
    return point | {
        "time_to_first_token_p50": 300.0 + number * 13 % 40,
        "time_to_first_token_p95": 1_000.0 + number * 97 % 300,
    }


def arrival(number: int) -> str:
    """Some seconds between one request and the next, never quite the same."""
    seconds = number * 4.3 + number * number % 7 * 0.57
    return f"{AFTERNOON + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S.%f}Z"


def request(number: int) -> Json:
    """One of many, most of them ordinary."""
    match number:
        case 58:
            return failed_log(
                58, 401, "The API key has been revoked", "caller", api_key_name="old-intern", ai_model="gpt-4o"
            )
        case 55:
            return cut_short(55)
        case 51:
            return failed_log(
                51, 504, "No first token within 60 s", "provider", api_key_name="notebooks", provider="local"
            ) | {"ai_model": "qwen3:32b", "response_time": 60_004.0}
        case 43:
            message = "Rate limit reached for gpt-5-mini"
            return failed_log(43, 429, message, "provider", api_key_name="eng-ci", ai_model="gpt-5-mini")
        case _:
            return ordinary(number)


def ordinary(number: int) -> Json:
    """A request that went well."""
    key, name, model_name, sent, got, cost, first, total = USUAL[number * 7 % len(USUAL)]
    figures: Json = {"req_units": sent + number, "res_units": got, "cost_nanodollars": cost, "response_time": total}
    figures |= {"time_to_first_token_ms": first, "stream_mode": first is not None, "is_priced": name != "local"}
    return log(number, api_key_name=key, provider=name, ai_model=model_name, **figures)


def cut_short(number: int) -> Json:
    """A stream whose vendor hung up in the middle."""
    said = "the connection broke before the answer was complete (closed by the other side)"
    tries = [attempt(status=200, duration_ms=3_120.4, error=said)]
    failure: Json = {"code": "vendor_broke", "message": f"openai error: {said}", "fault": "provider"}
    changes: Json = {"attempts": tries, "error": failure, "is_success": False, "req_units": None, "res_units": None}
    changes |= {"total_units": None, "cost": None, "cost_nanodollars": None, "time_to_first_token_ms": 1_020.6}
    changes |= {"response_time": 3_122.1, "upstream_response_time": 3_120.4, "gateway_processing_time": 1.7}
    return log(number, api_key_name="mkt-webui", **changes)


def whole(row: Json) -> dict[str, Any]:
    """What makes a detail that of this row."""
    return {"_id": row["id"], "metrics": row}


def under_way(gateway: FakeGateway) -> None:
    """Two requests that are being answered just now."""
    for number, (key, name, model_name, *_) in ((61, USUAL[1]), (62, USUAL[0])):
        origin: Json = {"api_key_name": key, "provider": name, "ai_model": model_name, "created_at": arrival(number)}
        gateway.send("started", started(number) | origin)


def furnish(gateway: FakeGateway) -> None:
    """Integrations, providers, models and keys."""
    cloud: Json = {"configurations": {}}
    gateway.integrations = [
        integration("openai-prod", name="OpenAI production", workspace_count=3, masked_key="sk-p…x7Qd", **cloud),
        integration("openai-eu", name="OpenAI Europe", masked_key="sk-e…9fTw", workspace_count=1, **cloud),
        integration("local", "ollama", name="GPU box", masked_key=None)
        | {"configurations": {"custom_host": "http://gpu.lan:11434/v1"}},
    ]
    gateway.providers = [
        provider("openai-prod", "openai-prod", name="OpenAI production"),
        provider("openai-eu", "openai-eu", name="OpenAI Europe"),
        provider("local", "local", name="GPU box"),
        provider("trial", "openai-prod", name="Summer school", expires_at="2026-09-01T00:00:00Z"),
    ]
    gateway.models = {
        "openai-prod": [
            model("gpt-4o", price={"input": 2.5, "output": 10.0}, context_window=128_000),
            model("gpt-5-mini", price={"input": 0.25, "output": 2.0}, context_window=400_000),
            model("gpt-5", enabled=False, price={"input": 1.25, "output": 10.0}, context_window=400_000),
        ]
    }
    gateway.talk.models = ["@openai-prod/gpt-4o", "@openai-prod/gpt-5-mini"]
    gateway.talk.says = [ANSWER]
    gateway.configs.providers = ("openai-prod", "openai-eu", "local", "trial")
    gateway.configs.add("pc-default", "Everybody", {"provider": "@openai-prod", "retry": {"attempts": 2}}, EVERYBODY)
    gateway.configs.add("pc-support", "Support desk", SUPPORT)
    gateway.configs.used_by = {"pc-default": ["API key `mkt-webui`", "API key `eng-ci`"]}
    once = "2026-11-24T09:12:00Z"
    gateway.keys = [
        api_key("key-1", "mkt-webui", key="th-2…k8Vw"),
        api_key("key-2", "support-bot", key="th-9…Qm3z", expires_at="2027-01-31T00:00:00Z"),
        api_key("key-3", "eng-ci", key="th-c…1LpA", scopes=["completions.write", "models.list"]),
        api_key("key-4", "grafana", key="th-f…77Yb", scopes=["analytics.view", "logs.list"], created_at=once),
        api_key("key-5", "trial", key="th-t…aa0E", expires_at="2026-11-01T00:00:00Z"),
    ]
