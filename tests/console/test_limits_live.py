"""Limits and alerts before a real gateway: a budget is set, exhausted, seen, raised, and the traffic flows again."""

from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.demo.vendor import serve_vendor
from tests.console.driving import fill, until, until_seen
from tests.gateway.running import OPERATOR_KEY, add_demo, ask, gateway_in

CHAT = "/v1/chat/completions"


async def test_budget_is_set_exhausted_raised_and_its_story_told(tmp_path: Path) -> None:
    """What the forms send is what the gateway takes, and what it answers is what the screens show."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(140, 36)) as pilot:
            await pilot.press("6")
            await until_seen(pilot, "No limits yet")
            await pilot.press("n")
            await until_seen(pilot, "New limit", "webui")
            await fill(pilot, credit_limit="1")
            await pilot.press("tab", "enter", "end", "enter")
            await until_seen(pilot, '"type":"requests"')
            await pilot.press("ctrl+s")
            await until_seen(pilot, "key webui", "1 requests monthly", "··········")

            statuses = [(await gateway.app.post(CHAT, json=ask())).status_code for _ in range(2)]
            await until_seen(pilot, "██████████", "used up")
            await pilot.press("9")
            await until_seen(pilot, "Budget of api key `webui` is exhausted")
            await pilot.press("enter")
            await until_seen(pilot, "1 of 1 requests are spent, 0 left.", "It stops new requests.", "gpt-4o")
            await pilot.press("u")
            await until_seen(pilot, "Raise the budget of key webui")
            await fill(pilot, amount="5")
            await pilot.press("enter")
            await until_seen(pilot, "1 of 6 requests are spent, 5 left.", "5 requests of it are added until")

            statuses.append((await gateway.app.post(CHAT, json=ask())).status_code)
            await until_seen(pilot, "2 of 6 requests are spent")
            await pilot.press("9", "9", "l")
            await until_seen(pilot, "Lately 1", "Budget of api key `webui` is exhausted", "1 requests of 1 requests")
            await pilot.press("6")
            await until_seen(pilot, "raised")
            await pilot.press("d")
            await until_seen(pilot, "Delete 6 requests monthly of key webui?")
            await pilot.press("right", "enter")
            await until_seen(pilot, "No limits yet")

        assert statuses == [200, 412, 200]


async def test_policy_and_channel_are_made_changed_and_deleted(tmp_path: Path) -> None:
    """A policy with conditions and groups, and a channel with a test that fails, before the real API."""
    async with gateway_in(tmp_path) as gateway:
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(140, 40), notifications=True) as pilot:
            await pilot.press("6", "n")
            await until_seen(pilot, "New limit")
            await pilot.press("tab", "enter", "end", "enter")
            await until_seen(pilot, "POST /v1/policies/usage-limits")
            await fill(
                pilot, name="Each user", conditions="model=@demo/*, user!=ann", group_by="user", credit_limit="20"
            )
            await pilot.press("ctrl+s")
            await until(pilot, lambda: not app.screen.is_modal)
            (policy,) = (await gateway.admin.get("/v1/policies/usage-limits")).json()["data"]

            await pilot.press("9", "n")
            await until_seen(pilot, "New channel")
            await fill(pilot, name="hook", url="json://127.0.0.1:9/secret-path", events="exhausted")
            await pilot.press("ctrl+s")
            await until_seen(pilot, "json://…", "used up", "new")
            await pilot.press("t")
            await until_seen(pilot, "`hook` did not take it")
            await until_seen(pilot, "failing")
            await pilot.press("space")
            await until_seen(pilot, "off")
            await pilot.press("d")
            await until_seen(pilot, "Delete channel `hook`?")
            await pilot.press("right", "enter")
            await until_seen(pilot, "Nobody is told of anything yet")

        conditions = [{"key": "model", "value": "@demo/*"}, {"key": "user", "value": "ann", "excludes": True}]
        assert (policy["name"], policy["conditions"], policy["group_by"]) == (
            "Each user",
            conditions,
            [{"key": "user"}],
        )
        assert (policy["credit_limit"], policy["periodic_reset"]) == (20, "monthly")
