"""What Anthropic is sent for a chat, and for its own requests."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.anthropic import ANTHROPIC
from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.vendor import Asked, Json, Login, Unspoken
from tests.gateway.asking_anthropic import (
    CALL,
    EPHEMERAL,
    HI,
    MIDDLE,
    NEWEST,
    OLD,
    PLAIN,
    RESULT,
    THERE,
    USE,
    WEATHER,
    WEATHER_THERE,
    chat,
    sent,
)


def contents(*parts: Json) -> Any:
    """The blocks that a user's parts become."""
    return chat({"role": "user", "content": list(parts)})["messages"][0]["content"]


def test_system_and_developer_turns_are_lifted_with_their_marks() -> None:
    """What the system and the developer say leaves the conversation in order, with its marks for the cache."""
    marked = {"role": "system", "content": [{"type": "text", "text": "long", "cache_control": EPHEMERAL}]}

    body = chat(marked, HI, {"role": "developer", "content": "dev"})

    assert body["system"] == [
        {"type": "text", "text": "long", "cache_control": EPHEMERAL},
        {"type": "text", "text": "dev"},
    ]
    assert body["messages"] == [HI]


def test_system_alone_becomes_the_users_turn() -> None:
    """A request of nothing but a system's words is answered rather than refused."""
    body = chat({"role": "system", "content": "s"})

    assert body["messages"] == [{"role": "user", "content": [{"type": "text", "text": "s"}]}]
    assert "system" not in body


def test_turns_of_one_role_are_merged_and_results_come_first() -> None:
    """Parallel calls are answered in one turn of the user's, with what the user says after it."""
    second = CALL | {"id": "functions.weather:1"}
    talk = (
        HI,
        {"role": "assistant", "content": "let me see", "tool_calls": [CALL, second]},
        RESULT,
        RESULT | {"tool_call_id": second["id"], "content": [{"type": "text", "text": "rain"}]},
        HI,
    )

    body = chat(*talk, tools=[WEATHER])

    assert body["messages"][1:] == [
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "let me see"}, USE, USE | {"id": "functions_weather_1"}],
        },
        {
            "role": "user",
            "content": [
                THERE,
                THERE | {"tool_use_id": "functions_weather_1", "content": [{"type": "text", "text": "rain"}]},
                {"type": "text", "text": "hi"},
            ],
        },
    ]


@pytest.mark.parametrize(
    ("arguments", "there"),
    [
        ("", {}),
        (None, {}),
        ("{}", {}),
        ('{"a":1}', {"a": 1}),
        ("[1]", {"arguments": [1]}),
        ("{oops", {"arguments": "{oops"}),
    ],
)
def test_arguments_are_always_an_object(arguments: str | None, there: Json) -> None:
    """Whatever another model made of a call's arguments, Anthropic gets an object."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}

    body = chat(HI, {"role": "assistant", "content": None, "tool_calls": [call]}, RESULT)

    assert body["messages"][1]["content"][0]["input"] == there


@pytest.mark.parametrize(
    ("part", "block"),
    [
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}},
        ),
        (
            {"type": "image_url", "image_url": {"url": "https://e.com/a.png"}, "cache_control": EPHEMERAL},
            {"type": "image", "source": {"type": "url", "url": "https://e.com/a.png"}, "cache_control": EPHEMERAL},
        ),
        (
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"},
                "title": "a.pdf",
            },
        ),
        (
            {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk="}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "hi"}},
        ),
        (
            {"type": "file", "file": {"file_url": "https://e.com/a.pdf"}},
            {"type": "document", "source": {"type": "url", "url": "https://e.com/a.pdf"}},
        ),
        ({"type": "file", "file": {"file_id": "f"}}, {"type": "document", "source": {"type": "file", "file_id": "f"}}),
        ({"type": "search_result", "source": "s"}, {"type": "search_result", "source": "s"}),
    ],
)
def test_parts_become_blocks(part: Json, block: Json) -> None:
    """Pictures and documents are carried, and an empty text beside them, which Anthropic refuses, is not."""
    assert contents({"type": "text", "text": ""}, part) == [block]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]}, "messages"),
        ({"messages": [{"role": "user", "content": [{"type": "file", "file": {}}]}]}, "messages"),
        ({"messages": [HI], "tools": [{"type": "custom", "custom": {"name": "x"}}]}, "tools"),
        ({"messages": [HI], "response_format": {"type": "json_schema"}}, "response_format"),
        ({}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": ["hi"]}]}, "messages[0].content[0]"),
        ({"messages": [HI], "temperature": "hot"}, "temperature"),
        ({"messages": [HI], "stop": [1]}, "stop[0]"),
        ({"messages": [HI], "tools": [{"type": "function", "function": "f"}]}, "tools[0].function"),
    ],
)
def test_what_cannot_be_said_is_refused_by_name(body: Json, param: str) -> None:
    """The caller is told which parameter Claude has no words for."""
    with pytest.raises(Unspoken) as refused:
        sent(Function.CHAT, body)

    assert refused.value.param == param


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({}, None),
        ({"tool_choice": "auto"}, {"type": "auto"}),
        ({"tool_choice": "none"}, {"type": "none"}),
        ({"tool_choice": "required"}, {"type": "any"}),
        ({"tool_choice": {"type": "function", "function": {"name": "weather"}}}, {"type": "tool", "name": "weather"}),
        ({"parallel_tool_calls": False}, {"type": "auto", "disable_parallel_tool_use": True}),
        (
            {"tool_choice": "required", "parallel_tool_calls": False},
            {"type": "any", "disable_parallel_tool_use": True},
        ),
        ({"tool_choice": "none", "parallel_tool_calls": False}, {"type": "none"}),
    ],
)
def test_tool_choice(said: Json, there: Json | None) -> None:
    """A choice among tools means the same there."""
    body = chat(tools=[WEATHER | {"cache_control": EPHEMERAL}], **said)

    assert body["tools"] == [WEATHER_THERE | {"cache_control": EPHEMERAL}]
    assert body.get("tool_choice") == there


def test_newest_models_are_asked_in_words_for_a_tool() -> None:
    """A model that refuses to be forced is asked to call the tool, and the rest of the choice is kept."""
    named = {"type": "function", "function": {"name": "weather"}}

    body = chat(model=NEWEST, tools=[WEATHER], tool_choice=named, parallel_tool_calls=False)

    assert body["tool_choice"] == {"type": "auto", "disable_parallel_tool_use": True}
    assert "`weather`" in body["system"][-1]["text"]


def test_tools_of_the_past_are_named_but_not_offered() -> None:
    """A conversation with calls is taken though the request no longer has its tools."""
    body = chat(HI, {"role": "assistant", "tool_calls": [CALL]}, RESULT)

    assert [tool["name"] for tool in body["tools"]] == ["weather"]
    assert body["tool_choice"] == {"type": "none"}


@pytest.mark.parametrize(
    ("model", "longest"),
    [
        ("claude-x", 4_096),
        ("claude-3-opus-20240229", 4_096),
        (OLD, 8_192),
        ("us.anthropic.claude-3-7-sonnet-20250219-v1:0", 64_000),
        ("claude-sonnet-4@20250514", 64_000),
        ("claude-opus-4-1-20250805", 32_000),
        ("anthropic/claude-haiku-4.5", 64_000),
        (MIDDLE, 128_000),
        (NEWEST, 128_000),
        ("claude-fable-5-1", 128_000),
    ],
)
def test_an_answer_may_be_as_long_as_the_model_can(model: str, longest: int) -> None:
    """Anthropic wants `max_tokens`; a client that sends none gets all there is, whatever cloud names the model."""
    assert chat(model=model)["max_tokens"] == longest
    assert ability_of(model).max_output == longest


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ({"max_tokens": 5, "temperature": 1.7}, {"max_tokens": 5, "temperature": 1}),
        ({"max_completion_tokens": 7, "max_tokens": 5}, {"max_tokens": 7}),
        ({"max_tokens": 5, "top_p": 0.4, "top_k": 3}, {"max_tokens": 5, "top_p": 0.4, "top_k": 3}),
        ({"max_tokens": 5, "stop": "END"}, {"max_tokens": 5, "stop_sequences": ["END"]}),
        ({"max_tokens": 5, "stop": ["a", "\n"]}, {"max_tokens": 5, "stop_sequences": ["a"]}),
        ({"max_tokens": 5, "user": "u1"}, {"max_tokens": 5, "metadata": {"user_id": "u1"}}),
        ({"max_tokens": 5, "service_tier": "default"}, {"max_tokens": 5, "service_tier": "standard_only"}),
        ({"max_tokens": 5, "service_tier": "flex", "seed": 1, "n": 1, "foo": 1}, {"max_tokens": 5}),
        ({"max_tokens": 5, "cache_control": EPHEMERAL}, {"max_tokens": 5, "cache_control": EPHEMERAL}),
    ],
)
def test_parameters(said: Json, there: Json) -> None:
    """Each parameter has its name and its bounds there; what Anthropic does not know is left out."""
    assert chat(**said) == {"model": PLAIN, "messages": [HI]} | there


def test_messages_keep_their_bytes() -> None:
    """Anthropic's own request changes by the model's name, and by a length if it has none."""
    body = msgspec.json.decode(
        b'{"model":"m","messages":[1.50],"thinking":{"budget_tokens":70000}}', type=dict[str, msgspec.Raw]
    )
    request = Asked(function=Function.MESSAGE, model=PLAIN, fields=body)

    native = ANTHROPIC.functions[Function.MESSAGE].encode(request)
    counted = ANTHROPIC.functions[Function.COUNT_TOKENS].encode(request)

    assert native.path == "/messages"
    assert native.body == (
        b'{"model":"claude-sonnet-4-20250514","messages":[1.50],"thinking":{"budget_tokens":70000},"max_tokens":70001}'
    )
    assert counted.path == "/messages/count_tokens"
    assert b"max_tokens" not in counted.body


@pytest.mark.parametrize("function", list(ANTHROPIC.functions))
def test_versions_and_betas(function: Function) -> None:
    """The client's version wins over the config's, and the betas of both are taken, once each."""
    said = {"anthropic-beta": "a, b", "x-portkey-anthropic-beta": "c", "anthropic-version": "v2"}
    login = Login(secret="k", settings={"anthropic_beta": "b,d", "anthropic_version": "v1"})
    body = {"prompt": "p", "messages": [HI]}

    headers = sent(function, body, headers=said, login=login).headers
    plain = sent(function, body).headers

    assert headers == {"anthropic-version": "v2", "anthropic-beta": "c,a,b,d"}
    assert plain == {"anthropic-version": "2023-06-01"}
    assert ANTHROPIC.headers(login) == {"x-api-key": "k"}


def test_a_prompt_is_one_turn() -> None:
    """An older completion is asked for as a message."""
    said = msgspec.json.decode(sent(Function.COMPLETE, {"prompt": ["once"], "max_tokens": 5, "stop": "x"}).body)

    assert said["messages"] == [{"role": "user", "content": "once"}]
    assert said["stop_sequences"] == ["x"]
