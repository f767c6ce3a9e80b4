"""The guide for who comes from Portkey: its code and its config do what it says."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask

GUIDE = (Path(__file__).parents[2] / "docs" / "portkey.md").read_text()
CODE = re.findall(r"```python\n(.*?)```", GUIDE, re.S)
CONFIG = json.loads(re.findall(r"```json\n(.*?)```", GUIDE, re.S)[0])
QUESTION = json.loads(re.findall(r"explain -d '(.*?)'", GUIDE, re.S)[0])
CLAUDE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5",
    "content": [{"type": "text", "text": "Hi from Claude"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 4},
}


@pytest.fixture(autouse=True)
async def catalog(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The providers that the guide speaks of."""
    await add_demo(gateway.admin, vendor.url, slug="openai-prod", name="OpenAI")
    await add_demo(gateway.admin, vendor.url, slug="anthropic-prod", name="Anthropic", ai_provider_id="anthropic")
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()


@pytest.mark.parametrize("code", CODE, ids=lambda code: re.findall(r"from (\w+) import", code)[0])
async def test_code_runs(
    code: str,
    gateway: Gateway,
    vendor: SimulatedVendor,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A block of code gets its answer, with nothing changed but the base URL and the key."""
    client = re.findall(r"from (\w+) import", code)[0]
    if importlib.util.find_spec(client) is None:
        pytest.skip(f"{client} is not installed")
    monkeypatch.setenv("BASE_URL", f"{gateway.url}/v1")
    monkeypatch.setenv("TOLLHOUSE_API_KEY", gateway.app_key)

    await asyncio.to_thread(exec, code, {})

    assert capsys.readouterr().out.strip()
    assert vendor.requests[0].body["model"] == "gpt-4o"
    assert (await gateway.logs())[0]["metadata"] == {"_user": "ada", "plan": "pro"}


async def test_config_is_moved_unchanged(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """The config is saved as it came, and leads a request through its condition, its retry and its fallback."""
    waits: list[float] = []
    gateway.plant.pause = waiting(waits)
    made = {"name": "support", "slug": "pc-support", "config": CONFIG}
    vendor.will(429, headers={"retry-after": "7"}, times=2)
    vendor.will(json=CLAUDE)

    saved = (await gateway.admin.post("/v1/configs", json=made)).raise_for_status().json()
    answer = await asked(gateway, "pro")
    cheap = await asked(gateway, "free")

    assert "warnings" not in saved["data"]
    assert answer.json()["choices"][0]["message"]["content"] == "Hi from Claude"
    assert answer.headers["x-portkey-last-used-option-index"] == "config.targets[0].targets[1]"
    assert waits == [7.0]
    assert cheap.headers["x-portkey-last-used-option-index"] == "config.targets[1]"
    assert vendor.requests[-1].body["model"] == "gpt-4o-mini"


async def test_question_is_answered(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What the guide asks of the config before any traffic is answered, and nobody is asked for it."""
    made = {"name": "support", "slug": "pc-support", "config": CONFIG}
    (await gateway.admin.post("/v1/configs", json=made)).raise_for_status()

    told = (await gateway.admin.post("/v1/configs/explain", json=QUESTION)).raise_for_status().json()

    assert [each["condition"] for each in told["choices"]] == [{"metadata.plan": {"$eq": "pro"}}, None]
    assert [each["provider"] for each in told["attempts"]] == ["openai-prod", "anthropic-prod"]
    assert vendor.requests == []


async def asked(gateway: Gateway, plan: str) -> httpx.Response:
    """A request of somebody with this plan."""
    headers = {"x-portkey-config": "pc-support", "x-portkey-metadata": json.dumps({"plan": plan})}
    return await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=headers)


def waiting(waits: list[float]) -> Callable[[float], Awaitable[None]]:
    """Waits for nothing, and says for how long it was asked."""

    async def pause(seconds: float) -> None:
        waits.append(seconds)

    return pause
