"""Overview before a real gateway: what it asks is what the API answers."""

from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.demo.vendor import serve_vendor
from tests.console.driving import seen, until, until_seen
from tests.gateway.limited import chat, limited
from tests.gateway.running import OPERATOR_KEY, add_demo, gateway_in


async def test_from_the_first_step_to_an_exhausted_budget(tmp_path: Path) -> None:
    """A new gateway says what to do next; then requests, faults, budgets and alerts are seen in the same place."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(200, 60)) as pilot:
            await until_seen(pilot, "▶ 1  Add a vendor account", "✓ 2", f"{gateway.url}/v1")
            await add_demo(gateway.admin, vendor.url)
            await pilot.press("r")
            await until_seen(pilot, "✓ 1", "▶ 3")

            budget = {"credit_limit": 2, "type": "requests", "periodic_reset": "daily"}
            async with limited(gateway, usage_limits=budget) as team:
                statuses = [(await chat(team)).status_code for _ in range(3)]
            assert await gateway.plant.writer.caught_up(20)
            gateway.plant.standings = type(gateway.plant.standings)()
            await pilot.press("r")

            await until_seen(pilot, "gpt-4o", "team", "@demo", "refused by policy", "412 Precondition Failed")
            await until_seen(
                pilot, "team daily, requests", "100%", "! exhausted", "Budget of api key `team` is exhausted"
            )
            await until(pilot, lambda: "requests    3" in seen(pilot))
            await pilot.press("l", "enter")
            await until_seen(pilot, "Logs  key:team", "3 rows")

    assert statuses == [200, 200, 412]
