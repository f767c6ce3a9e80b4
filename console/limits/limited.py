"""What can have limits: asked for, and how a change of its limits is sent. No Textual in here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import anyio

from console.client import GatewayClient, segment
from console.wire.catalog import Integration
from console.wire.errors import GatewayRefused
from console.wire.limits import Access, AccessList, Json, Limit, Limited

Which = Literal["usage_limits", "rate_limits"]
"""Budgets, or rates."""
PATHS = {"api_key": "/v1/api-keys", "workspace": "/v1/admin/workspaces", "provider": "/v1/providers"}
"""Where rows are that carry limits of their own."""
POLICIES: dict[Which, str] = {"usage_limits": "/v1/policies/usage-limits", "rate_limits": "/v1/policies/rate-limits"}


@dataclass(frozen=True, slots=True)
class Owner:
    """One of them, with the limits it has."""

    level: str
    id: str
    label: str
    path: str
    """Where a change of it is PUT."""
    usage_limits: tuple[Json, ...] = ()
    rate_limits: tuple[Json, ...] = ()
    version: str = ""
    """Which limits these are: a change that was made from them is refused where others hold by now."""
    access: Access | None = None
    """What the workspace may use of the integration, if that is what is limited."""

    def limits(self, which: Which) -> tuple[Json, ...]:
        """Those of a kind."""
        return self.usage_limits if which == "usage_limits" else self.rate_limits

    def body(self, which: Which, limits: Iterable[Json]) -> Json:
        """The body that gives it these limits in place of all of that kind."""
        said = {which: list(limits), **made_from(self.version)}
        return said if self.access is None else self.decision(said)

    def rule(self, *, shadow: bool) -> Json:
        """The body that has the rule about its models tried in shadow, or enforced."""
        return self.decision({"shadow_models": shadow})

    def decision(self, said: Json) -> Json:
        """What a workspace may use, but for this as it is."""
        assert self.access is not None, "only what a workspace may use of an integration is decided"
        own: Json = {"id": self.access.id, "enabled": self.access.enabled}
        return {"workspaces": [own | said], "create_default_provider": False}


@dataclass(frozen=True, slots=True)
class Owners:
    """Everything that can have limits, by level and id."""

    by_level: dict[str, dict[str, Owner]]

    def names(self, level: str) -> dict[str, str]:
        """Id to what an operator calls it."""
        return {owner.id: owner.label for owner in self.by_level.get(level, {}).values()}

    def found(self, level: str, id: str) -> Owner | None:
        """One of them."""
        return self.by_level.get(level, {}).get(id)


async def ask_owners(gateway: GatewayClient) -> Owners:
    """All of them, as far as the key may see them."""
    found: dict[str, dict[str, Owner]] = {}

    async def rows(level: str) -> None:
        try:
            found[level] = {one.id: one for one in [row_of(level, row) for row in await listed(gateway, level)]}
        except GatewayRefused:
            found[level] = {}

    async def accesses() -> None:
        try:
            found["integration"] = {one.id: one for one in await accesses_in(gateway)}
        except GatewayRefused:
            found["integration"] = {}

    async with anyio.create_task_group() as group:
        for level in PATHS:
            group.start_soon(rows, level)
        group.start_soon(accesses)
    return Owners(found)


async def listed(gateway: GatewayClient, level: str) -> list[Limited]:
    """Every row of a level."""
    return await gateway.every(PATHS[level], Limited)


async def accesses_in(gateway: GatewayClient) -> list[Owner]:
    """Every workspace at every integration it may use."""
    found: list[Owner] = []
    for integration in await gateway.every("/v1/integrations", Integration):
        path = access_path(integration.slug)
        rows = (await gateway.one(path, AccessList)).workspaces
        found += [access_of(integration.slug, f"{integration.id}@{row.id}", row) for row in rows if row.enabled]
    return found


async def owner_of(gateway: GatewayClient, limit: Limit) -> Owner | None:
    """Whose a limit is, that is no policy's; None where it is gone."""
    if limit.level == "integration":
        workspace = limit.owner.rpartition("@")[2]
        rows = (await gateway.one(access_path(limit.name), AccessList)).workspaces
        return next((access_of(limit.name, limit.owner, row) for row in rows if row.id == workspace), None)
    path = f"{PATHS[limit.level]}/{segment(limit.owner)}"
    return row_of(limit.level, await gateway.one(path, Limited))


def row_of(level: str, row: Limited) -> Owner:
    """A key, workspace or provider."""
    id = row.id if level == "api_key" else row.slug
    label = f"@{row.slug}" if level == "provider" else row.name or id
    path = f"{PATHS[level]}/{segment(id)}"
    return Owner(level, id, label, path, several(row.usage_limits), several(row.rate_limits), row.limits_version)


def access_of(slug: str, id: str, row: Access) -> Owner:
    """What a workspace may use of an integration."""
    limits = several(row.usage_limits), several(row.rate_limits)
    return Owner("integration", id, f"{slug} in {row.id}", access_path(slug), *limits, row.limits_version, row)


def access_path(slug: str) -> str:
    """Who may use an integration."""
    return f"/v1/integrations/{segment(slug)}/workspaces"


def made_from(version: str) -> Json:
    """What a change of limits says of those that it was made from."""
    return {"limits_version": version} if version else {}


def several(said: Any) -> tuple[Json, ...]:
    """One limit, a list of them or none, as a list that can be sent back."""
    rows = said if isinstance(said, list) else [said] if said else []
    return tuple(sendable(row) for row in rows if isinstance(row, dict))


def sendable(said: Json) -> Json:
    """A limit without what is null; when a period ends is the gateway's to say, but of periods of days."""
    dated = bool(said.get("periodic_reset_days"))
    return {
        name: value for name, value in said.items() if value is not None and (dated or name != "next_usage_reset_at")
    }


def is_same(said: Json, limit: Limit) -> bool:
    """Whether this is how the owner says that limit: they are told apart by what they count, and for how long."""
    if limit.is_budget:
        days = said.get("periodic_reset_days")
        period = f"{days}d" if days else said.get("periodic_reset") or "never"
        return (said.get("type") or "cost", period) == (limit.type, limit.period)
    unit = "" if said.get("type") == "concurrent" else said.get("unit")
    return (said.get("type"), unit) == (limit.type, limit.period)


def which_of(limit: Limit) -> Which:
    """In which field its owner has it."""
    return "usage_limits" if limit.is_budget else "rate_limits"


def without(owner: Owner, limit: Limit) -> list[Json]:
    """What the owner has of the kind, but for this one."""
    return [said for said in owner.limits(which_of(limit)) if not is_same(said, limit)]
