"""OpenAI's Responses served by chat."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.adapters.responses import RESPONSES
from gateway.vendors.vendor import Json, Unspoken
from tests.gateway.told_responses import CUSTOM, FUNCTION, HI, answered

NESTED = {
    "type": "function",
    "function": {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True},
}


def asked(**fields: Any) -> Json:
    """The chat request that a Responses request makes."""
    return RESPONSES.request(HI | fields)


def turns(*items: Json) -> list[Json]:
    """The messages that some items make."""
    made: list[Json] = asked(input=list(items))["messages"]
    return made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"instructions": "s"}, {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "hi"}]}),
        ({"max_output_tokens": 9}, {"max_tokens": 9}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": {}, "strict": True}}},
            {"response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}, "strict": True}}},
        ),
        ({"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
        (
            {"parallel_tool_calls": False, "temperature": 0, "new": 1},
            {"parallel_tool_calls": False, "temperature": 0, "new": 1},
        ),
        ({"stream": True, "stream_options": {"include_obfuscation": False}}, {"stream": True}),
        ({"store": True, "include": [], "truncation": "auto", "metadata": {"a": "b"}, "background": False}, {}),
        ({"tools": [FUNCTION], "tool_choice": "required"}, {"tools": [NESTED], "tool_choice": "required"}),
        (
            {"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "f"}},
            {"tools": [NESTED], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        ),
        (
            {
                "tools": [FUNCTION, FUNCTION | {"name": "g"}],
                "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            },
            {"tools": [NESTED], "tool_choice": "auto"},
        ),
    ],
)
def test_fields_are_said_in_chats_words(given: Json, made: Json) -> None:
    """A field of a Responses request becomes its like in chat, and nothing else changes."""
    assert asked(**given) == {"model": "m", "messages": [{"role": "user", "content": "hi"}]} | made


def test_a_custom_tool_becomes_a_function_with_one_text() -> None:
    """Any vendor can call it, and its grammar is described to the model."""
    (tool,) = asked(tools=[CUSTOM])["tools"]

    assert tool["function"]["parameters"]["required"] == ["input"]
    assert "start: X" in tool["function"]["description"]


@pytest.mark.parametrize(
    ("part", "made"),
    [
        ({"type": "input_text", "text": "a"}, {"type": "text", "text": "a"}),
        (
            {"type": "input_image", "image_url": "https://x", "detail": "low"},
            {"type": "image_url", "image_url": {"url": "https://x", "detail": "low"}},
        ),
        (
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA"}},
        ),
        ({"type": "input_file", "file_url": "https://x"}, {"type": "file", "file": {"file_url": "https://x"}}),
        (
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
        ),
    ],
)
def test_content_becomes_parts(part: Json, made: Json) -> None:
    """Text, images, files and speech keep their content and their order."""
    (message,) = turns({"role": "user", "content": [part, {"type": "input_text", "text": "see"}]})

    assert message == {"role": "user", "content": [made, {"type": "text", "text": "see"}]}


def test_what_the_model_did_is_one_message() -> None:
    """Thoughts, text and calls that follow each other are one turn, and results come right after it."""
    made = turns(
        {"role": "developer", "content": "be brief"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
        {
            "type": "reasoning",
            "id": "rs",
            "summary": [{"type": "summary_text", "text": "hm"}],
            "encrypted_content": "?",
        },
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "ok"}]},
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}", "thought_signature": "s"},
        {"type": "custom_tool_call", "call_id": "b", "name": "patch", "input": "x"},
        {"type": "function_call_output", "call_id": "a", "output": [{"type": "input_image", "image_url": "https://x"}]},
        {"type": "custom_tool_call_output", "call_id": "b", "output": "done"},
    )

    function = {"name": "f", "arguments": "{}", "thought_signature": "s"}
    calls = [
        {"id": "a", "type": "function", "function": function},
        {"id": "b", "type": "function", "function": {"name": "patch", "arguments": '{"input":"x"}'}},
    ]
    image = {"type": "image_url", "image_url": {"url": "https://x"}}
    assert made == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": "ok", "reasoning_content": "hm", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "a", "content": ""},
        {"role": "tool", "tool_call_id": "b", "content": "done"},
        {"role": "user", "content": [{"type": "text", "text": "What the tool call a answered:"}, image]},
    ]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"background": True}, "background"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tool_choice": {"type": "file_search"}}, "tool_choice"),
        ({"input": [{"type": "item_reference", "id": "x"}]}, "input[0]"),
        ({"input": [{"type": "web_search_call", "id": "x"}]}, "input[0].type"),
        ({"input": [{"role": "robot", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user", "content": [{"type": "x"}]}]}, "input[0].content[0].type"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "f"}]}]},
            "input[0].content[0].file_id",
        ),
        ({"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]}, "input[0].call_id"),
        ({"input": 5}, "input"),
        ({"text": "json"}, "text"),
    ],
)
def test_what_chat_cannot_say_is_refused_by_name(fields: Json, param: str) -> None:
    """A refusal names the field, whether it needs OpenAI's own memory or tools, or is of a wrong shape."""
    with pytest.raises(Unspoken) as refusal:
        asked(**fields)

    assert refusal.value.param == param


def test_an_answer_has_its_items_and_counts() -> None:
    """Thoughts, text and calls are items in that order, and the request is repeated."""
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]
    body = HI | {"instructions": "s", "metadata": {"a": "b"}, "tools": [FUNCTION]}

    made = answered({"content": "x", "reasoning_content": "hm", "tool_calls": calls}, "tool_calls", body)

    assert made["output"] == [
        {"id": "rs_9_0", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
        {
            "id": "msg_9_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "x", "annotations": [], "logprobs": []}],
        },
        {
            "id": "fc_9_2",
            "type": "function_call",
            "call_id": "c",
            "name": "f",
            "arguments": '{"a":1}',
            "status": "completed",
        },
    ]
    assert {name: made[name] for name in ("id", "created_at", "model", "status", "instructions", "metadata")} == {
        "id": "resp_9",
        "created_at": 5,
        "model": "z",
        "status": "completed",
        "instructions": "s",
        "metadata": {"a": "b"},
    }
    assert made["usage"] == {
        "input_tokens": 20,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 27,
    }


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "max_output_tokens"), ("MAX_TOKENS", "max_output_tokens"), ("content_filter", "content_filter")],
)
def test_an_answer_cut_short_is_incomplete(finish: str, reason: str) -> None:
    """The response says why, and so do its items."""
    made = answered({"content": "x"}, finish)

    assert (made["status"], made["incomplete_details"]) == ("incomplete", {"reason": reason})
    assert made["output"][0]["status"] == "incomplete"


def test_refusals_and_citations_are_kept() -> None:
    """What the model said instead of an answer, and what it cites, are told in their own words."""
    cited = {
        "type": "url_citation",
        "url_citation": {"url": "https://x", "title": "t", "start_index": 0, "end_index": 1},
    }

    refused = answered({"content": None, "refusal": "no"})
    citing = answered({"content": "x", "annotations": [cited]})

    assert refused["output"][0]["content"] == [{"type": "refusal", "refusal": "no"}]
    (annotation,) = citing["output"][0]["content"][0]["annotations"]
    assert annotation == {"type": "url_citation", "url": "https://x", "title": "t", "start_index": 0, "end_index": 1}


def test_signed_thinking_comes_back_as_it_was() -> None:
    """A client that sends the reasoning items back unread gives Claude its own signatures again."""
    thought = [
        {"type": "thinking", "thinking": "hm", "signature": "s"},
        {"type": "redacted_thinking", "data": "zz"},
    ]
    made = answered({"content": "x", "reasoning_content": "hm", "content_blocks": thought})

    (message,) = turns(*made["output"])

    blocks = [*thought, {"type": "text", "text": "x"}]
    assert message == {"role": "assistant", "content": "x", "reasoning_content": "hm", "content_blocks": blocks}


@pytest.mark.parametrize("content", ["tollhouse.?", "tollhouse.e30=", 5, None])
def test_what_we_did_not_seal_is_left_out(content: object) -> None:
    """Encrypted content of others, or a damaged one, is no reason to refuse a request."""
    (message,) = turns({"type": "reasoning", "summary": [], "encrypted_content": content})

    assert message == {"role": "assistant", "content": ""}
