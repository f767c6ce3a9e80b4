"""How the gateway is, as the status line says it: words first, numbers as far as they fit."""

from dataclasses import dataclass
from datetime import datetime

from console.text.figures import short_count, short_dollars, short_duration, short_percent, short_uptime
from console.wire.stats import MainBudget, Stats


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last thing known: figures, or why there are none."""

    stats: Stats | None = None
    trouble: str | None = None
    """Why the gateway cannot be asked."""
    since: datetime | None = None
    """When the figures came."""
    name: str = ""
    """What the operator calls the gateway."""
    is_read_only: bool = False
    barred: str | None = None
    """Why this key may not see the figures of a gateway that is there."""
    is_known: bool = True
    """Whether the gateway knows this key at all."""


def state(pulse: Pulse) -> tuple[str, str]:
    """(tone, words): a sign, a colour and a sentence; each alone says it."""
    named = f"{pulse.name} " if pulse.name else ""
    if pulse.trouble is not None:
        heard = f" since {pulse.since:%H:%M:%S}" if pulse.since else ""
        return "error", f"✖ {named}{pulse.trouble}{heard}, trying again"
    if not pulse.is_known:
        return "error", f"✖ {named}this console's key is not known there, or ended: `--key-file` gives another"
    if pulse.barred is not None:
        return "ok", f"● {pulse.name or 'ok'}{' read-only' if pulse.is_read_only else ''}, {pulse.barred}"
    if pulse.stats is None:
        return "muted", f"○ {named}asking the gateway"
    if pulse.stats.status != "ok":
        reason = pulse.stats.reason or "the gateway does not say why"
        return "warning", f"▲ {named}{pulse.stats.status}: {reason}"
    return "ok", f"● {pulse.name or 'ok'}{' read-only' if pulse.is_read_only else ''}"


def figures(stats: Stats) -> list[str]:
    """The numbers, the ones that matter most first; whoever draws leaves out the last ones when there is no room."""
    unpriced = f" +{stats.unpriced_today} unpriced" if stats.unpriced_today else ""
    return [
        *([f"{stats.alerts} alert{'' if stats.alerts == 1 else 's'}"] if stats.alerts else []),
        f"req {short_count(stats.requests_per_second)}/s",
        f"{short_dollars(stats.cost_today_nanodollars)} today{unpriced}",
        *([budget_said(stats.budget)] if stats.budget else []),
        f"tok {short_count(stats.tokens_per_second)}/s",
        f"err {short_count(stats.errors_per_second)}/s {short_count(stats.errors_today)} today",
        f"p95 {short_duration(stats.p95_ms)}",
        f"open {stats.in_flight}",
        f"gw {stats.version} up {short_uptime(stats.uptime_seconds)}",
    ]


def budget_said(budget: MainBudget) -> str:
    """`budget 92% of $200.00`."""
    share = budget.spent / budget.limit * 100 if budget.limit else None
    return f"budget {short_percent(share)} of {short_dollars(round(budget.limit * 1e9))}"
