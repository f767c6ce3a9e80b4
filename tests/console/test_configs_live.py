"""Configs before a real gateway: written, broken, explained, saved, in conflict, and rolled back."""

import json
from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.configs.drafts import MASK as OURS
from console.configs.drafts import SECRET
from console.demo.vendor import serve_vendor
from console.widgets.json_area import JsonArea
from gateway.configs.masking import HIDDEN
from gateway.headers import MASK
from tests.console.driving import Operator, paste, until, until_seen
from tests.gateway.running import OPERATOR_KEY, Gateway, add_demo, gateway_in


async def test_config_from_template_to_rollback(tmp_path: Path) -> None:
    """What is written holds for requests, what the gateway refuses is said with its path, and nothing is lost."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(120, 36), notifications=True) as pilot:

            async def write(config: object) -> None:
                app.screen.query_one(JsonArea).select_all()
                await paste(pilot, json.dumps(config, indent=2))

            await pilot.press("5")
            await until_seen(pilot, "No configs yet")
            await pilot.press("n", *"Chat", "ctrl+s")
            await until_seen(pilot, "new, not saved yet", "├─ @demo", "can be saved")
            await pilot.press("ctrl+s")
            await until_seen(pilot, "Chat  pc-chat  saved")
            assert gateway.plant.snapshot.configs["pc-chat"].trouble is None

            await write({"strategy": {"mode": "fallback"}, "targets": [{"provider": "@demmo", "weight": -1}]})
            await until_seen(pilot, "✖ targets[0].weight: must be ≥ 0", "did you mean `@demo`?", "✖ 2 wrong")
            await pilot.press("ctrl+s")
            await until_seen(pilot, "Not done")

            secret = {"provider": "openai", "api_key": "sk-first", "override_params": {"model": "gpt-4o-mini"}}
            await write(secret)
            await until_seen(pilot, "can be saved")
            await pilot.press("ctrl+s")
            await until_seen(pilot, f'"api_key": "{MASK}"', "pc-chat  saved")
            await pilot.press("f5")
            await until_seen(pilot, "1  openai/gpt-4o-mini", "/v1/chat/completions", "tokens in")
            await pilot.press("escape")

            await gateway.admin.put("/v1/configs/pc-chat", json={"config": {"provider": "@demo"}})
            await write({"provider": "@demo", "request_timeout": 5000})
            await pilot.press("ctrl+s")
            await until_seen(pilot, "was changed by somebody else meanwhile")
            await pilot.press("escape", "f4")
            await until_seen(pilot, "Versions of pc-chat", "operator", "first", "now in the editor")
            await pilot.press("j", "b")
            await until_seen(pilot, "Roll pc-chat back to version 2?")
            await pilot.press("right", "enter")
            await until_seen(pilot, "pc-chat  saved", "gpt-4o-mini")
            said = gateway.plant.snapshot.saved.known.configs["pc-chat"]
            assert said == secret

            await pilot.press("escape")
            await be_told_who_uses_it(pilot, gateway)


def test_every_credential_of_a_config_is_kept_out_of_drafts() -> None:
    """The console knows a credential by its name, and knows all that the gateway masks."""
    assert MASK == OURS
    assert [name for name in HIDDEN if not SECRET.search(name)] == []
    assert not any(SECRET.search(name) for name in ("max_tokens", "name", "provider", "first_token_timeout", "tokens"))


async def be_told_who_uses_it(pilot: Operator, gateway: Gateway) -> None:
    """A config that a key has is not deleted, and says whose it is."""
    key = {"name": "mkt", "scopes": ["completions.write"], "defaults": {"config_id": "pc-chat"}}
    (await gateway.admin.post("/v1/api-keys/workspace/service", json=key)).raise_for_status()
    await pilot.press("r")
    await until_seen(pilot, "Configs 1", "mkt")
    await pilot.press("d")
    await until_seen(pilot, "API key `mkt`")
    await pilot.press("right", "enter")
    await until_seen(pilot, "is in use by API key `mkt`")
    await until(pilot, lambda: "pc-chat" in gateway.plant.snapshot.configs)
