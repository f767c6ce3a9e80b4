"""Who has used a limit up: its groups where a policy counts by them, else the keys or models of its period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.client import GatewayClient
from console.wire.catalog import Provider
from console.wire.errors import GatewayRefused
from console.wire.limits import Limit, Limited, Spender

CENT = 0.01
"""Of a dollar."""
RATES = {"rps": 1, "rpm": 60, "rph": 3_600, "rpd": 86_400, "rpw": 604_800}
"""Seconds."""
FOR_GOOD = timedelta(days=30)
"""What is looked at of a budget that never begins anew."""


@dataclass(frozen=True, slots=True)
class Use:
    """One of them; `group` is its own counter, where it has one."""

    who: str
    spent: float
    requests: int = 0
    group: Limit | None = None


async def ask_uses(gateway: GatewayClient, limit: Limit, now: datetime) -> list[Use]:
    """The largest first. Raises GatewayError."""
    if limit.is_rule:
        return [Use(model, count, count) for model, count in limit.models.items()]
    if limit.level == "policy":
        groups = await gateway.every("/v1/limits", Limit, owner=limit.owner)
        uses = [Use(group.group or "all requests", group.spent + group.reserved, group=group) for group in groups]
    else:
        rows, known = await summed(gateway, limit, now), await names(gateway, limit)
        uses = [use_of(row, limit, known) for row in rows]
    return sorted((use for use in uses if use.spent or use.requests), key=lambda use: -use.spent)


async def summed(gateway: GatewayClient, limit: Limit, now: datetime) -> list[Spender]:
    """The period's requests by model, of a key, or by key."""
    where = await narrowed(gateway, limit)
    if where is None:
        return []
    since = limit.began_at or now - (FOR_GOOD if limit.is_budget else timedelta(seconds=RATES.get(limit.period, 60)))
    metrics = "requests,cost,tokens"
    period = {"time_of_generation_min": since.isoformat(), "metrics": metrics, "order_by": ordered_by(limit)}
    by = "ai-models" if limit.level == "api_key" else "api-keys"
    return await gateway.every(f"/v1/analytics/groups/{by}", Spender, **where, **period)


async def narrowed(gateway: GatewayClient, limit: Limit) -> dict[str, str] | None:
    """Whose requests are meant, as analytics has it; None where nobody's are."""
    match limit.level:
        case "api_key":
            return {"api_key_ids": limit.owner}
        case "workspace":
            return {"workspace_slug": limit.owner}
        case "provider":
            return {"virtual_keys": limit.owner}
    workspace = limit.owner.rpartition("@")[2]
    every = await gateway.every("/v1/providers", Provider, workspace_id=workspace)
    slugs = [one.slug for one in every if one.integration_id == limit.name]
    return {"virtual_keys": ",".join(slugs)} if slugs else None


def ordered_by(limit: Limit) -> str:
    """The metric that the limit counts."""
    return limit.type if limit.type in ("cost", "tokens") else "requests"


async def names(gateway: GatewayClient, limit: Limit) -> dict[str, str]:
    """Of keys by their ids, as far as they may be known."""
    if limit.level == "api_key":
        return {}
    try:
        return {key.id: key.name for key in await gateway.every("/v1/api-keys", Limited)}
    except GatewayRefused:
        return {}


def use_of(row: Spender, limit: Limit, known: dict[str, str]) -> Use:
    """A group of requests, in what the limit counts."""
    requests = row.requests or 0
    spent = {"cost": (row.cost or 0) * CENT, "tokens": row.tokens or 0}.get(limit.type, requests)
    who = row.ai_model or known.get(row.api_key_id or "", row.api_key_id) or "no key"
    return Use(who, spent, round(requests))
