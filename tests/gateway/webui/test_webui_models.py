"""A list of models by which Open WebUI sets itself up."""

import asyncio
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from gateway.catalog.model_traits import calls_tools, kind_of
from gateway.vendors import VENDORS
from tests.gateway.running import Gateway, client

WEBUI = {"x-openwebui-user-id": "u-1"}
OFFERED = ("gpt-4o", "o1-mini", "text-embedding-3-small", "whisper-1", "tts-1", "gpt-image-1", "omni-moderation-latest")


@pytest.fixture
async def offering(gateway: Gateway, vendor: SimulatedVendor) -> Gateway:
    """A gateway whose vendor lists models of every kind."""
    vendor.will(json={"object": "list", "data": [{"id": name} for name in OFFERED]})
    await gateway.admin.put("/v1/integrations/demo", json={"description": "again"})
    await asyncio.gather(*gateway.plant.errands)
    return gateway


async def rows(gateway: Gateway, path: str = "/v1/models", headers: dict[str, str] | None = None) -> list[Any]:
    """What is listed."""
    found: list[Any] = (await gateway.app.get(path, headers=headers)).raise_for_status().json()["data"]
    return found


async def test_model_comes_with_its_description(offering: Gateway) -> None:
    """Price, window and usage are there for Open WebUI; it sends no tools of its own to a model that has none."""
    found = {row["slug"]: row for row in await rows(offering, headers=WEBUI)}

    meta = found["gpt-4o"]["info"]["meta"]
    assert "$2.50 in, $10.00 out per million tokens" in meta["description"]
    assert "128,000 tokens" in meta["description"]
    assert meta["capabilities"] == {"usage": True}
    assert found["o1-mini"]["info"]["meta"]["capabilities"] == {"usage": True, "builtin_tools": False}
    assert (found["gpt-4o"]["id"], found["gpt-4o"]["tags"]) == ("@demo/gpt-4o", [{"name": "Simulated vendor"}])


async def test_menu_has_only_what_one_can_chat_with(offering: Gateway) -> None:
    """Open WebUI's menu offers no embedding, speech or picture model, unless all of them are asked for."""
    few = await rows(offering, headers=WEBUI)
    everything = await rows(offering, "/v1/models?all=true", WEBUI)

    assert sorted(row["slug"] for row in few) == ["gpt-4o", "o1-mini"]
    assert sorted(row["slug"] for row in everything) == sorted(OFFERED)
    kinds = {row["slug"]: [tag["name"] for tag in row["tags"]][1:] for row in everything}
    assert kinds == {
        "gpt-4o": [],
        "o1-mini": [],
        "text-embedding-3-small": ["embedding"],
        "whisper-1": ["transcription"],
        "tts-1": ["speech"],
        "gpt-image-1": ["image"],
        "omni-moderation-latest": ["moderation"],
    }


@pytest.mark.parametrize("says", [True, False])
async def test_key_says_whether_models_are_described(offering: Gateway, says: bool) -> None:
    """A key's word goes before what the headers say."""
    body = {"name": "k", "scopes": ["completions.write"], "defaults": {"describe_models": says}}
    key = (await offering.admin.post("/v1/api-keys/workspace/service", json=body)).json()["key"]

    async with client(offering.url, key) as app:
        found = (await app.get("/v1/models", headers={} if says else WEBUI)).json()["data"]

    assert all(("info" in row) is says for row in found)


async def test_other_clients_get_the_plain_list(offering: Gateway) -> None:
    """Everybody else gets every model, and nothing that OpenAI's list does not have beside a name."""
    found = await rows(offering)

    assert sorted(row["slug"] for row in found) == sorted(OFFERED)
    assert {*found[0]} == {"id", "name", "owned_by", "slug", "object", "created"}


async def test_change_is_seen_at_once(offering: Gateway) -> None:
    """A model that was switched off is gone from the next list, though lists are kept."""
    before = await rows(offering, headers=WEBUI)
    await offering.admin.put("/v1/integrations/demo/models", json={"models": [{"slug": "gpt-4o", "enabled": False}]})

    after = await rows(offering, headers=WEBUI)

    assert {row["slug"] for row in before} - {row["slug"] for row in after} == {"gpt-4o"}


@pytest.mark.parametrize(
    ("vendor", "model", "kind"),
    [
        ("openai", "gpt-5", "chat"),
        ("openai", "gpt-4o-audio-preview", "chat"),
        ("openai", "gpt-4o-mini-tts", "speech"),
        ("openai", "gpt-4o-transcribe", "transcription"),
        ("openai", "gpt-realtime", "realtime"),
        ("openai", "dall-e-3", "image"),
        ("openai", "davinci-002", "completion"),
        ("openai", "sora-2", "video"),
        ("bedrock", "amazon.nova-pro-v1:0", "chat"),
        ("bedrock", "amazon.nova-canvas-v1:0", "image"),
        ("bedrock", "amazon.titan-embed-text-v2:0", "embedding"),
        ("google", "gemini-2.5-flash", "chat"),
        ("google", "imagen-4.0-generate-001", "image"),
        ("anthropic", "claude-sonnet-4-5", "chat"),
        ("groq", "meta-llama/llama-guard-4-12b", "moderation"),
        ("cohere", "rerank-v3.5", "rerank"),
        ("deepgram", "nova-3", "transcription"),
        ("elevenlabs", "eleven_flash_v2", "other"),
    ],
)
def test_kind_is_told_by_the_name(vendor: str, model: str, kind: str) -> None:
    """What a model is for is known of those that people use."""
    assert kind_of(VENDORS[vendor], model) == kind


@pytest.mark.parametrize(
    ("vendor", "model", "calls"),
    [
        ("openai", "gpt-4o", True),
        ("openai", "gpt-5.1-chat-latest", True),
        ("openai", "gpt-5-chat-latest", False),
        ("openai", "o1-preview", False),
        ("openai", "o1", True),
        ("ollama", "llama3.1:8b", True),
        ("ollama", "gemma3:4b", False),
        ("ollama", "deepseek-r1:8b", False),
        ("perplexity-ai", "anything", False),
        ("anthropic", "claude-opus-4-1", True),
    ],
)
def test_models_without_tools_are_known(vendor: str, model: str, calls: bool) -> None:
    """Open WebUI sends its tools with every message: a model that refuses them would fail them all."""
    assert calls_tools(VENDORS[vendor], model) is calls
