"""Anthropic's `count_tokens` before Google's models, which count a chat."""

from __future__ import annotations

import asyncio

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, add_demo

TALK = [{"role": "user", "content": "What is the toll?"}]
TOOL = {"name": "get_toll", "description": "The toll", "input_schema": {"type": "object", "properties": {}}}
CONTENTS = [{"role": "user", "parts": [{"text": "What is the toll?"}]}]
SYSTEM = {"parts": [{"text": "Be brief."}]}


@pytest.mark.parametrize(
    ("account", "path"),
    [
        ({"ai_provider_id": "google"}, "/models/gemini-2.5-flash:countTokens"),
        (
            {
                "ai_provider_id": "vertex-ai",
                "key": "ya29.token",
                "configurations": {"vertex_project_id": "p1", "vertex_region": "us-central1"},
            },
            "/projects/p1/locations/us-central1/publishers/google/models/gemini-2.5-flash:countTokens",
        ),
    ],
    ids=["google", "vertex"],
)
async def test_google_counts_the_whole_request(
    gateway: Gateway, vendor: SimulatedVendor, account: Json, path: str
) -> None:
    """System, turns and tools are counted by the vendor, exactly; nothing is charged for it."""
    where = account.get("configurations", {}) | {"custom_host": vendor.url.removesuffix("/v1")}
    await add_demo(gateway.admin, vendor.url, **account | {"slug": "g", "name": "Google", "configurations": where})
    await asyncio.gather(*gateway.plant.errands)
    vendor.forget()
    vendor.will(json={"totalTokens": 31, "promptTokensDetails": []})

    counted = await gateway.app.post(
        "/v1/messages/count_tokens",
        json={"model": "@g/gemini-2.5-flash", "system": "Be brief.", "messages": TALK, "tools": [TOOL]},
    )

    assert counted.json() == {"input_tokens": 31}
    (asked,) = vendor.requests
    said = asked.body.get("generateContentRequest", asked.body)
    assert asked.path == path
    assert (said["contents"], said["systemInstruction"]["parts"]) == (CONTENTS, SYSTEM["parts"])
    assert said["tools"][0]["functionDeclarations"][0]["name"] == "get_toll"
    assert (await gateway.log())["metrics"].get("cost") in (None, 0)
