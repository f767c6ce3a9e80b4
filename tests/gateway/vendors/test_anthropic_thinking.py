"""How Claude is asked to think, and for an answer of a certain shape: each model in its own way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gateway.functions import Function
from gateway.vendors.anthropic import encode_messages
from gateway.vendors.anthropic.format import ANSWER_TOOL
from gateway.vendors.vendor import Json
from tests.gateway.asking_anthropic import (
    CALL,
    HI,
    MIDDLE,
    NEW,
    NEWEST,
    OLD,
    PLAIN,
    RESULT,
    THOUGHT,
    USE,
    WEATHER,
    asked,
    chat,
)

POINT: Json = {"type": "object", "properties": {"x": {"type": "integer", "minimum": 1}}, "required": ["x"]}
POINT_FORMAT: Json = {"type": "json_schema", "json_schema": {"name": "point", "schema": POINT}}
CLOSED_POINT: Json = {
    "type": "object",
    "properties": {"x": {"type": "integer", "description": '{"minimum":1}'}},
    "required": ["x"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("model", "headers", "there"),
    [
        (PLAIN, {}, {"temperature": 0.2, "top_p": 0.9}),
        (MIDDLE, {}, {"temperature": 0.2}),
        (NEW, {}, {}),
        (PLAIN, {"anthropic-version": "2026-10-21"}, {}),
    ],
)
def test_sampling_is_said_only_where_it_may_be(model: str, headers: Mapping[str, str], there: Json) -> None:
    """Newer models, and the newer version of the API, refuse a temperature; they are not sent one."""
    body = {"model": model, "messages": [HI], "max_tokens": 5, "temperature": 0.2, "top_p": 0.9}

    said = encode_messages(body, asked(Function.CHAT, body, headers=headers))

    assert {name: said[name] for name in ("temperature", "top_p") if name in said} == there


@pytest.mark.parametrize(
    ("model", "said", "there"),
    [
        (OLD, {"reasoning_effort": "high"}, {}),
        (PLAIN, {"reasoning_effort": "low"}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        (PLAIN, {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        (
            MIDDLE,
            {"reasoning_effort": "xhigh"},
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
        ),
        (
            NEW,
            {"reasoning_effort": "minimal"},
            {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "low"}},
        ),
        (NEWEST, {"reasoning_effort": "none"}, {"output_config": {"effort": "low"}}),
        ("claude-sonnet-5-5", {"reasoning_effort": "none"}, {"thinking": {"type": "between_tools"}}),
        (
            NEWEST,
            {"thinking": {"type": "enabled", "budget_tokens": 2000}},
            {"thinking": {"type": "adaptive", "display": "summarized"}},
        ),
        (MIDDLE, {"output_config": {"effort": "max"}}, {"output_config": {"effort": "max"}}),
    ],
)
def test_thinking(model: str, said: Json, there: Json) -> None:
    """An effort is asked for in the way that the model knows, and not at all of one that does not think."""
    body = chat(model=model, **said)

    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == there


def test_an_answer_is_longer_than_its_thinking() -> None:
    """Thinking is in addition to what the client allows, and takes the temperature with it."""
    body = chat(max_tokens=100, reasoning_effort="medium", temperature=0.2, top_k=3)

    assert body["max_tokens"] == 8_192 + 100
    assert not {"temperature", "top_k"} & body.keys()


def test_thinking_is_carried_back_with_its_signature() -> None:
    """Signed thoughts of an earlier answer return before the call they led to; unsigned ones are left out."""
    unsigned = {"type": "thinking", "thinking": "hm"}
    said = {"role": "assistant", "content": None, "content_blocks": [THOUGHT, unsigned], "tool_calls": [CALL]}

    body = chat(HI, said, RESULT, tools=[WEATHER], reasoning_effort="low")

    assert body["messages"][1]["content"] == [THOUGHT, USE]
    assert body["thinking"]["type"] == "enabled"


def test_thinking_rests_when_its_blocks_were_lost() -> None:
    """A client that keeps to OpenAI's fields is not refused in the middle of its calls."""
    body = chat(HI, {"role": "assistant", "tool_calls": [CALL]}, RESULT, tools=[WEATHER], reasoning_effort="low")

    assert "thinking" not in body


def test_schema_is_a_format_where_the_model_has_them() -> None:
    """Newer models get the schema, closed, and what they cannot check as words."""
    body = chat(model=NEWEST, response_format=POINT_FORMAT, reasoning_effort="high")

    assert body["output_config"] == {"effort": "high", "format": {"type": "json_schema", "schema": CLOSED_POINT}}
    assert "tools" not in body


@pytest.mark.parametrize(
    ("said", "choice"),
    [
        ({}, {"type": "tool", "name": ANSWER_TOOL, "disable_parallel_tool_use": True}),
        ({"tools": [WEATHER]}, {"type": "any"}),
        (
            {"tools": [WEATHER], "tool_choice": "none"},
            {"type": "tool", "name": ANSWER_TOOL, "disable_parallel_tool_use": True},
        ),
    ],
)
def test_schema_is_a_forced_tool_where_the_model_has_no_formats(said: Json, choice: Json) -> None:
    """Older models answer through a tool, and may still call the client's."""
    body = chat(response_format=POINT_FORMAT, **said)

    assert body["tools"][-1]["name"] == ANSWER_TOOL
    assert body["tools"][-1]["input_schema"] == POINT
    assert body["tool_choice"] == choice


@pytest.mark.parametrize("said", [{"model": NEWEST}, {"reasoning_effort": "low"}])
def test_any_object_is_asked_for_in_words_where_nothing_can_be_forced(said: Json) -> None:
    """A thinking model is told to answer in JSON."""
    body = chat(response_format={"type": "json_object"}, **said)

    assert "JSON" in body["system"][-1]["text"]
    assert "tools" not in body
