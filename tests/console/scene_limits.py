"""What a small company may spend, and what needs care there, for the pictures."""

from __future__ import annotations

from tests.console.fake_alerts import alert, channel
from tests.console.fake_gateway import FakeGateway
from tests.console.samples import Json, limit, rate

MARKETING = "Budget of workspace `Marketing` is exhausted"


def furnish_limits(gateway: FakeGateway) -> None:
    """Budgets and rates at every level, in every state; a rule about models in shadow."""
    empty: Json = {"kind": "models", "type": "models", "period": "", "resets_at": None, "mode": "shadow", "limit": 0}
    group: Json = {"name": "20 dollars each", "limit": 20.0, "period": "monthly"}
    gateway.limits.rows = [
        limit("l-1", "workspace", "marketing", name="Marketing", limit=200.0, spent=200.0, left=0.0, refused=12)
        | {"status": "exhausted"},
        limit("l-2", "api_key", "key-1", name="mkt-webui", spent=41.2, reserved=2.4, left=6.4, alerts=[25.0, 40.0])
        | {"runs_out_at": "2026-11-26T11:00:00Z", "burn_rate": 0.15, "forecast": 64.0},
        limit("l-3", "integration", "openai-eu@sales", limit=500.0, spent=230.5, left=269.5, raised=100.0),
        limit("l-4", "policy", "p-1", group="metadata._user=ann", spent=17.9, left=2.1, **group),
        limit("l-5", "policy", "p-1", group="metadata._user=bob", spent=3.1, left=16.9, **group),
        limit(
            "l-6", "api_key", "key-4", name="notebooks", type="tokens", period="daily", limit=2_000_000, spent=840_000
        )
        | {"left": 1_160_000, "resets_at": "2026-11-25T00:00:00Z", "mode": "shadow", "would_have_refused": 3},
        rate("l-7", "provider", "openai-prod"),
        rate("l-8", "api_key", "key-3", name="eng-ci", type="concurrent", period="", limit=5, spent=0)
        | {"reserved": 5, "left": 0, "status": "exhausted", "refused": 41, "resets_at": None},
        limit("l-9", "integration", "openai-prod@sales", models={"gpt-5": 7}, would_have_refused=7, **empty),
    ]
    gateway.limits.groups = {"ai-models": [{"ai_model": "gpt-4o", "requests": 9_120, "cost": 3_310.0, "tokens": 1}]}
    gateway.limits.groups["api-keys"] = [
        {"api_key_id": "key-1", "requests": 9_632, "cost": 4_120.0},
        {"api_key_id": "key-2", "requests": 3_044, "cost": 1_264.0},
        {"api_key_id": "key-3", "requests": 2_377, "cost": 319.0, "unpriced_requests": 12},
    ]
    gateway.limits.groups["ai-models"] += [{"ai_model": "gpt-4.1", "requests": 512, "cost": 810.0, "tokens": 1}]


def furnish_alerts(gateway: FakeGateway) -> None:
    """Things that need care, things that happened, channels that work and one that does not."""
    gateway.alerts.now = [
        alert(
            "vendor_failing", "Provider `openai-eu` is failing", "14 of 20 requests of the last minutes failed there."
        ),
        alert("exhausted", MARKETING, "$200.00 of $200.00 are spent. It begins anew at 2026-12-01 00:00 UTC."),
        alert("threshold", "Budget of api key `mkt-webui` has passed $40.00", "$41.20 of $50.00 are spent."),
        alert("key_expiring", "API key `support-bot` expires within 7 days", "Rotate it, or give it more time."),
    ]
    gateway.alerts.lately = [alert("exhausted", MARKETING, at="2026-11-24T11:40:09Z")]
    fails: Json = {"last_error": "550 no such mailbox", "failing_since": "2026-11-24T14:20:00Z", "waiting": 2}
    gateway.alerts.channels = [
        channel("c-1", "ops", kind="slack", masked_url="slack://…", last_sent_at="2026-11-24T11:40:10Z"),
        channel("c-2", "owners", kind="mailtos", masked_url="mailtos://…{to}", **fails)
        | {"next_try_at": "2026-11-24T15:05:00Z", "events": ["exhausted", "threshold"]},
        channel("c-3", "pager", kind="json", enabled=False),
    ]
