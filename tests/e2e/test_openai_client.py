"""The `openai` package, pointed at the gateway: everything it offers for chats works as with OpenAI itself."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from openai import AsyncOpenAI, OpenAI

from tests.e2e.running import Gateway, eventually

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolUnionParam

MODEL = "@demo/gpt-4o"
HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Hello"}]
CALL_IT: list[ChatCompletionMessageParam] = [{"role": "user", "content": "What does get_toll say?"}]
PARAMETERS: dict[str, object] = {
    "type": "object",
    "properties": {"road": {"type": "string"}, "horses": {"type": "integer"}},
}
TOOL: ChatCompletionToolUnionParam = {
    "type": "function",
    "function": {"name": "get_toll", "description": "The toll", "parameters": PARAMETERS},
}


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    """What a stream said."""
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_whole_answer(openai: OpenAI) -> None:
    """A whole answer has its text, its reason to stop, the model that gave it and its usage."""
    answer = openai.chat.completions.create(model=MODEL, messages=HELLO)

    assert answer.choices[0].message.content
    assert (answer.choices[0].finish_reason, answer.model) == ("stop", "gpt-4o-2024-08-06")
    assert answer.usage
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens


def test_stream_says_what_the_whole_answer_says(openai: OpenAI) -> None:
    """A stream adds up to the whole answer, ends with its reason, and brings no usage that nobody asked for."""
    whole = openai.chat.completions.create(model=MODEL, messages=HELLO)

    chunks = list(openai.chat.completions.create(model=MODEL, messages=HELLO, stream=True))

    assert text_of(chunks) == whole.choices[0].message.content
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len(chunks) > 5
    assert all(chunk.usage is None and chunk.choices for chunk in chunks)


def test_stream_with_usage(openai: OpenAI) -> None:
    """With `include_usage` the last chunk has no choice, and the usage of the whole answer."""
    whole = openai.chat.completions.create(model=MODEL, messages=HELLO)

    asked = openai.chat.completions.create
    chunks = list(asked(model=MODEL, messages=HELLO, stream=True, stream_options={"include_usage": True}))

    assert (chunks[-1].choices, chunks[-1].usage) == ([], whole.usage)
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_streamed_tool_call(openai: OpenAI) -> None:
    """The pieces of a called function's arguments add up to JSON of its schema."""
    stream = openai.chat.completions.create(model=MODEL, messages=CALL_IT, tools=[TOOL], stream=True)
    chunks = list(stream)

    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    arguments = "".join(call.function.arguments or "" for call in calls if call.function)
    assert (calls[0].id or "").startswith("call_")
    assert calls[0].function
    assert (calls[0].function.name, chunks[-1].choices[0].finish_reason) == ("get_toll", "tool_calls")
    assert json.loads(arguments).keys() == {"road", "horses"}


def test_response_headers(openai: OpenAI) -> None:
    """The raw response tells how the answer came about, by the five headers and with the trace that was given."""
    raw = openai.chat.completions.with_raw_response.create(
        model=MODEL, messages=HELLO, extra_headers={"x-portkey-trace-id": "trace-of-the-sdk"}
    )

    assert raw.parse().choices[0].message.content
    assert {name: value for name, value in raw.headers.items() if name.startswith("x-portkey-")} == {
        "x-portkey-trace-id": "trace-of-the-sdk",
        "x-portkey-provider": "openai",
        "x-portkey-cache-status": "DISABLED",
        "x-portkey-retry-attempt-count": "0",
        "x-portkey-last-used-option-index": "config",
    }


def test_provider_by_header(openai: OpenAI) -> None:
    """With `x-portkey-provider` the model's own name is enough, as applications say it that know only OpenAI."""
    named = openai.with_options(default_headers={"x-portkey-provider": "@demo"})

    answer = named.chat.completions.create(model="gpt-4o-mini", messages=HELLO)

    assert answer.model == "gpt-4o-mini-2024-07-18"


def test_models(openai: OpenAI) -> None:
    """The catalog is listed by the names that requests say, and each can be asked for by its own."""
    listed = {model.id: model for model in openai.models.list()}

    assert {"@demo/gpt-4o", "@demo/demo-fast"} <= listed.keys()
    assert all(name.startswith("@demo/") for name in listed)
    assert openai.models.retrieve("@demo/gpt-4o") == listed["@demo/gpt-4o"]


async def test_asynchronous_answers_side_by_side(async_openai: AsyncOpenAI) -> None:
    """Whole answers and streams, many at once, do not mix."""

    async def whole(text: str) -> str | None:
        answer = await async_openai.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": text}])
        return answer.choices[0].message.content

    async def streamed(text: str) -> str:
        messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": text}]
        stream = await async_openai.chat.completions.create(model=MODEL, messages=messages, stream=True)
        return text_of([chunk async for chunk in stream])

    texts = [f"Question {number}" for number in range(10)]
    wholes, streams = await asyncio.gather(asyncio.gather(*map(whole, texts)), asyncio.gather(*map(streamed, texts)))

    assert wholes == streams
    assert len(set(wholes)) == len(texts)


async def test_asynchronous_stream_that_is_left(async_openai: AsyncOpenAI, gateway: Gateway) -> None:
    """A client that closes a stream after its first chunk can go on asking; the log has the rest as its own doing."""
    stream = await async_openai.chat.completions.create(
        model="@demo/demo-stall", messages=HELLO, stream=True, extra_headers={"x-portkey-trace-id": "left"}
    )
    await anext(aiter(stream))
    await stream.close()

    again = await async_openai.chat.completions.create(model=MODEL, messages=HELLO)

    assert again.choices[0].message.content
    (record,) = await asyncio.to_thread(eventually, lambda: gateway.logs(trace_id="left"))
    assert (record["response_status_code"], record["error"]["fault"]) == (499, "caller")
