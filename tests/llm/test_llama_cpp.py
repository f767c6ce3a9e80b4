"""Requests through a real model: what it says is its own affair, how it is served is ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from openai import APIStatusError, OpenAI

from tests.e2e.running import Gateway, eventually

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

pytestmark = pytest.mark.llm

MODEL = "@local/smollm2-135m"
QUESTION: list[ChatCompletionMessageParam] = [
    {"role": "user", "content": "What is the capital of France? Answer in one short sentence."}
]
MANY_TOKENS = 1_900
"""What fits into a slot; it takes the model half a minute, if nobody stops it."""


def written_tokens(model: str) -> int:
    """How many tokens the model has generated since its start."""
    said = httpx.get(f"{model.removesuffix('/v1')}/metrics", trust_env=False).text
    found = re.search(r"^llamacpp:tokens_predicted_total (\d+)$", said, re.M)
    assert found, said
    return int(found[1])


def is_busy(model: str) -> bool:
    """Whether it generates anything now."""
    slots = httpx.get(f"{model.removesuffix('/v1')}/slots", trust_env=False).json()
    return any(slot["is_processing"] for slot in slots)


def test_model_is_found_by_itself(gateway: Gateway, openai: OpenAI) -> None:
    """The vendor's own list brings the model into the catalog, with the name that requests say."""
    assert eventually(lambda: [model.id for model in openai.models.list()]) == [MODEL]
    assert gateway.admin.get("/v1/integrations/local/models").json()["models"][0]["enabled"]


def test_whole_answer_is_unpriced(gateway: Gateway, openai: OpenAI) -> None:
    """A whole answer arrives, and its record has the model's usage and no cost, which is not a cost of 0."""
    raw = openai.chat.completions.with_raw_response.create(
        model=MODEL, messages=QUESTION, temperature=0, max_tokens=24, extra_headers={"x-portkey-trace-id": "whole"}
    )

    answer = raw.parse()
    (record,) = gateway.logs(trace_id="whole")
    stats = gateway.admin.get("/v1/stats").json()
    assert answer.choices[0].message.content
    assert answer.usage
    assert (record["req_units"], record["res_units"]) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)
    assert (record["ai_org"], record["provider"], record["ai_model"]) == ("llama-cpp", "local", "smollm2-135m")
    assert (record["is_priced"], record["cost"], record["cost_nanodollars"]) == (False, None, None)
    assert stats["unpriced_today"] >= 1


def test_stream_with_usage(openai: OpenAI) -> None:
    """A stream arrives in many pieces, each before the next, and ends with the usage that was asked for."""
    stream = openai.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=24, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    text = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]
    usage = chunks[-1].usage
    assert usage
    assert len(list(filter(None, text))) > 3
    assert (chunks[-1].choices, usage.completion_tokens > 3) == ([], True)


def test_usage_is_logged_although_nobody_asked(gateway: Gateway, openai: OpenAI) -> None:
    """The vendor is always asked for a stream's usage: the log has it, the client that did not ask has not."""
    traced = {"x-portkey-trace-id": "silent"}
    stream = openai.chat.completions.create(
        model=MODEL, messages=QUESTION, max_tokens=24, stream=True, extra_headers=traced
    )
    chunks = list(stream)

    (record,) = gateway.logs(trace_id="silent")
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)
    assert record["res_units"] > 3
    assert record["time_to_first_token_ms"] > 0


def test_hang_up_stops_the_model(gateway: Gateway, openai: OpenAI, model: str) -> None:
    """When the client leaves, the model stops writing long before its limit, and the record says who left."""
    before = written_tokens(model)
    stream = openai.chat.completions.create(
        model=MODEL,
        messages=QUESTION,
        stream=True,
        max_tokens=MANY_TOKENS,
        extra_body={"ignore_eos": True},
        extra_headers={"x-portkey-trace-id": "left"},
    )
    for _ in range(3):
        next(stream)

    stream.close()

    eventually(lambda: not is_busy(model))
    (record,) = eventually(lambda: gateway.logs(trace_id="left"))
    assert written_tokens(model) - before < MANY_TOKENS
    assert (record["response_status_code"], record["error"]["fault"]) == (499, "caller")


def test_vendors_own_refusal(openai: OpenAI) -> None:
    """What llama.cpp itself refuses is passed on with its status, in its words, and with its name."""
    with pytest.raises(APIStatusError, match="llama-cpp error") as caught:
        openai.chat.completions.create(model=MODEL, messages=QUESTION, extra_body={"grammar": "root ::= ("})

    assert caught.value.status_code == 400
