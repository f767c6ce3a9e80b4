"""What every adapter does with what should not come."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from gateway.adapters.adapter import Adapter, retold
from gateway.adapters.completions import COMPLETIONS
from gateway.adapters.messages import MESSAGES, count
from gateway.adapters.responses import RESPONSES
from gateway.vendors.vendor import Json, Unspoken

TEXT = {"type": "text", "text": "x"}
MESSAGE: Json = {
    "system": [TEXT],
    "metadata": {"user_id": "u"},
    "thinking": {"type": "enabled", "budget_tokens": 3000},
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {}}},
    "service_tier": "auto",
    "stop_sequences": ["a"],
    "tools": [{"name": "f", "input_schema": {}}],
    "tool_choice": {"type": "tool", "name": "f"},
    "messages": [
        {"role": "user", "content": [{"type": "image", "source": {"type": "url", "url": "x"}}, TEXT]},
        {"role": "user", "content": [{"type": "document", "source": {"type": "content", "content": [TEXT]}}]},
        {"role": "user", "content": [{"type": "search_result", "title": "t", "content": [TEXT]}]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "a", "signature": "b"}]},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [TEXT]}]},
    ],
}
RESPONSE: Json = {
    "instructions": "a",
    "tools": [{"type": "function", "name": "f", "parameters": {}}, {"type": "custom", "name": "g", "format": {}}],
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"name": "f"}]},
    "text": {"format": {"type": "json_schema", "name": "n", "schema": {}}},
    "reasoning": {"effort": "low"},
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "a"}, {"type": "input_image", "image_url": "x"}]},
        {"role": "user", "content": [{"type": "input_file", "file_data": "x"}]},
        {"type": "reasoning", "summary": [{"text": "a"}], "encrypted_content": "tollhouse.W10="},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "a", "name": "f", "input": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_text", "text": "a"}]},
    ],
}
COMPLETION: Json = {"prompt": ["a"], "echo": True, "n": 1, "best_of": 1, "logprobs": 2, "stream_options": {}}
SAID: Json = {
    "content": "a",
    "reasoning_content": "b",
    "refusal": "n",
    "annotations": [{"type": "url_citation", "url_citation": {}}],
    "content_blocks": [{"type": "thinking", "thinking": "a", "signature": "b"}, {"index": 0, "delta": {"text": "a"}}],
    "tool_calls": [{"id": "a", "index": 0, "function": {"name": "f", "arguments": "{}"}}],
}
LIKELY = {"content": [{"token": "a", "logprob": -1, "top_logprobs": [{"token": "a", "logprob": -1}]}]}
ANSWER: Json = {
    "id": "chatcmpl-1",
    "created": 1,
    "choices": [{"index": 0, "finish_reason": "stop", "logprobs": LIKELY, "message": SAID, "delta": SAID}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 1}},
}
ADAPTED = pytest.mark.parametrize(
    ("adapter", "body"),
    [(MESSAGES, MESSAGE), (RESPONSES, RESPONSE), (COMPLETIONS, COMPLETION)],
    ids=["messages", "responses", "completions"],
)
WRONG: tuple[Any, ...] = (None, 5, "x", [], {}, [5], [None], True, {"type": []}, [{}])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from places(one, (*path, key))


def spoiled(value: Json) -> Iterator[Json]:
    """Copies of a value, each with something wrong in one place."""
    for path in places(value):
        for wrong in WRONG:
            made = copy.deepcopy(value)
            inner: Any = made
            for key in path[:-1]:
                inner = inner[key]
            inner[path[-1]] = copy.deepcopy(wrong)
            yield made


@ADAPTED
def test_a_request_of_any_wrong_shape_is_the_callers_fault(adapter: Adapter, body: Json) -> None:
    """Whatever stands in the place of a field, the request is made or refused, and never breaks the gateway."""
    adapter.request(copy.deepcopy(body))

    for asked in spoiled(body):
        with suppress(Unspoken):
            adapter.request(asked)


@ADAPTED
def test_an_answer_of_any_wrong_shape_is_told_as_far_as_it_goes(adapter: Adapter, body: Json) -> None:
    """A vendor that sends something else in the place of a field breaks neither an answer nor a stream."""
    for said in spoiled(ANSWER):
        assert adapter.answer(said, body)
        assert retold(adapter.stream(body), [said])


def test_tokens_of_any_wrong_shape_are_counted_or_refused() -> None:
    """Counting reads what a request reads, and breaks as little."""
    for body in spoiled(MESSAGE):
        with suppress(Unspoken):
            assert count(body) > 0
