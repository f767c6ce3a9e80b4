"""`:` and what keys have spent, before a real gateway: what is asked is what it answers."""

from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.demo.vendor import serve_vendor
from tests.console.driving import paste, unseen, until_seen
from tests.console.test_jump import ASKS, jump_to
from tests.gateway.running import OPERATOR_KEY, add_demo, ask, client, gateway_in

CHAT = {"name": "Chat", "slug": "pc-chat", "config": {"provider": "@demo"}}


async def test_what_was_made_is_found_by_name_and_a_key_tells_what_it_spent(tmp_path: Path) -> None:
    """Key, config, model, provider, integration, workspace, request and trace open by name; the key's cost is told."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        admin = gateway.admin
        (await admin.post("/v1/admin/workspaces", json={"name": "Marketing", "slug": "marketing"})).raise_for_status()
        (await admin.post("/v1/configs", json=CHAT)).raise_for_status()
        made = await admin.post(
            "/v1/api-keys/workspace/service", json={"name": "web-app", "scopes": ["completions.write"]}
        )
        async with client(gateway.url, made.raise_for_status().json()["key"]) as application:
            (await application.post("/v1/chat/completions", json=ask())).raise_for_status()
        logged = (await gateway.logs())[0]
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(150, 40), notifications=True) as pilot:
            await jump_to(pilot, "key web-app")
            await until_seen(pilot, "A key of workspace default", "gpt-4o")
            await pilot.press("escape")
            await until_seen(pilot, "spent 30d", "$0.000")
            await jump_to(pilot, "config pc-chat")
            await until_seen(pilot, '"provider": "@demo"')
            await pilot.press("escape")
            for line, shown in (
                ("model gpt-4o", "128k"),
                ("provider demo", "@demo"),
                ("integration demo", "Simulated vendor"),
                ("workspace marketing", "Nobody belongs to it"),
                (f"log {logged['id']}", "Timings"),
                (f"trace {logged['trace_id']}", "Timings"),
            ):
                await jump_to(pilot, line)
                await until_seen(pilot, shown)

            await pilot.press("colon")
            await until_seen(pilot, ASKS)
            await paste(pilot, "web-")
            await until_seen(pilot, "web-app                           key")
            await pilot.press("enter")
            await unseen(pilot, ASKS)
            await until_seen(pilot, "Key web-app")
