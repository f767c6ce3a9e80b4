"""What each API key has spent, whether it has a budget or not: one question for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from console.client import GatewayClient
from console.limits.spenders import CENT
from console.limits.words import NANO
from console.text.figures import NONE, short_count, short_dollars
from console.wire.errors import GatewayRefused
from console.wire.limits import Spender

LOOKED_BACK = timedelta(days=30)
AT_LEAST = "≥"
NOTHING = Spender()
Spent = Mapping[str, Spender]
"""By the id of a key; one that is not there has asked nothing."""


async def ask_spent(gateway: GatewayClient, now: datetime) -> Spent | None:
    """The last 30 days of every key; None where this console's key may not see it. Raises GatewayError."""
    since = (now.astimezone(UTC) - LOOKED_BACK).isoformat()
    asked = {"time_of_generation_min": since, "metrics": "requests,cost,unpriced_requests", "order_by": "cost"}
    try:
        rows = await gateway.every("/v1/analytics/groups/api-keys", Spender, page_size="1000", **asked)
    except GatewayRefused:
        return None
    return {row.api_key_id: row for row in rows if row.api_key_id}


def spent_cell(spent: Spent | None, key_id: str) -> str:
    """`$0.41`; `≥$0.41` where some of it had no price, for a list has no room to say how much."""
    if spent is None:
        return NONE
    row = spent.get(key_id, NOTHING)
    return f"{AT_LEAST if row.unpriced_requests else ''}{cost_of(row)}"


def spent_said(spent: Spent | None, key_id: str) -> str:
    """The same where there is room: `$0.41 in 30 days`, `$0.41 +3 unpr. in 30 days`."""
    return "not known" if spent is None else f"{cost_said(spent.get(key_id, NOTHING))} in 30 days"


def cost_said(row: Spender) -> str:
    """`$0.41`, `$0.41 +3 unpr.`."""
    unpriced = f" +{short_count(row.unpriced_requests)} unpr." if row.unpriced_requests else ""
    return f"{cost_of(row)}{unpriced}"


def cost_of(row: Spender) -> str:
    """What is known of it."""
    return short_dollars(round((row.cost or 0) * CENT * NANO))
