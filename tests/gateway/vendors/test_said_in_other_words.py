"""What a chat may ask for and other vendors have no words for, or other words: the same at each of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from console.demo.vendor import SimulatedVendor
from tests.gateway.running import Gateway, Json, gateway_in

AWS = {"aws_region": "eu-west-1", "aws_access_key_id": "AK", "aws_secret_access_key": "SK"}
MODELS = {
    "anthropic": "claude-sonnet-4-5",
    "google": "gemini-2.5-flash",
    "bedrock": "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "cohere": "command-a-03-2025",
}
USER = {"role": "user", "content": "hi"}
ARGUMENTS = {"a": "x"}
CALLED: dict[str, Callable[[Json], Any]] = {
    "anthropic": lambda sent: sent["messages"][1]["content"][0]["input"],
    "google": lambda sent: sent["contents"][1]["parts"][0]["functionCall"]["args"],
    "bedrock": lambda sent: sent["messages"][1]["content"][0]["toolUse"]["input"],
    "cohere": lambda sent: json.loads(sent["messages"][1]["tool_calls"][0]["function"]["arguments"]),
}
"""Where each has what a function was called with."""
PARAMETERS = {"type": "object", "properties": {"a": {"type": "string"}}}


@pytest.fixture
async def gateway(tmp_path: Path, vendor: SimulatedVendor) -> AsyncIterator[Gateway]:
    """A gateway with each of them behind its own name."""
    async with gateway_in(tmp_path) as gateway:
        for vendor_id in MODELS:
            where = {"custom_host": vendor.url.removesuffix("/v1")} | (AWS if vendor_id == "bedrock" else {})
            body = {"name": vendor_id, "slug": vendor_id, "ai_provider_id": vendor_id, "configurations": where}
            key = {} if vendor_id == "bedrock" else {"key": "sk"}
            (await gateway.admin.post("/v1/integrations", json=body | key)).raise_for_status()
        await asyncio.gather(*gateway.plant.errands)
        vendor.forget()
        yield gateway


async def refusal(gateway: Gateway, vendor_id: str, **body: Any) -> Json:
    """The error that a request ends in."""
    model = f"@{vendor_id}/{MODELS[vendor_id]}"
    answer = await gateway.app.post("/v1/chat/completions", json={"model": model, "messages": [USER]} | body)
    assert answer.status_code == 400, answer.text
    error: Json = answer.json()["error"]
    return error


@pytest.mark.parametrize("vendor_id", ["anthropic", "bedrock", "cohere"])
@pytest.mark.parametrize(("name", "value"), [("n", 2), ("modalities", ["text", "audio"])])
async def test_what_would_be_less_than_was_asked_is_refused(
    gateway: Gateway, vendor: SimulatedVendor, vendor_id: str, name: str, value: Any
) -> None:
    """A second answer, or a spoken one, is not quietly left out: the client is told, and a fallback may have it."""
    error = await refusal(gateway, vendor_id, **{name: value})

    assert (error["param"], error["code"]) == (name, "not_offered_by_vendor")
    assert not vendor.requests


@pytest.mark.parametrize("vendor_id", MODELS)
@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([USER | {"role": "wizard"}], "messages[0].role"),
        ([USER, USER | {"content": 5}], "messages[1].content"),
        ([USER, {"role": "assistant", "tool_calls": "f"}], "messages[1].tool_calls"),
    ],
)
async def test_a_slip_in_a_message_is_named(
    gateway: Gateway, vendor: SimulatedVendor, vendor_id: str, messages: list[Json], param: str
) -> None:
    """An unknown role does not become the user's, and content of another shape does not vanish."""
    error = await refusal(gateway, vendor_id, messages=messages)

    assert (error["param"], error["fault"]) == (param, "caller")
    assert not vendor.requests


@pytest.mark.parametrize("vendor_id", MODELS)
async def test_functions_as_they_were_before_tools(gateway: Gateway, vendor: SimulatedVendor, vendor_id: str) -> None:
    """A conversation with a `function_call` and its result arrives whole, and the function that must be called too."""
    call = {"name": "f", "arguments": '{"a":"x"}'}
    turns = [USER, {"role": "assistant", "content": None, "function_call": call}]
    turns += [{"role": "function", "name": "f", "content": "42"}, USER]
    vendor.will(418, json={"error": {"message": "teapot"}})

    await gateway.app.post(
        "/v1/chat/completions",
        json={
            "model": f"@{vendor_id}/{MODELS[vendor_id]}",
            "messages": turns,
            "functions": [{"name": "f", "parameters": PARAMETERS}],
            "function_call": {"name": "f"},
        },
    )

    sent = vendor.requests[0].body
    assert CALLED[vendor_id](sent) == ARGUMENTS
    raw = vendor.requests[0].raw.decode()
    assert raw.count("42") == 1
    assert raw.count('"properties":{"a":{"type":"string"}}') == 1


@pytest.mark.parametrize("vendor_id", ["anthropic", "google", "bedrock"])
async def test_a_call_that_broke_off_does_not_end_the_conversation(
    gateway: Gateway, vendor: SimulatedVendor, vendor_id: str
) -> None:
    """A call whose arguments were cut by the length of an answer is kept as what was said of it."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":"x'}}
    turns = [USER, {"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "c1", "content": "?"}]
    vendor.will(418, json={"error": {"message": "teapot"}})

    await gateway.app.post(
        "/v1/chat/completions", json={"model": f"@{vendor_id}/{MODELS[vendor_id]}", "messages": turns}
    )

    assert '{"arguments":"{\\"a\\":\\"x"}' in vendor.requests[0].raw.decode()


@pytest.mark.parametrize("vendor_id", MODELS)
async def test_tools_of_an_unknown_kind_are_refused(gateway: Gateway, vendor: SimulatedVendor, vendor_id: str) -> None:
    """A tool that takes free text is not quietly left out."""
    error = await refusal(gateway, vendor_id, tools=[{"type": "custom", "custom": {"name": "c"}}])

    assert (error["param"], error["code"]) == ("tools", "not_offered_by_vendor")
    assert not vendor.requests


@pytest.mark.parametrize("vendor_id", MODELS)
async def test_turns_that_say_nothing_are_left_out(gateway: Gateway, vendor: SimulatedVendor, vendor_id: str) -> None:
    """Empty words, which clients keep and vendors refuse, do not end a conversation."""
    blank = [{"role": role, "content": ""} for role in ("system", "user", "assistant")]
    vendor.will(418, json={"error": {"message": "teapot"}})

    await gateway.app.post(
        "/v1/chat/completions", json={"model": f"@{vendor_id}/{MODELS[vendor_id]}", "messages": [*blank, USER]}
    )

    sent = vendor.requests[0].body
    assert len(sent.get("messages") or sent["contents"]) == 1
    assert '""' not in vendor.requests[0].raw.decode()


async def test_responses_without_an_input_are_refused(gateway: Gateway, vendor: SimulatedVendor) -> None:
    """What asks for nothing is the caller's slip, and no vendor's."""
    answer = await gateway.app.post("/v1/responses", json={"model": f"@anthropic/{MODELS['anthropic']}"})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input")
    assert not vendor.requests
