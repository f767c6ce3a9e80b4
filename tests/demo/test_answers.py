"""What the simulated vendor answers when all is well."""

from typing import Any

import httpx
import openai
import pytest

from console.demo.vendor import SimulatedVendor, serve_vendor
from tests.demo.asking import WEATHER, ask, events


async def test_same_prompt_has_one_answer(client: httpx.AsyncClient) -> None:
    """A prompt is answered the same each time, and another prompt differently."""
    first, second, other = [
        (await client.post("/chat/completions", json=ask(text))).json()["choices"][0]["message"]["content"]
        for text in ("Hello", "Hello", "Goodbye")
    ]

    assert first == second
    assert first != other


async def test_stream_says_what_the_whole_answer_says(client: httpx.AsyncClient) -> None:
    """The deltas of a stream, joined, are the content of the whole answer, and its finish reason comes last."""
    whole = (await client.post("/chat/completions", json=ask())).json()["choices"][0]

    parts = events((await client.post("/chat/completions", json=ask(stream=True))).text)

    assert "".join(part["choices"][0]["delta"].get("content", "") for part in parts) == whole["message"]["content"]
    assert parts[-1]["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}


async def test_stream_without_include_usage_never_mentions_usage(client: httpx.AsyncClient) -> None:
    """A stream that was not asked for usage has no `usage` field at all."""
    parts = events((await client.post("/chat/completions", json=ask(stream=True))).text)

    assert not [part for part in parts if "usage" in part]


async def test_include_usage_is_honoured_as_openai_does(client: httpx.AsyncClient) -> None:
    """The last chunk has usage and no choices, those before have `usage` null; the numbers are the whole answer's."""
    usage = (await client.post("/chat/completions", json=ask())).json()["usage"]
    body = ask(stream=True, stream_options={"include_usage": True})

    *parts, last = events((await client.post("/chat/completions", json=body)).text)

    assert [part["usage"] for part in parts] == [None] * len(parts)
    assert (last["choices"], last["usage"]) == ([], usage)


async def test_usage_adds_up(client: httpx.AsyncClient) -> None:
    """Total is prompt and completion, reasoning is part of the completion and a long prompt is partly cached."""
    body = ask("word " * 2000, model="demo-thinker")

    usage = (await client.post("/chat/completions", json=body)).json()["usage"]

    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_tokens"] > usage["completion_tokens_details"]["reasoning_tokens"] == 180
    assert usage["prompt_tokens_details"]["cached_tokens"] == 1920


async def test_max_tokens_ends_the_answer(client: httpx.AsyncClient) -> None:
    """An answer stops at `max_tokens`, and says that this is why."""
    answer = (await client.post("/chat/completions", json=ask(max_tokens=3))).json()

    assert (answer["usage"]["completion_tokens"], answer["choices"][0]["finish_reason"]) == (3, "length")


@pytest.mark.parametrize(
    ("more", "called"),
    [
        ({"tool_choice": "required"}, True),
        ({"tool_choice": {"type": "function", "function": {"name": "get_weather"}}}, True),
        ({"tool_choice": "none"}, False),
        ({}, False),
    ],
)
async def test_tool_is_called_when_asked_for(client: httpx.AsyncClient, more: dict[str, Any], called: bool) -> None:
    """Tools that are given are called when `tool_choice` demands it, and not on other occasions."""
    answer = await client.post("/chat/completions", json=ask(tools=[WEATHER], **more))

    assert (answer.json()["choices"][0]["finish_reason"] == "tool_calls") is called


async def test_official_client_reads_everything(vendor: SimulatedVendor) -> None:
    """The `openai` package lists the models and reads a whole answer, a stream and a streamed tool call."""
    async with openai.AsyncOpenAI(base_url=vendor.url, api_key="sk-demo", max_retries=0) as client:
        models = [model.id async for model in client.models.list()]
        whole = await client.chat.completions.create(**ask())
        async with client.chat.completions.stream(**ask("Use get_weather", tools=[WEATHER])) as stream:
            final = await stream.get_final_completion()

    assert "gpt-4o" in models
    assert whole.usage
    assert whole.usage.completion_tokens
    (call,) = final.choices[0].message.tool_calls or []
    assert call.function.name == "get_weather"
    assert '"city"' in (call.function.arguments or "")


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"model": "gpt-4o"}, 400, "messages"),
        ({"model": "gpt-4o", "messages": "hello"}, 400, "messages"),
        ({"model": "gpt-4o", "messages": []}, 400, "messages"),
        (ask(stream_options={"include_usage": True}), 400, "stream_options"),
        (ask(model="demo-nobody"), 404, "model"),
        (ask(tools=[{"type": "function", "function": {}}]), 400, "tools[0].function"),
    ],
)
async def test_bad_request_is_refused(
    client: httpx.AsyncClient, body: dict[str, Any], status: int, param: str | None
) -> None:
    """A request that OpenAI would refuse is refused, with an error in its shape that names the field."""
    answer = await client.post("/chat/completions", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param)


async def test_key_is_demanded_when_there_is_one() -> None:
    """A vendor with a key serves only those who send it."""
    async with serve_vendor(key="sk-right") as vendor, httpx.AsyncClient(base_url=vendor.url) as client:
        statuses = [
            (await client.get("/models", headers={"authorization": f"Bearer {key}"})).status_code
            for key in ("sk-wrong", "sk-right")
        ]

    assert statuses == [401, 200]
