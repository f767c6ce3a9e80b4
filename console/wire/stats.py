"""How the gateway is doing right now."""

import msgspec


class MainBudget(msgspec.Struct, frozen=True, kw_only=True):
    """The workspace's budget of money, in dollars; of several the one of which most is spent."""

    name: str = ""
    spent: float = 0
    limit: float = 0


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """How the gateway is doing right now: the status line."""

    version: str = ""
    uptime_seconds: float = 0
    requests_per_second: float = 0
    tokens_per_second: float = 0
    errors_per_second: float = 0
    in_flight: int = 0
    requests_today: int = 0
    errors_today: int = 0
    cost_today_nanodollars: int = 0
    unpriced_today: int = 0
    p95_ms: float | None = None
    status: str = "ok"
    reason: str | None = None
    alerts: int = 0
    """How many things need care."""
    budget: MainBudget | None = None
