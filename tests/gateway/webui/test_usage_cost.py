"""The cost of a request in the answer's own usage: for Open WebUI, and for keys that want it."""

import asyncio
import re
from typing import Any

import msgspec
import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, add_demo, ask, client

WEBUI = {"x-openwebui-user-id": "u-1"}
USAGE = b'{"prompt_tokens": 1000,"completion_tokens":10,  "total_tokens":1010}'
SAYS = b'{"id":"c", "model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"Hi \\"usage\\":{"},'
WHOLE = SAYS + b'"finish_reason":"stop"}],\n  "usage" : ' + USAGE + b',"x":1e400}'
COST = b'"cost":0.0026,'
"""1,000 tokens at 2.50 dollars a million, and 10 at 10."""


async def key_with(gateway: Gateway, **defaults: object) -> str:
    """An application's key with these defaults."""
    body = {"name": "priced", "scopes": ["completions.write"], "defaults": defaults}
    made = await gateway.admin.post("/v1/api-keys/workspace/service", json=body)
    key: str = made.raise_for_status().json()["key"]
    return key


async def test_whole_answer_says_its_cost(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Open WebUI is told the exact cost in dollars, the log has the same, and no other byte is changed."""
    vendor.will(body=WHOLE, headers={"content-type": "application/json"})

    answer = await gateway.app.post("/v1/chat/completions", json=ask(), headers=WEBUI)

    assert answer.content == WHOLE.replace(b'"usage" : {', b'"usage" : {' + COST)
    assert (await gateway.log())["metrics"]["cost"] == pytest.approx(0.26)


@pytest.mark.parametrize("wants_usage", [True, False])
async def test_stream_says_its_cost_where_it_says_its_usage(gateway: Gateway, wants_usage: bool) -> None:
    """The chunk that tells the usage tells the cost; a client that did not ask for usage gets neither."""
    body = ask(stream=True) | ({"stream_options": {"include_usage": True}} if wants_usage else {})

    plain = await gateway.app.post("/v1/chat/completions", json=body)
    told = await gateway.app.post("/v1/chat/completions", json=body, headers=WEBUI)

    costs = re.findall(r'"usage":\{"cost":(0\.\d+),', told.text)
    assert len(costs) == wants_usage
    assert told.text.count("data: ") == plain.text.count("data: ")
    assert told.text.endswith("data: [DONE]\n\n")
    if wants_usage:
        assert (await gateway.log())["metrics"]["cost"] == pytest.approx(float(costs[0]) * 100)


@pytest.mark.parametrize(
    ("defaults", "headers", "is_told"),
    [({}, {}, False), ({}, WEBUI, True), ({"usage_cost": True}, {}, True), ({"usage_cost": False}, WEBUI, False)],
)
async def test_key_says_who_hears_of_costs(
    gateway: Gateway, vendor: SimulatedVendor, defaults: dict[str, Any], headers: dict[str, str], is_told: bool
) -> None:
    """Without a word of the key's it is Open WebUI that hears of costs; everybody else's answers stay as they are."""
    vendor.will(body=WHOLE, headers={"content-type": "application/json"})
    async with client(gateway.url, await key_with(gateway, **defaults)) as app:
        answer = await app.post("/v1/chat/completions", json=ask(), headers=headers)

    assert (COST in answer.content, answer.content == WHOLE) == (is_told, not is_told)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("demo-fast", USAGE),
        ("gpt-4o", b'{"prompt_tokens":1,"completion_tokens":1,"cost":0.5}'),
        ("gpt-4o", b"{}"),
        ("gpt-4o", b"null"),
    ],
)
async def test_nothing_is_made_up(gateway: Gateway, vendor: SimulatedVendor, model: str, usage: bytes) -> None:
    """An unknown price is not told as 0, a vendor's own word stays, and where nothing is said nothing is added."""
    body = WHOLE.replace(USAGE, usage).replace(b'"model":"gpt-4o"', b'"model":"' + model.encode() + b'"')
    vendor.will(body=body, headers={"content-type": "application/json"})

    answer = await gateway.app.post("/v1/chat/completions", json=ask(model=f"@demo/{model}"), headers=WEBUI)

    assert answer.content == body


async def test_embeddings_say_their_cost(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What a document costs is told too."""
    model = "text-embedding-3-small"
    vendor.will(json={"data": [], "model": model, "usage": {"prompt_tokens": 1_000_000, "total_tokens": 1_000_000}})

    answer = await gateway.app.post("/v1/embeddings", json={"model": f"@demo/{model}", "input": "a"}, headers=WEBUI)

    assert msgspec.json.decode(answer.content)["usage"]["cost"] == 0.02


STREAMED = [
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant",'
    b'"model":"claude-sonnet-4-5","content":[],"usage":{"input_tokens":1000,"output_tokens":1}}}\n\n',
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":""}}\n\n',
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"\\"message_delta\\" \\"usage\\":{"}}\n\n',
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
    b'"usage":{"output_tokens":100}}\n\n',
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
]
"""1,000 tokens at 3 dollars a million, and 100 at 15."""


@pytest.mark.parametrize("pieces", [STREAMED, [b"".join(STREAMED)]], ids=["pieces", "at-once"])
async def test_streams_of_messages_and_responses_say_their_cost(
    gateway: Gateway, vendor: SimulatedVendor, pieces: list[bytes]
) -> None:
    """The cost is told once, in the usage that is whole: as Anthropic streams it, and as a response is made of it."""
    await add_demo(gateway.admin, vendor.url, slug="claude", name="Claude", ai_provider_id="anthropic")
    await asyncio.gather(*gateway.plant.errands)
    vendor.will(chunks=pieces, headers={"content-type": "text/event-stream"}, times=2)
    talk = {"model": "@claude/claude-sonnet-4-5", "stream": True, "max_tokens": 100}

    messages = await gateway.app.post(
        "/v1/messages", json=talk | {"messages": [{"role": "user", "content": "a"}]}, headers=WEBUI
    )
    responses = await gateway.app.post("/v1/responses", json=talk | {"input": "a"}, headers=WEBUI)

    assert messages.content == b"".join(STREAMED).replace(b'"usage":{"output', b'"usage":{"cost":0.0045,"output')
    assert re.findall(r'"usage":\{"cost":([\d.]+),', responses.text) == ["0.0045"]
    assert (await gateway.log())["metrics"]["cost"] == pytest.approx(0.45)
    made_of_chat = await gateway.app.post(
        "/v1/messages",
        json=talk | {"model": "@demo/gpt-4o", "messages": [{"role": "user", "content": "a"}]},
        headers=WEBUI,
    )
    (cost,) = re.findall(r'"usage":\{"cost":([\d.]+),', made_of_chat.text)
    assert (await gateway.log())["metrics"]["cost"] == pytest.approx(float(cost) * 100)


async def test_a_whole_message_says_its_cost(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """Anthropic's usage has it too."""
    await add_demo(gateway.admin, vendor.url, slug="claude", name="Claude", ai_provider_id="anthropic")
    await asyncio.gather(*gateway.plant.errands)
    said = {"id": "m", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": "end_turn"}
    usage = {"input_tokens": 1000, "output_tokens": 100}
    vendor.will(json=said | {"content": [{"type": "text", "text": "hi"}], "usage": usage})
    asked = {"model": "@claude/claude-sonnet-4-5", "max_tokens": 100, "messages": [{"role": "user", "content": "a"}]}

    answer = await gateway.app.post("/v1/messages", json=asked, headers=WEBUI)

    assert msgspec.json.decode(answer.content)["usage"] == usage | {"cost": 0.0045}
