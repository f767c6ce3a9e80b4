"""People, Audit and Settings in front of a real gateway: what it says is what they show."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from tests.console.driving import Operator, fill, seen, until, until_seen
from tests.console.test_commands import jump
from tests.gateway.departments import key_in, user, workspace
from tests.gateway.running import OPERATOR_KEY, gateway_in


async def test_what_the_owner_sees_and_does(tmp_path: Path) -> None:
    """A workspace, an invite and a removed user are in the lists, in the audit log as a difference, and proved."""
    async with gateway_in(tmp_path, keep_bodies_days=7) as gateway:
        await workspace(gateway, "marketing", usage_limits=[{"type": "cost", "credit_limit": 200}])
        await user(gateway, "ada@example.com", marketing="manager")
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await until_seen(pilot, "● ok")
            await edit_and_invite(pilot)
            await remove_ada(pilot)
            await look_at_audit(pilot)
            await look_at_settings(pilot)


async def edit_and_invite(pilot: Operator) -> None:
    """A schema for the workspace, and a link for somebody."""
    await pilot.press("7")
    await until_seen(pilot, "Workspaces 2", "$200.00")
    await pilot.press("j", "e")
    await until_seen(pilot, "PUT /v1/admin/workspaces/marketing")
    await fill(pilot, metadata_schema='{"type": "object", "required": ["team"]}')
    await pilot.press("ctrl+s")
    await until(pilot, lambda: not pilot.app.screen.is_modal)
    await pilot.press("enter")
    await until_seen(pilot, "Members 1", "manager", "Limits 1", "Defaults 1")
    await pilot.press("escape")
    await jump(pilot, "invite")
    await until_seen(pilot, "POST /v1/admin/users/invites")
    await fill(pilot, email="eve@example.com", workspaces="marketing")
    await pilot.press("ctrl+s")
    await until_seen(pilot, "/v1/admin/users/invites/accept#")
    await pilot.press("escape")
    await until_seen(pilot, "Invites 2", "pending")


async def remove_ada(pilot: Operator) -> None:
    """A user goes."""
    await jump(pilot, "users")
    await until_seen(pilot, "Users 2", "owner@localhost", "ada@example.com")
    await pilot.press("G", "d")
    await until_seen(pilot, "Remove user `ada@example.com`?", "They leave `marketing`.")
    await pilot.press("tab", "enter")
    await until_seen(pilot, "ada@example.com is removed.", "Users 1")


async def look_at_audit(pilot: Operator) -> None:
    """What was done, and that nobody touched the log of it."""
    await pilot.press("8")
    await until_seen(pilot, "workspaces", "invites", "127.0.0.1")
    await pilot.press("slash", *"resource:workspaces", "space", *"action:update", "enter")
    await until_seen(pilot, "Audit 1")
    await pilot.press("enter")
    await until_seen(pilot, "workspaces", "changed", "metadata_schema", "PUT /v1/admin/workspaces/marketing → 200")
    await pilot.press("escape", "v")
    await until_seen(pilot, "● The audit log is as it was written")
    await pilot.press("escape")


async def look_at_settings(pilot: Operator) -> None:
    """The gateway's settings with secrets masked, and how it is."""
    await jump(pilot, "settings")
    await until_seen(pilot, "keep_bodies_days", "operator_key")
    assert OPERATOR_KEY not in seen(pilot)
    await jump(pilot, "doctor")
    await until_seen(pilot, "master key", "The log is written", "genai-prices")


async def test_workspaces_key_is_offered_what_it_may(tmp_path: Path) -> None:
    """A key that may only look at a workspace sees its lists, no key that changes them, and why a list is refused."""
    async with gateway_in(tmp_path) as gateway:
        await workspace(gateway, "marketing")
        async with await key_in(
            gateway, "marketing", "workspaces.list", "workspaces.read", "workspace_users.list"
        ) as his:
            key = his.headers["authorization"].removeprefix("Bearer ")
        app = TollhouseApp(gateway.url, key, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(120, 36)) as pilot:
            await until_seen(pilot, "lacks the scope `analytics.view`")
            await pilot.press("7")

            await until_seen(pilot, "Workspaces 1", "marketing")
            assert "n New" not in seen(pilot)
            await pilot.press("n", "e", "d", "8")
            await until_seen(pilot, "lacks the scope `audit_logs.list`")
            assert not app.screen.is_modal
