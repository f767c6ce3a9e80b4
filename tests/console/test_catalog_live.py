"""Catalog and Keys before a real gateway: an account is tried and provisioned, and a key for it made and used."""

from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.demo.vendor import serve_vendor
from tests.console.driving import Operator, fill, seen, until, until_seen
from tests.gateway.running import OPERATOR_KEY, add_demo, ask, client, gateway_in


async def test_account_is_tried_provisioned_and_a_key_made_for_it(tmp_path: Path) -> None:
    """What the screens send is what the gateway takes, and what it answers is what they show."""
    async with serve_vendor(key="sk-right") as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url, key="sk-wrong")
        await gateway.admin.post("/v1/admin/workspaces", json={"name": "Marketing", "slug": "marketing"})
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(140, 46), notifications=True) as pilot:
            await pilot.press("3")
            await until_seen(pilot, "Simulated vendor")
            await mend_the_key(pilot)

            await pilot.press("p")
            await until_seen(pilot, "Who may use demo")
            await pilot.press("enter", "down", "enter", "tab", "tab", "enter", "down", "enter")
            await fill(pilot, credit_limit="5")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: not app.screen.is_modal)
            await pilot.press("l")
            await until_seen(pilot, "@demo-marketing", "marketing")
            await pilot.press("l")
            await until_seen(pilot, "gpt-4o", "2.50", "10.00", "128k")
            await pilot.press("slash", *"gpt-4o", "enter", "e")
            await until_seen(pilot, "Own price in")
            await fill(pilot, price_in="3", price_out="12.5", default_params='{"max_tokens": 40}')
            await pilot.press("ctrl+s")
            await until_seen(pilot, "3.00", "12.50")

            await pilot.press("4", "n")
            await until_seen(pilot, "New API key", "Workspace")
            await fill(pilot, name="mkt-webui", rate="1", metadata="team=mkt")
            await pilot.press("ctrl+s")
            await until_seen(pilot, "It is not shown again")
            secret = next(word for word in seen(pilot).split() if word.startswith("th-") and len(word) > 20)
            await pilot.press("escape")
            async with client(gateway.url, secret) as application:
                answers = [await application.post("/v1/chat/completions", json=ask()) for _ in range(2)]
            await gateway.logs()
            await until_seen(pilot, "mkt-webui")
            await pilot.press("enter")
            await until_seen(pilot, "A key of workspace default", "team=mkt", "gpt-4o", "1 requests/min")

            await pilot.press("P")
            await until_seen(pilot, "Pause key `mkt-webui`?")
            await pilot.press("right", "enter")
            await until_seen(pilot, "it is paused, and its requests are refused")
            async with client(gateway.url, secret) as application:
                answers.append(await application.post("/v1/chat/completions", json=ask()))
        assert [answer.status_code for answer in answers] == [200, 429, 401]


async def mend_the_key(pilot: Operator) -> None:
    """Try the account, be told what to do, do it, and try again."""
    await pilot.press("T")
    await until_seen(pilot, "does not work", "Put in a key that the vendor accepts.")
    await pilot.press("escape")
    await until_seen(pilot, "Simulated vendor")
    await pilot.press("e")
    await until_seen(pilot, "Integration demo")
    await fill(pilot, key="sk-right")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: not pilot.app.screen.is_modal)
    await pilot.press("T")
    await until_seen(pilot, "The key of `demo` works: it lists")
