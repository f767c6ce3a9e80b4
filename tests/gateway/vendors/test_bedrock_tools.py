"""Thinking, tools and answers in a given shape, as each maker's models on Bedrock are asked for them."""

from __future__ import annotations

import msgspec
import pytest

from gateway.vendors.vendor import Json
from tests.gateway.asking_bedrock import BUDGETED, CALL, NEWEST, OLD, SCHEMA, SHAPED, TOOL, chat, written


@pytest.mark.parametrize(
    ("model", "more", "fields", "inference"),
    [
        (OLD, {}, None, {}),
        (BUDGETED, {}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}, {"maxTokens": 64000}),
        (BUDGETED, {"max_tokens": 500}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}, {"maxTokens": 1524}),
        (
            NEWEST,
            {"temperature": 0.3},
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "low"}},
            {},
        ),
        ("amazon.nova-2-lite-v1:0", {}, {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}, {}),
        ("openai.gpt-oss-120b-1:0", {}, {"reasoning_effort": "low"}, {}),
        ("meta.llama3-70b-instruct-v1:0", {}, None, {}),
    ],
)
def test_reasoning_effort_in_the_makers_words(model: str, more: Json, fields: Json | None, inference: Json) -> None:
    """Each maker's models hear of an effort in their own words, and those that do not think hear nothing."""
    said = written(chat(reasoning_effort="low", **more), model)

    assert said.get("additionalModelRequestFields") == fields
    assert said.get("inferenceConfig", {}) == inference


def test_thinking_rests_while_its_signatures_are_lost() -> None:
    """A client without signed thoughts can go on calling tools: thinking is left out until they are done."""
    turns = ({"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "call_1", "content": "ok"})
    said = written(chat(*turns, tools=[TOOL], reasoning_effort="high"), BUDGETED)

    assert "additionalModelRequestFields" not in said


@pytest.mark.parametrize(
    ("model", "way"),
    [
        (OLD, "tool"),
        (BUDGETED, "schema"),
        (NEWEST, "schema"),
        ("amazon.nova-pro-v1:0", "tool"),
        ("mistral.mistral-large-2402-v1:0", "any"),
        ("qwen.qwen3-32b-v1:0", "schema"),
        ("meta.llama3-70b-instruct-v1:0", "words"),
    ],
)
def test_answers_in_a_shape(model: str, way: str) -> None:
    """A schema goes as such, as a tool that has to be called, or in words: as the model takes it."""
    said = written(chat(response_format=SHAPED), model)

    choice = said.get("toolConfig", {}).get("toolChoice", {})
    shape = said.get("outputConfig", {}).get("textFormat", {}).get("structure", {}).get("jsonSchema", {})
    assert {
        "tool": choice == {"tool": {"name": "tollhouse_answer"}},
        "any": choice == {"any": {}},
        "schema": shape.get("name") == "thing" and msgspec.json.decode(shape["schema"]) == SCHEMA,
        "words": '"properties"' in str(said.get("system")),
    }[way]


def test_a_shaped_answer_leaves_room_for_tools() -> None:
    """Beside the client's tools the answer is one more, and the model has to call one of them."""
    said = written(chat(response_format=SHAPED, tools=[TOOL]))

    assert [tool["toolSpec"]["name"] for tool in said["toolConfig"]["tools"]] == ["f", "tollhouse_answer"]
    assert said["toolConfig"]["toolChoice"] == {"any": {}}


def test_one_call_at_a_time() -> None:
    """A Claude that can be told so is told to make no parallel calls."""
    said = written(chat(tools=[TOOL], parallel_tool_calls=False), BUDGETED)

    told = said["additionalModelRequestFields"]["tool_choice"]
    assert told == {"type": "auto", "disable_parallel_tool_use": True}


def test_calls_in_history_bring_their_tools() -> None:
    """A conversation with calls but without tools is sent with tools, for Converse would refuse it."""
    said = written(chat({"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "call_1"}))

    assert [tool["toolSpec"]["name"] for tool in said["toolConfig"]["tools"]] == ["f"]
    assert "toolChoice" not in said["toolConfig"]
