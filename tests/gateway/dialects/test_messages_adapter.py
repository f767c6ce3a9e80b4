"""Anthropic's messages served by chat."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.adapters.messages import MESSAGES, count, failure, failure_event
from gateway.vendors.vendor import Json, Unspoken
from tests.gateway.told_messages import HI, answered

MARK = {"type": "ephemeral"}
PNG = {"type": "base64", "media_type": "image/png", "data": "AAAA"}


def asked(**fields: Any) -> Json:
    """The chat request that a messages request makes."""
    return MESSAGES.request(HI | fields)


def turns(*messages: Json) -> list[Json]:
    """The chat messages that some messages make."""
    made: list[Json] = asked(messages=list(messages))["messages"]
    return made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"system": "s"}, {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]}),
        (
            {"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"messages": [{"role": "system", "content": "a\n\nb"}, {"role": "user", "content": "hi"}]},
        ),
        ({"stop_sequences": ["x"]}, {"stop": ["x"]}),
        ({"metadata": {"user_id": "u"}}, {"user": "u"}),
        ({"service_tier": "standard_only"}, {"service_tier": "default"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, {"reasoning_effort": "low"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 10000}}, {"reasoning_effort": "medium"}),
        ({"thinking": {"type": "enabled", "budget_tokens": 31999}}, {"reasoning_effort": "high"}),
        ({"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}}, {"reasoning_effort": "high"}),
        ({"thinking": {"type": "disabled"}}, {}),
        (
            {"top_k": 5, "top_p": 0.5, "temperature": 1, "new": 1},
            {"top_k": 5, "top_p": 0.5, "temperature": 1, "new": 1},
        ),
        ({"stream": True}, {"stream": True}),
        ({"context_management": {"edits": []}}, {}),
        (
            {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
            {"tool_choice": "required", "parallel_tool_calls": False},
        ),
        ({"tool_choice": {"type": "auto"}}, {"tool_choice": "auto"}),
        ({"tool_choice": {"type": "none"}}, {"tool_choice": "none"}),
        (
            {"tool_choice": {"type": "tool", "name": "f"}},
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        ),
        (
            {"tools": [{"name": "f", "description": "d", "input_schema": {"type": "object"}, "cache_control": MARK}]},
            {
                "tools": [
                    {
                        "type": "function",
                        "function": {"name": "f", "description": "d", "parameters": {"type": "object"}},
                        "cache_control": MARK,
                    }
                ]
            },
        ),
    ],
)
def test_fields_are_said_in_chats_words(given: Json, made: Json) -> None:
    """A field of a messages request becomes its like in chat, and nothing else changes."""
    assert asked(**given) == HI | made


@pytest.mark.parametrize("name", ["output_format", "output_config"])
def test_a_schema_becomes_a_response_format(name: str) -> None:
    """A JSON schema is carried by either of its names."""
    said = {"type": "json_schema", "schema": {"type": "object"}}

    made = asked(**{name: said if name == "output_format" else {"format": said}})

    schema = {"name": "answer", "schema": {"type": "object"}, "strict": True}
    assert made["response_format"] == {"type": "json_schema", "json_schema": schema}
    assert name not in made


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"type": "text", "text": "a", "cache_control": MARK}, {"type": "text", "text": "a", "cache_control": MARK}),
        ({"type": "image", "source": PNG}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        (
            {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}, "cache_control": MARK},
            {"type": "image_url", "image_url": {"url": "https://x/y.png"}, "cache_control": MARK},
        ),
        (
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "AA"}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AA"}},
        ),
        (
            {"type": "document", "title": "t", "source": {"type": "url", "url": "https://x"}},
            {"type": "file", "file": {"filename": "t", "file_url": "https://x", "mime_type": "application/pdf"}},
        ),
    ],
)
def test_blocks_become_parts(block: Json, part: Json) -> None:
    """Text, images and documents keep their content, their order and their cache marks."""
    (made,) = turns({"role": "user", "content": [block, {"type": "text", "text": "see"}]})

    assert made == {"role": "user", "content": [part, {"type": "text", "text": "see"}]}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"type": "text", "media_type": "text/plain", "data": "body"}, ["t", "c", "body"]),
        ({"type": "content", "content": [{"type": "text", "text": "in"}]}, ["t", "c", "in"]),
        ({"type": "content", "content": "in"}, ["t", "c", "in"]),
    ],
)
def test_documents_of_text_stay_text(source: Json, said: list[str]) -> None:
    """A document in words is told in words, its title and context before it."""
    (made,) = turns({"role": "user", "content": [{"type": "document", "title": "t", "context": "c", "source": source}]})

    assert [part["text"] for part in made["content"]] == said


def test_results_of_tools_come_before_what_the_user_says() -> None:
    """Each result is a message of its own; images, which chat's tools cannot send, are shown by the user."""
    made = turns(
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "image", "source": PNG}]},
                {"type": "tool_result", "tool_use_id": "b", "content": "no such file", "is_error": True},
                {"type": "tool_result", "tool_use_id": "c", "cache_control": MARK},
                {"type": "text", "text": "go on"},
            ],
        }
    )

    assert made == [
        {"role": "tool", "tool_call_id": "a", "content": ""},
        {"role": "tool", "tool_call_id": "b", "content": "Error: no such file"},
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "", "cache_control": MARK}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What the tool call a answered:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "go on"},
            ],
        },
    ]


def test_thinking_calls_and_text_of_the_model_are_kept() -> None:
    """Signed and redacted thinking is carried as it came, so that a Claude behind chat can have it back."""
    thought = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "zz"},
    ]
    used = {"type": "tool_use", "id": "a", "name": "f", "input": {"x": "é"}, "thought_signature": "g"}

    (made,) = turns({"role": "assistant", "content": [*thought, {"type": "text", "text": "ok"}, used]})

    function = {"name": "f", "arguments": '{"x":"é"}', "thought_signature": "g"}
    assert made == {
        "role": "assistant",
        "content": "ok",
        "reasoning_content": "hm",
        "content_blocks": [*thought, {"type": "text", "text": "ok"}],
        "tool_calls": [{"id": "a", "type": "function", "function": function}],
    }


def test_thinking_that_nobody_signed_is_no_content_block() -> None:
    """Claude refuses thinking without a signature, so other vendors' thinking is carried as text only."""
    (made,) = turns({"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": ""}]})

    assert made == {"role": "assistant", "content": "", "reasoning_content": "hm"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"input_schema": {}}]}, "tools[0].name"),
        ({"tools": {}}, "tools"),
        ({"tool_choice": {"type": "most"}}, "tool_choice.type"),
        ({"mcp_servers": [{}]}, "mcp_servers"),
        ({"container": "c"}, "container"),
        ({"messages": "hi"}, "messages"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"messages": [{"role": "user", "content": [{"type": "server_tool_use"}]}]}, "messages[0].content[0].type"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file"}}]}]},
            "messages[0].content[0].source",
        ),
    ],
)
def test_what_chat_cannot_say_is_refused_by_name(fields: Json, param: str) -> None:
    """A refusal names the field, whether it is Anthropic's alone or of a wrong shape."""
    with pytest.raises(Unspoken) as refusal:
        asked(**fields)

    assert refusal.value.param == param


def test_an_answer_has_its_blocks_and_counts() -> None:
    """Thinking comes first, then text, then calls; what the cache had is not counted as input."""
    made = answered(
        {
            "content": "x",
            "reasoning_content": "hm",
            "content_blocks": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "redacted_thinking", "data": "zz"},
                {"type": "text", "text": "x"},
            ],
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}],
        },
        "tool_calls",
    )

    assert made == {
        "id": "msg_9",
        "type": "message",
        "role": "assistant",
        "model": "z",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "redacted_thinking", "data": "zz"},
            {"type": "text", "text": "x"},
            {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
        ],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {
            "input_tokens": 13,
            "output_tokens": 7,
            "cache_creation_input_tokens": 3,
            "cache_read_input_tokens": 4,
        },
    }


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "tool_use"),
        ("function_call", "tool_use"),
        ("content_filter", "refusal"),
        ("pause_turn", "pause_turn"),
        ("stop_sequence", "stop_sequence"),
        ("MAX_TOKENS", "max_tokens"),
        ("SAFETY", "refusal"),
        ("COMPLETE", "end_turn"),
        ("guardrail_intervened", "refusal"),
        ("something new", "end_turn"),
    ],
)
def test_why_it_ended_is_said_in_anthropics_words(finish: str, reason: str) -> None:
    """OpenAI's and the vendors' own finish reasons have a stop reason each."""
    assert answered({"content": "x"}, finish)["stop_reason"] == reason


def test_calls_are_run_though_the_vendor_said_stop() -> None:
    """A client runs tools after `tool_use` only, so an answer with calls ends with that."""
    message = {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": ""}}]}

    assert answered(message, "stop")["stop_reason"] == "tool_use"


def test_arguments_that_are_no_object_are_not_lost() -> None:
    """Broken arguments reach the client under a name, as an input must be an object."""
    message = {"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": '{"a":'}}]}

    assert answered(message)["content"][0]["input"] == {"arguments": '{"a":'}


def test_the_sequence_that_stopped_it_is_named() -> None:
    """A vendor that tells the sequence has it passed on."""
    made = answered({"content": "x"}, "stop", stop_reason="END")

    assert (made["stop_reason"], made["stop_sequence"]) == ("stop_sequence", "END")


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        ({"message": "m", "type": "rate_limit_error"}, None, "rate_limit_error"),
        ({"message": "m", "type": "server_error", "code": "overloaded"}, None, "overloaded_error"),
        ({"message": "m", "type": "x", "code": "invalid_api_key"}, 401, "authentication_error"),
        ({"message": "m", "type": "x"}, 503, "overloaded_error"),
        ({"message": "m"}, None, "api_error"),
        ({"message": "m", "code": 429, "type": None}, 429, "rate_limit_error"),
    ],
)
def test_errors_are_said_in_anthropics_words(error: Json, status: int | None, kind: str) -> None:
    """An error's type is one that Anthropic's SDK knows."""
    assert failure(error, status) == {"type": "error", "error": {"type": kind, "message": "m"}}


def test_a_broken_stream_ends_with_an_error_event() -> None:
    """The event is named, as Anthropic's SDK raises for that name only."""
    assert failure_event({"message": "m"}) == (
        b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"m"}}\n\n'
    )


@pytest.mark.parametrize(
    ("body", "least", "most"),
    [
        ({"messages": []}, 1, 1),
        ({"messages": [{"role": "user", "content": "one two three four"}]}, 6, 12),
        ({"messages": [{"role": "user", "content": [{"type": "image", "source": PNG}]}]}, 1500, 1700),
        ({"system": "a" * 400, "messages": [], "tools": [{"name": "f", "input_schema": {}}]}, 105, 125),
        ({"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "x" * 400}]}]}, 1, 8),
    ],
)
def test_tokens_are_estimated(body: Json, least: int, most: int) -> None:
    """Text, images and tools count about what they cost; thinking of earlier turns does not."""
    assert least <= count(body) <= most
