"""The playground before a real gateway and the simulated vendor."""

import asyncio
from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.client import GatewayClient
from console.demo.vendor import serve_vendor
from console.playground.chat import Answer, Question, ask
from tests.console.driving import paste, seen, until, until_seen
from tests.gateway.running import OPERATOR_KEY, add_demo, gateway_in


async def test_real_answers_are_streamed_priced_and_stopped(tmp_path: Path) -> None:
    """An answer has the cost that the log has; Esc closes the vendor's stream; faults name who is to blame."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("0")
            await until_seen(pilot, "no model yet")
            await pilot.press("escape", "m")
            await until_seen(pilot, "@demo/gpt-4o-mini")
            await paste(pilot, "gpt-4o-mini")
            await pilot.press("enter")
            await until_seen(pilot, "@demo/gpt-4o-mini")
            await paste(pilot, "Hello")
            await pilot.press("enter")
            await until_seen(pilot, "7 tokens in, ", " · cost $0.0000", "first token", "total")

            held = asyncio.Event()
            vendor.will(gate=held, gate_after=3)
            await paste(pilot, "Tell me more")
            await pilot.press("enter")
            await until(pilot, lambda: seen(pilot).count("▌ @demo/gpt-4o-mini") == 2 and "Esc stops it" in seen(pilot))
            await pilot.press("escape")
            await until_seen(pilot, "stopped by you")
            await vendor.hung_up()

            vendor.will(503)
            await paste(pilot, "And now?")
            await pilot.press("enter")
            await until_seen(pilot, "✖ The vendor failed: openai error", "Check whether the vendor is up")

        body = {"name": "looks", "scopes": ["logs.list", "models.list"]}
        made = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)
        looking = GatewayClient(gateway.url, made.raise_for_status().json()["key"])
        answer = Answer(Question("@demo/gpt-4o", [{"role": "user", "content": "Hi"}]))
        await ask(looking, answer, lambda: None)
        await looking.close()
        assert "the API key `looks` lacks the scope `completions.write`" in answer.trouble
        assert "Add `completions.write` in Keys" in answer.trouble
