"""How every limit stands at the moment: what is set aside, used and left, and when it begins anew."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gateway.limits.rules import Applied, Budget
from gateway.limits.spelling import NANO, spelled
from gateway.limits.tallies import BudgetTally, RateTally

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.limits.book import Book
    from gateway.limits.catalog import LimitCatalog
    from gateway.limits.tallies import Tally


FAR = 32_503_680_000.0
"""The year 3000: what lasts until then lasts."""


class LimitState(msgspec.Struct, frozen=True, kw_only=True):
    """One limit, or one group of a policy's. Of money all amounts are dollars."""

    id: str
    level: str
    owner: str
    """The id of what is limited; of a provider and a workspace the slug."""
    name: str
    group: str
    """`api_key=…,model=…`, where a policy counts by groups."""
    kind: str
    """`budget`, `rate`, or `models`: the rule in shadow about which models a workspace may use of an integration."""
    type: str
    """What is counted: `cost`, `tokens`, `requests` or `concurrent`; of a rule about models `models`."""
    period: str
    """`daily`, `weekly`, `monthly`, `7d`, `never`; of a rate its unit."""
    mode: str
    """`hard`, `soft` or `shadow`."""
    limit: float
    """With what was added to it for a while."""
    raised: float
    raised_until: datetime | None
    spent: float
    reserved: float
    left: float
    began_at: datetime | None
    """When the period of a budget began, or was begun anew; None of one for good that never was, and of rates."""
    resets_at: datetime | None
    burn_rate: float
    """Of a budget: used per hour, as it went lately (`pace.py`)."""
    forecast: float | None
    """What will have been used when it begins anew, if that goes on; None of a rate and of a budget without periods."""
    runs_out_at: datetime | None
    """When nothing is left, if that goes on; None where it lasts till it begins anew, and where nothing is left."""
    alerts: list[float]
    """Amounts at which somebody is told."""
    time_zone: str
    """Whose midnight a period ends at; of a rate nothing."""
    on_shortage: str
    """`lower` or `refuse`, where a hard budget has too little left for the longest answer; of all others nothing."""
    status: str
    """`active`, or `exhausted`: nothing is left, or too little for the requests that came."""
    refused: int
    """Requests refused in this period, since the gateway was started."""
    would_have_refused: int
    """The same of a limit that refuses nobody, being soft or in shadow."""
    models: dict[str, int] = {}
    """Of a rule about models: which it would have refused, and how often."""


def short_id(counter: str) -> str:
    """A name for a counter that fits into a URL: a group may be called anything."""
    return sha256(counter.encode()).hexdigest()[:20]


def applied_now(limits: LimitCatalog, book: Book) -> Iterator[Applied]:
    """Every limit there is; of policies each group that has counted anything."""
    for limit in limits.every():
        yield Applied(limit, limit.counter)
    policies = {policy.limit.counter: policy for policy in limits.policies}
    seen: set[str] = set()
    for counter in book.counters():
        if counter in policies:
            head, group = counter, ""
        else:
            head = next((each for each in heads_of(counter) if each in policies), "")
            group = counter[len(head) + 1 :]
        if head and counter not in seen:
            seen.add(counter)
            yield Applied(policies[head].limit, counter, group)


def heads_of(counter: str) -> Iterator[str]:
    """What a counter's name may begin with: `policy:ID:TYPE:PERIOD`, whatever follows."""
    parts = counter.split(":", 4)
    if len(parts) > 4:
        yield ":".join(parts[:4])


def state_of(applied: Applied, book: Book) -> LimitState:
    """How a limit stands."""
    tally, limit = book.tally(applied), applied.limit
    spent, reserved, left, resets = amounts(tally, book)
    mode = "shadow" if limit.shadow else "hard" if limit.refuses else "soft"
    raised = book.raised(applied.counter) if isinstance(limit, Budget) else None
    ahead = outlook(tally, book) if isinstance(tally, BudgetTally) else NO_OUTLOOK

    def said(amount: int) -> float:
        return spelled(amount, limit.used)

    return LimitState(
        id=short_id(applied.counter),
        level=limit.level,
        owner=limit.owner,
        name=limit.name,
        group=applied.group,
        kind="budget" if isinstance(limit, Budget) else "rate",
        type=limit.used,
        period=limit.period.mark if isinstance(limit, Budget) else "" if limit.used == "concurrent" else limit.unit,
        mode=mode,
        limit=said(tally.amount),
        raised=said(raised[0]) if raised else 0,
        raised_until=moment(raised[1]) if raised else None,
        spent=said(spent),
        reserved=said(reserved),
        left=said(max(left, 0)),
        began_at=moment(tally.start_ms) if isinstance(tally, BudgetTally) and tally.start_ms else None,
        resets_at=resets,
        burn_rate=round(ahead.per_hour / (NANO if limit.used == "cost" else 1), 6),
        forecast=None if ahead.at_end is None else said(ahead.at_end),
        runs_out_at=ahead.runs_out_at,
        alerts=[said(alert) for alert in limit.alerts] if isinstance(limit, Budget) else [],
        time_zone=limit.period.zone if isinstance(limit, Budget) else "",
        on_shortage=limit.on_shortage if isinstance(limit, Budget) and limit.is_hard else "",
        status="exhausted" if left <= 0 or (isinstance(tally, BudgetTally) and tally.is_exhausted) else "active",
        refused=tally.refused if limit.refuses else 0,
        would_have_refused=0 if limit.refuses else tally.refused,
    )


def rule_state(owner: str, name: str, models: Mapping[str, int]) -> LimitState:
    """A rule about models in shadow, as if it were a limit: it has refused nobody, and says whom it would have."""
    return LimitState(
        id=short_id(f"models:{owner}"),
        level="integration",
        owner=owner,
        name=name,
        group="",
        kind="models",
        type="models",
        period="",
        mode="shadow",
        limit=0,
        raised=0,
        raised_until=None,
        spent=0,
        reserved=0,
        left=0,
        began_at=None,
        resets_at=None,
        burn_rate=0,
        forecast=None,
        runs_out_at=None,
        alerts=[],
        time_zone="",
        on_shortage="",
        status="active",
        refused=0,
        would_have_refused=sum(models.values()),
        models=dict(models),
    )


def amounts(tally: Tally, book: Book) -> tuple[int, int, int, datetime | None]:
    """Spent, reserved, left, and when it begins anew; of a rate what is in its window counts as spent."""
    ticks = book.ticks()
    left = tally.left(ticks)
    if isinstance(tally, BudgetTally):
        ends = None if tally.limit.period.every == "never" else moment(tally.ends_ms)
        return tally.spent, tally.reserved, left, ends
    if isinstance(tally, RateTally):
        wait = tally.window.wait_for_all(ticks)
        return tally.window.total, 0, left, moment(round((book.clock() + wait) * 1000)) if wait else None
    return 0, tally.under_way, left, None


class Outlook(NamedTuple):
    """How a budget will go on, in its unit."""

    per_hour: float
    at_end: int | None
    runs_out_at: datetime | None


NO_OUTLOOK = Outlook(0, None, None)


def outlook(tally: BudgetTally, book: Book) -> Outlook:
    """Where the pace of late leads: to the end of the period, or to the end of the budget if that comes first."""
    pace, now, left = tally.pace.per_second(book.ticks()), book.clock(), tally.amount - tally.spent
    ends = tally.ends_ms / 1000
    has_end = tally.limit.period.every != "never"
    at_end = tally.spent + round(pace * max(ends - now, 0)) if has_end else None
    empty = now + left / pace if left > 0 and pace > 0 else FAR
    is_sooner = empty < (min(ends, FAR) if has_end else FAR)
    return Outlook(pace * 3600, at_end, datetime.fromtimestamp(empty, UTC) if is_sooner else None)


def moment(epoch_ms: int) -> datetime:
    """An instant."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)
