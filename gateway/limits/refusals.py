"""What a caller is told who is refused, and when trying again helps."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gateway.errors import BudgetExhausted, RateLimited
from gateway.limits.spelling import spelled
from gateway.limits.tallies import BudgetTally

if TYPE_CHECKING:
    from gateway.errors import GatewayError
    from gateway.limits.book import Book, Short
    from gateway.limits.rules import Budget, Level, RateLimit

KINDS: dict[Level, tuple[str, str]] = {
    "api_key": ("api_key_exhaust_error", "api_key_rate_limit_error"),
    "workspace": ("workspace_exhaust_error", "workspace_rate_limit_error"),
    "provider": ("virtual_key_exhaust_error", "virtual_key_rate_limit_error"),
    "integration": ("integration_exhaust_error", "integration_rate_limit_error"),
    "policy": ("usage_limits_policy_exhaust_error", "rate_limits_policy_exhaust_error"),
}
"""OpenAI's `type`, as Portkey fills it: of a budget, and of a rate."""
OWNERS: dict[Level, str] = {
    "api_key": "API key",
    "workspace": "workspace",
    "provider": "provider",
    "integration": "integration",
    "policy": "policy",
}
NOUNS = {"tokens": "tokens", "requests": "requests", "concurrent": "requests at once"}
UNITS = {"rps": "second", "rpm": "minute", "rph": "hour", "rpd": "day", "rpw": "week"}


def refusal_of(short: Short, book: Book) -> GatewayError:
    """The error for a limit that has too little left."""
    tally = short.tally
    wait = tally.wait(short.wanted, book.ticks(), book.clock() * 1000)
    seconds = None if wait is None else max(math.ceil(wait), 1)
    if isinstance(tally, BudgetTally):
        return BudgetExhausted(
            out_of_budget(tally, short), kind=KINDS[tally.limit.level][0], wire_code=code_of(tally.limit)
        )
    message = too_fast(tally.limit, tally.applied.group)
    return RateLimited(message, kind=KINDS[tally.limit.level][1], retry_after=seconds)


def unpriced(limit: Budget, model: str) -> GatewayError:
    """A hard budget of money, and a model whose price nobody knows."""
    return BudgetExhausted(
        f"Tollhouse: `{model}` has no price, so nobody can say whether it keeps within the budget of "
        f"{whose(limit, '')}. The operator can give the model a price (0 is one), or set `unpriced: allow`.",
        kind=KINDS[limit.level][0],
        wire_code=code_of(limit),
    )


def code_of(limit: Budget) -> str:
    """Portkey's number."""
    return "06" if limit.level == "policy" else "04"


def out_of_budget(tally: BudgetTally, short: Short) -> str:
    """How much of which budget is used up, and what will help."""
    limit = tally.limit
    aside = f", {amount_of(tally.reserved, limit.used)} set aside for requests under way" if tally.reserved else ""
    used = f"{amount_of(tally.spent, limit.used)} of {amount_of(tally.amount, limit.used)} used{aside}"
    what = "has too little left for this request" if short.left > 0 else "is used up"
    again = "" if limit.period.every == "never" else f"It begins anew at {moment(tally.ends_ms)}; until then the"
    who = f"{again} operator can raise it." if again else "The operator can raise it."
    return f"Tollhouse: the budget of {whose(limit, tally.applied.group)} {what} ({used}). {who}"


def too_fast(limit: RateLimit, group: str) -> str:
    """Which rate was exceeded."""
    per = "" if limit.used == "concurrent" else f" a {UNITS[limit.unit]}"
    return (
        f"Tollhouse: {whose(limit, group)} allows {limit.value} {NOUNS[limit.used]}{per}, "
        "and this request would exceed it; try again later."
    )


def whose(limit: Budget | RateLimit, group: str) -> str:
    """Whose limit it is."""
    return f"{OWNERS[limit.level]} `{limit.name}`" + (f" for `{group[:200]}`" if group else "")


def amount_of(amount: int, used: str) -> str:
    """An amount for people."""
    return f"${spelled(amount, used):.6g}" if used == "cost" else f"{amount} {NOUNS[used]}"


def moment(epoch_ms: int) -> str:
    """An instant for people."""
    return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"
