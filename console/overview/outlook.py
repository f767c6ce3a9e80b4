"""What the Overview knows: everything it asks the gateway about a stretch of time, in one value. No Textual in here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from console.client import segment
from console.overview.ranges import USUAL, TimeRange
from console.wire.alerts import Alert
from console.wire.answers import Page
from console.wire.errors import GatewayError, GatewayRefused
from console.wire.limits import Limit
from console.wire.logs import LogPage
from console.wire.overview import Figures, Graph

if TYPE_CHECKING:
    from console.client import GatewayClient

T = TypeVar("T")
TOP = "100"
"""Rows of each list; the largest come first."""
NUMBERS = (
    *("requests", "errors", "error_rate", "cost", "unpriced_requests", "tokens"),
    *("latency_p50", "latency_p95", "time_to_first_token_p50", "time_to_first_token_p95"),
    *("errors_caller", "errors_policy", "errors_provider", "errors_gateway"),
)
"""The metrics that are asked for at once."""
COLUMNS = "requests,errors,cost,error_rate,vendor_health,latency_p95,time_to_first_token_p50,tokens"
"""Those of each group."""
GROUPS: Mapping[str, tuple[str, str, str]] = {
    "models": ("ai-models", "ai_model", "cost"),
    "keys": ("api-keys", "api_key_id", "cost"),
    "errors": ("status-codes", "status_code", "errors"),
    "vendors": ("providers", "provider", "requests"),
}
"""By list: the gateway's group, the field with a row's id, and what comes first."""


@dataclass(frozen=True, slots=True)
class Teams:
    """What stands for a team: workspaces, users, or a metadata key."""

    by: str = "workspace"

    @property
    def group(self) -> tuple[str, str]:
        """The gateway's group, and the field with a row's id."""
        if self.by == "workspace":
            return "workspaces", "workspace"
        return ("users", "user") if self.by == "user" else (f"metadata/{segment(self.by)}", "metadata_value")


@dataclass(frozen=True, slots=True)
class Beginning:
    """How far a gateway that never had a request is from its first."""

    integrations: int
    keys: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What came of the questions."""

    range: TimeRange = USUAL
    graph: Graph = field(default_factory=Graph)
    groups: Mapping[str, Mapping[str, Figures]] = field(default_factory=dict)
    """By list, then by the row's id, the largest first."""
    budgets: tuple[Limit, ...] = ()
    alerts: tuple[Alert, ...] = ()
    beginning: Beginning | None = None
    """Only where there never was a request."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Why a list is empty that this key may not see."""

    def series(self, metric: str) -> list[float | None]:
        """A metric over time."""
        return [point.get(metric) for point in self.graph.data_points]

    def total(self, metric: str) -> float | None:
        """A metric of the whole stretch."""
        value: float | None = self.graph.summary.get(metric)
        return value


async def look(gateway: GatewayClient, over: TimeRange, teams: Teams, now: datetime) -> Outlook:
    """Ask for everything at once. Raises GatewayError, and then nothing has changed."""
    last = now - timedelta(milliseconds=1)  # it counts in: with one more, six hours would be told by the hour
    where = {"time_of_generation_min": over.since(now), "time_of_generation_max": last.isoformat()}
    refused: dict[str, str] = {}
    graphs = gateway.one("/v1/analytics/graphs/metrics", Graph, **where, metrics=",".join(NUMBERS))
    asked = {name: grouped(gateway, where, path, key, by) for name, (path, key, by) in GROUPS.items()}
    asked["teams"] = grouped(gateway, where, *teams.group, "cost")
    budgets = perhaps("budgets", refused, lambda: gateway.every("/v1/limits", Limit))
    alerts = perhaps("alerts", refused, lambda: gateway.every("/v1/alerts", Alert))
    graph, limits, standing, *parts = await together(graphs, budgets, alerts, *asked.values())
    return Outlook(
        range=over,
        graph=graph,
        groups=dict(zip(asked, parts, strict=True)),
        budgets=tuple(sorted((each for each in limits if each.is_budget), key=urgency)),
        alerts=tuple(standing),
        beginning=None if graph.summary.get("requests") else await beginning(gateway),
        refused=refused,
    )


async def together(*asked: Awaitable[Any]) -> list[Any]:
    """All answers, in the order of the questions. Raises GatewayError: the first that came."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(waited(each)) for each in asked]
    except* GatewayError as failures:
        raise first_of(failures) from None
    return [task.result() for task in tasks]


async def waited(asked: Awaitable[T]) -> T:
    """A coroutine of any awaitable."""
    return await asked


def first_of(failures: ExceptionGroup[GatewayError]) -> GatewayError:
    """One of them tells enough: mostly nobody answered at all."""
    first = failures.exceptions[0]
    return first_of(first) if isinstance(first, ExceptionGroup) else first


async def grouped(gateway: GatewayClient, where: Mapping[str, str], path: str, key: str, by: str) -> dict[str, Figures]:
    """The parts of the stretch by their ids, the largest first."""
    asked = {**where, "metrics": COLUMNS, "order_by": by, "page_size": TOP}
    page = await gateway.one(f"/v1/analytics/groups/{path}", Page[Any], **asked)
    return {str(row.get(key)): row for row in page.data if isinstance(row, dict)}


async def perhaps(name: str, refused: dict[str, str], ask: Callable[[], Awaitable[list[T]]]) -> list[T]:
    """What a list shows, or nothing and why, where the operator's key may not see it."""
    try:
        return await ask()
    except GatewayRefused as error:
        refused[name] = str(error)
        return []


def urgency(budget: Limit) -> tuple[int, float, float]:
    """What is exhausted, then what runs out next, then what is used most."""
    share = budget.spent / budget.limit if budget.limit else 0
    if budget.left <= 0 and budget.spent:
        return 0, 0, -share
    return (1, budget.runs_out_at.timestamp(), -share) if budget.runs_out_at else (2, 0, -share)


async def beginning(gateway: GatewayClient) -> Beginning | None:
    """What a newcomer has already; None where there ever was a request."""
    if (await gateway.one("/v1/logs", LogPage, limit="1")).data:
        return None
    refused: dict[str, str] = {}
    integrations = await perhaps("", refused, lambda: count(gateway, "/v1/integrations"))
    keys = await perhaps("", refused, lambda: count(gateway, "/v1/api-keys"))
    return Beginning(len(integrations), len(keys))


async def count(gateway: GatewayClient, path: str) -> list[object]:
    """The first rows of a list: whether there are any."""
    return (await gateway.one(path, Page[Any], page_size="5")).data
