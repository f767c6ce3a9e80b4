"""A change reads and makes anew what it touches, and nothing else; what holds afterwards is as if all had been read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from console.demo.vendor import SimulatedVendor
from tests.gateway.departments import made, user, workspace
from tests.gateway.running import Gateway, Json, add_demo

POLICY = {"conditions": [{"key": "model", "value": "x"}], "group_by": [{"key": "api_key"}]}
KEY = {"scopes": ["completions.write"], "usage_limits": {"credit_limit": 5}}


async def furnished(gateway: Gateway, vendor: SimulatedVendor) -> tuple[str, str]:
    """A second account, two keys with budgets, and a policy; the ids of the keys."""
    await add_demo(gateway.admin, vendor.url, slug="other")
    for task in tuple(gateway.plant.errands):
        await task
    await made(gateway, "/policies/usage-limits", POLICY | {"type": "cost", "credit_limit": 1})
    one = await made(gateway, "/api-keys/workspace/service", {"name": "one"} | KEY)
    return one["id"], (await made(gateway, "/api-keys/workspace/service", {"name": "two"} | KEY))["id"]


def parts(gateway: Gateway, keys: tuple[str, str]) -> dict[str, Any]:
    """What the snapshot is made of."""
    now = gateway.plant.snapshot
    callers = {each.key_id: each for each in now.callers.values()}
    return {
        "demo": now.providers["demo"].account,  # type: ignore[index]
        "other": now.providers["other"].account,  # type: ignore[index]
        "policies": now.limits.policies[0],
        "configs": now.saved.configs,
        **{f"{name}'s limits": now.limits.of("api_key", id)[0] for name, id in zip(("one", "two"), keys, strict=True)},
        **{name: callers[id] for name, id in zip(("one", "two"), keys, strict=True)},  # type: ignore[index]
    }


CHANGES: list[tuple[str, str, Json, set[str]]] = [
    ("PUT", "/v1/api-keys/{one}", {"name": "new"}, {"one", "one's limits"}),
    ("PUT", "/v1/integrations/other/models", {"models": [{"slug": "gpt-4o", "enabled": False}]}, {"other"}),
    ("PUT", "/v1/integrations/other", {"description": "d"}, {"other"}),
    ("PUT", "/v1/providers/other", {"note": "n"}, set()),
    ("POST", "/v1/policies/rate-limits", POLICY | {"type": "requests", "unit": "rpm", "value": 5}, set()),
    ("POST", "/v1/configs", {"name": "c", "config": {"provider": "@demo"}}, {"configs"}),
]
"""A change, and the parts that are others afterwards."""


async def test_change_makes_only_what_it_touches(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Everything else is the very same object as before, however much of it there is."""
    keys = await furnished(gateway, vendor)
    for method, path, body, touched in CHANGES:
        before = parts(gateway, keys)

        answer = await gateway.admin.request(method, path.replace("{one}", keys[0]), json=body)
        for task in tuple(gateway.plant.errands):
            await task
        after = parts(gateway, keys)

        assert answer.status_code == 200
        assert (path, {name for name, part in after.items() if part is not before[name]}) == (path, touched)


async def test_key_changes_with_its_user_and_its_workspace(gateway: Gateway) -> None:
    """What a user may do, and what a workspace adds, holds for its keys at once, although no key was touched."""
    await workspace(gateway, "red")
    who = await user(gateway, "ada@example.com", red="manager")
    key = await made(gateway, "/api-keys/workspace/user", {"name": "k", "user_id": who, "workspace_id": "red"})

    def scopes() -> frozenset[str]:
        return next(each for each in gateway.plant.snapshot.callers.values() if each.key_id == key["id"]).scopes

    before = scopes()
    await gateway.admin.put(f"/v1/admin/workspaces/red/users/{who}", json={"role": "member"})
    as_member = scopes()
    await gateway.admin.put("/v1/admin/workspaces/red", json={"defaults": {"metadata": {"team": "red"}}})
    caller = next(each for each in gateway.plant.snapshot.callers.values() if each.key_id == key["id"])

    assert as_member < before
    assert caller.metadata == {"team": "red"}


async def test_reading_that_failed_halfway_is_made_up_for(gateway: Gateway) -> None:
    """Where the database could not be read after a change, the next change brings both."""
    sources, database = gateway.plant.sources, gateway.plant.database

    class Unreadable:
        """A session that is refused."""

        async def exec(self, *_: object) -> None:
            """Refuse."""
            raise OperationalError("SELECT", None, Exception("disk I/O error"))

    async with database.session() as session:
        row = (await session.connection()).exec_driver_sql
        await row("UPDATE providers SET name = 'renamed unseen'")
        await session.commit()
    everything = (gateway.plant.vault, gateway.plant.prices, 0, gateway.plant.references)
    with pytest.raises(OperationalError):
        await sources.read(Unreadable(), {"providers": {"x"}}, *everything)  # type: ignore[arg-type]

    await made(gateway, "/api-keys/workspace/service", {"name": "k"} | KEY)

    assert gateway.plant.snapshot.providers["demo"].name == "renamed unseen"  # type: ignore[index]
