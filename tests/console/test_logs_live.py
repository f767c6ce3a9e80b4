"""Logs before a real gateway: what it alone can find, views it keeps, traces, and requests sent again."""

import json
from datetime import UTC
from pathlib import Path

from console.app import TollhouseApp
from console.demo.vendor import serve_vendor
from tests.console.driving import Operator, fill, paste, unseen, until_seen
from tests.gateway.running import OPERATOR_KEY, add_demo, ask, gateway_in


async def test_real_log_is_searched_kept_and_replayed(tmp_path: Path) -> None:
    """Words of prompts, views, traces and replays do against the real API what they do against the one in memory."""
    async with serve_vendor() as vendor, gateway_in(tmp_path) as gateway:
        await add_demo(gateway.admin, vendor.url)
        for text in ("A zebra crosses", "A horse waits"):
            await gateway.app.post("/v1/chat/completions", json=ask(text), headers={"x-portkey-trace-id": "walk"})
        app = TollhouseApp(gateway.url, OPERATOR_KEY, zone=UTC, theme="textual-dark")
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await pilot.press("2")
            await until_seen(pilot, "2 rows")
            await pilot.press("slash")
            await paste(pilot, "text:zebra cost<1 latency<1m since:1h")
            await pilot.press("enter")
            await until_seen(pilot, "1 rows")
            await pilot.press("s")
            await until_seen(pilot, "Save the view")
            await fill(pilot, name="zebras")
            await pilot.press("enter")
            await until_seen(pilot, "Saved; v has it.")
            kept = (await gateway.admin.get("/v1/logs/filters")).json()["data"]
            assert [(view["name"], view["filters"]["words"]) for view in kept] == [("zebras", "zebra")]

            await gateway.app.post("/v1/chat/completions", json=ask("Another zebra"))
            await gateway.app.post("/v1/chat/completions", json=ask("Another horse"))
            await until_seen(pilot, "2 rows")
            await pilot.press("v")
            await until_seen(pilot, "zebras", "text:zebra")
            await pilot.press("d")
            await until_seen(pilot, "Delete view `zebras`?")
            await pilot.press("right", "enter")
            await until_seen(pilot, "No views yet")
            await pilot.press("escape")
            await export_found_and_marked(pilot, tmp_path)
            await pilot.press("g", "T")

            await until_seen(pilot, "Trace walk: 2 requests", "/v1/chat/completions gpt-4o", "@demo gpt-4o")
            await pilot.press("enter")
            await until_seen(pilot, "Timeline", "1. @demo gpt-4o")
            await pilot.press("p")
            await until_seen(pilot, "@demo/gpt-4o", "A zebra crosses")
            await pilot.press("enter")
            await until_seen(pilot, "tokens in", "cost $0.000")
            await unseen(pilot, "Timeline")


async def export_found_and_marked(pilot: Operator, folder: Path) -> None:
    """Both requests that were found, into a file that is for nobody else; then the one that is marked."""
    await pilot.press("X")
    await until_seen(pilot, "Export the logs: text:zebra")
    await fill(pilot, file=str(folder / "zebras.jsonl"))
    await pilot.press("enter")
    await until_seen(pilot, "Exported 2 requests to")
    lines = (folder / "zebras.jsonl").read_text().splitlines()
    assert [json.loads(line)["ai_model"] for line in lines] == ["gpt-4o", "gpt-4o"]
    assert (folder / "zebras.jsonl").stat().st_mode & 0o077 == 0
    await pilot.press("m")
    await until_seen(pilot, "1 marked (X exports them)", "●")
    await pilot.press("X")
    await until_seen(pilot, "Export the logs: 1 marked")
    await fill(pilot, file=str(folder / "marked.jsonl"))
    await pilot.press("enter")
    await until_seen(pilot, "Exported 1 requests to")
    assert len((folder / "marked.jsonl").read_text().splitlines()) == 1
    await unseen(pilot, "1 marked")
