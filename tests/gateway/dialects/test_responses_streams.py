"""Chat streams as a client of the Responses API hears them."""

from __future__ import annotations

from gateway.adapters.responses import RESPONSES, failure_event
from tests.gateway.told_responses import CUSTOM, FUNCTION, HI, USED, answered, call, chunk, events, spelled


def test_a_stream_of_text_is_told_in_openais_order() -> None:
    """Each step of a text is an event of its own, and the last has the response whole."""
    heard = events(
        [chunk({"content": ""}), chunk({"content": "he"}), chunk({"content": "y"}), chunk(finish="stop"), USED]
    )

    assert [said["type"] for said in heard] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert heard[2]["item"]["content"] == []
    assert heard[6]["text"] == "hey"
    assert heard[-1]["response"]["output"] == [heard[-2]["item"]]
    assert heard[-1]["response"]["usage"]["input_tokens"] == 20


def test_a_stream_of_thoughts_and_calls_makes_the_same_response_as_an_answer() -> None:
    """What is streamed and what is answered whole differ in nothing."""
    made = answered(
        {
            "content": "x",
            "reasoning_content": "hm",
            "content_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}],
            "tool_calls": [
                {"id": "a", "function": {"name": "f", "arguments": '{"a":1}'}},
                {"id": "b", "function": {"name": "patch", "arguments": '{"input":"text"}'}},
            ],
        },
        "tool_calls",
        HI | {"tools": [FUNCTION, CUSTOM]},
    )
    heard = events(
        [
            chunk({"reasoning_content": "h"}, id="chatcmpl-9", created=5, model="z"),
            chunk({"reasoning_content": "m"}),
            chunk({"content_blocks": [{"index": 0, "delta": {"signature": "s"}}]}),
            chunk({"content": "x"}),
            call(0, "", "a", "f"),
            call(1, '{"input":', "b", "patch"),
            call(0, '{"a":1}'),
            call(1, '"text"}'),
            chunk(finish="tool_calls"),
            USED,
        ],
        tools=[FUNCTION, CUSTOM],
    )

    assert heard[-1]["response"] == made
    assert [said["type"] for said in heard if said["type"].endswith(("added", "done"))] == [
        "response.output_item.added",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.done",
        "response.reasoning_summary_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.content_part.added",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.function_call_arguments.done",
        "response.output_item.done",
        "response.output_item.added",
        "response.custom_tool_call_input.done",
        "response.output_item.done",
    ]


def test_a_stream_of_a_refusal_is_told() -> None:
    """A refusal has events of its own."""
    heard = events([chunk({"refusal": "n"}), chunk({"refusal": "o"}), chunk(finish="stop")])

    assert heard[-2]["item"]["content"] == [{"type": "refusal", "refusal": "no"}]
    assert [said["delta"] for said in heard if said["type"] == "response.refusal.delta"] == ["n", "o"]


def test_a_stream_cut_short_ends_incomplete() -> None:
    """The last event says so, and why."""
    last = events([chunk({"content": "x"}), chunk(finish="length")])[-1]

    assert last["type"] == "response.incomplete"
    assert last["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["response"]["output"][0]["status"] == "incomplete"


def test_an_empty_stream_is_an_empty_response() -> None:
    """A client that waits for a response gets one, though nothing was said."""
    assert [said["type"] for said in events([])] == ["response.created", "response.in_progress", "response.completed"]


def test_a_broken_stream_ends_failed() -> None:
    """The response fails, then comes the event for which OpenAI's SDK raises."""
    telling = RESPONSES.stream(HI)
    begun = telling.chunk(chunk({"content": "x"}))

    *_, response, error = spelled(begun + telling.fail({"message": "m", "code": "rate_limit_exceeded"}))

    assert response["response"]["status"] == "failed"
    assert response["response"]["error"] == {"code": "rate_limit_exceeded", "message": "m"}
    assert error["error"]["message"] == error["message"] == "m"


def test_an_error_without_a_stream_is_an_event() -> None:
    """Nothing but the error is needed to tell it."""
    (said,) = spelled(failure_event({"message": "m", "type": "server_error"}))

    assert (said["type"], said["code"], said["message"]) == ("error", "server_error", "m")
