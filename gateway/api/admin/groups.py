"""`/v1/analytics/groups/…`: a period by who or what it was for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from litestar import Controller, get
from litestar.params import FromPath

from gateway.api.admin.analytics import Asked, Query, answered, asked
from gateway.api.admin.door import CurrentPage, PageSize, PlantHere, needs, page_of
from gateway.api.admin.graphs import valued
from gateway.errors import BadRequest, NotFound
from gateway.moments import instant
from gateway.watching.metrics import METRICS
from store.rollups.rollups import METADATA, USER
from store.rollups.sums import WORKSPACE, Sum

if TYPE_CHECKING:
    from gateway.plant import Plant

Json = dict[str, Any]
GROUPS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "users": (USER, "user", ("requests", "cost")),
    "chats": (METADATA + "webui_chat", "chat", ("requests", "cost")),
    "ai-models": ("model", "ai_model", ("requests",)),
    "providers": ("provider", "provider", ("requests", "cost", "error_rate", "vendor_health", "latency_p95")),
    "api-keys": ("api_key", "api_key_id", ("requests", "cost", "error_rate")),
    "configs": ("config", "config", ("requests", "cost", "error_rate")),
    "workspaces": (WORKSPACE, "workspace", ("requests", "cost", "error_rate")),
    "status-codes": ("status", "status_code", ("requests",)),
    "would-have-refused": ("spared", "error_code", ("requests",)),
}
"""By path: the facet, the field that names a group, and the metrics that are shown unless others are asked for."""
BY_METADATA = {
    "requests": "requests",
    "cost": "cost",
    "avg_tokens": "tokens_per_request",
    "avg_weighted_feedback": "weighted_feedback",
    "requests_with_feedback": "requests_with_feedback",
}
MORE = ("current_page", "page_size", "metrics", "order_by")


class GroupsController(Controller):
    """A period in parts, the largest first."""

    path = "/v1/analytics/groups"
    tags = ("Analytics",)

    @get("/{group:str}", guards=needs("analytics.view"), summary="Group by what there is")
    async def group(
        self,
        request: Query,
        plant: PlantHere,
        group: FromPath[str],
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> Json:
        """By `users`, `chats`, `ai-models`, `providers`, `api-keys`, `configs`, `status-codes` or `workspaces`.

        `would-have-refused`: what limits and rules in shadow would have refused, by the code of the error.

        `metrics` names the columns with commas between, `order_by` the one that is largest first (`requests`).
        """
        question = asked(request, *MORE)
        if group not in GROUPS:
            raise NotFound(f"There is no group `{group[:60]}`; these are: {', '.join(GROUPS)}, metadata/KEY.")
        facet, field, usual = GROUPS[group]
        fields = {name: name for name in question.metrics or usual}
        found = await by_value(plant, question, facet, fields)
        rows = ranked(request, found)
        told = [{field: shown(group, value), **valued(fields, part, span(question))} for value, part in rows]
        page = listed(told, current_page, page_size)
        return named(page, plant) if group == "api-keys" else page

    @get("/metadata/{key:path}", guards=needs("analytics.view"), summary="Group by metadata")
    async def metadata(
        self,
        request: Query,
        plant: PlantHere,
        key: FromPath[str],
        current_page: CurrentPage = 0,
        page_size: PageSize = 50,
    ) -> Json:
        """By the values of a metadata key; `metrics` adds columns, `order_by` names the one that is largest first."""
        question, facet = asked(request, *MORE), METADATA + str(key).removeprefix("/")
        fields = BY_METADATA | {name: name for name in question.metrics}
        found = await by_value(plant, question, facet, fields.values())
        told = [
            {"metadata_value": value, **valued(fields, part, span(question)), "last_seen": instant(part.last_ms)}
            for value, part in ranked(request, found)
        ]
        return listed(told, current_page, page_size)


async def by_value(plant: Any, question: Asked, facet: str, names: Any) -> dict[str, Sum]:
    """The whole period for each value of a facet."""
    with_times = any(METRICS[name].with_times for name in names)
    return together(await answered(plant, question, facet, with_times=with_times))


def together(found: dict[tuple[int, str], Sum]) -> dict[str, Sum]:
    """All buckets of each value."""
    whole: dict[str, Sum] = {}
    for (_, value), part in found.items():
        whole.setdefault(value, Sum()).add(part)
    return whole


def ranked(request: Query, found: dict[str, Sum]) -> list[tuple[str, Sum]]:
    """The largest first, by the metric that is asked for. Raises BadRequest."""
    name = request.query_params.get("order_by", "requests")
    if name not in METRICS:
        raise BadRequest(f"`{name[:60]}` is no metric; docs/metrics.md names them all.", param="order_by")
    made = METRICS[name].made
    return sorted(found.items(), key=lambda row: (-(made(row[1], 1) or 0), row[0]))


def shown(group: str, value: str) -> str:
    """A model without its vendor, all else as it is."""
    return value.partition("__")[2] if group == "ai-models" else value


def named(page: Json, plant: Plant) -> Json:
    """The page with the names of its keys, as far as they are there still."""
    names = {caller.key_id: caller.name for caller in plant.snapshot.callers.values()} | {
        plant.owner.key_id: plant.owner.name
    }
    return page | {"data": [row | {"api_key_name": names.get(row["api_key_id"])} for row in page["data"]]}


def span(question: Asked) -> int:
    """Length of the period in milliseconds."""
    return question.period.until_ms - question.period.since_ms


def listed(told: list[Json], current_page: int, page_size: int) -> Json:
    """A page, as Portkey has it."""
    rows = [{**row, "object": "analytics-group"} for row in page_of(told, current_page, page_size)]
    return {"object": "list", "total": len(told), "data": rows}
