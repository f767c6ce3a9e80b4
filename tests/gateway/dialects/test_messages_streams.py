"""Chat streams as a client of Anthropic's messages hears them."""

from __future__ import annotations

from gateway.adapters.messages import MESSAGES
from tests.gateway.told_messages import HI, USED, answered, blocks, call, chunk, events


def test_a_stream_is_told_in_anthropics_order() -> None:
    """Start, ping, each block, then the reason and the usage, then the end."""
    heard = events(
        [chunk({"role": "assistant", "content": ""}), chunk({"content": "hi"}), chunk(finish="length"), USED]
    )

    assert [said["type"] for said in heard] == [
        "message_start",
        "ping",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert (heard[0]["message"]["id"], heard[0]["message"]["model"]) == ("msg_1", "gpt-x")
    assert heard[-2]["delta"] == {"stop_reason": "max_tokens", "stop_sequence": None}
    assert heard[-2]["usage"]["input_tokens"] == 13


def test_thinking_is_streamed_with_its_signature() -> None:
    """A thought told twice, as text and as a block, is heard once; its signature closes it."""
    heard = events(
        [
            chunk({"reasoning_content": "h", "content_blocks": [{"index": 0, "delta": {"thinking": "h"}}]}),
            chunk({"content_blocks": [{"index": 0, "delta": {"thinking": "m"}}]}),
            chunk({"content_blocks": [{"index": 0, "delta": {"signature": "SIG"}}]}),
            chunk({"content_blocks": [{"index": 1, "content_block": {"type": "redacted_thinking", "data": "zz"}}]}),
            chunk({"content": "ok", "content_blocks": [{"index": 2, "delta": {"text": "ok"}}]}),
            chunk(finish="stop"),
        ]
    )

    assert blocks(heard) == [("thinking", "hmSIG"), ("redacted_thinking", ""), ("text", "ok")]


def test_signed_text_is_no_thought() -> None:
    """Gemini signs its text as well, which makes no block of thinking."""
    heard = events(
        [
            chunk({"content": "ok", "content_blocks": [{"index": 0, "delta": {"text": "ok"}}]}),
            chunk({"content_blocks": [{"index": 0, "delta": {"signature": "SIG"}}]}),
            chunk(finish="stop"),
        ]
    )

    assert blocks(heard) == [("text", "ok")]


def test_thoughts_in_parts_are_told_once() -> None:
    """Mistral's thoughts are parts in parts; their text stands beside them."""
    part = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}

    made = answered({"content": "x", "reasoning_content": "hm", "content_blocks": [part]})

    assert [block["type"] for block in made["content"]] == ["thinking", "text"]
    assert made["content"][0]["thinking"] == "hm"


def test_calls_that_arrive_by_turns_are_told_one_after_the_other() -> None:
    """No block is begun while another is open, whatever the order of the deltas, and no argument is lost."""
    heard = events(
        [
            call(0, "", "a", "f"),
            call(1, '{"b"', "b", "g"),
            call(0, '{"a":'),
            call(1, ":2}"),
            call(0, "1}"),
            chunk({"content": "after"}),
            call(2, "", "c", "h"),
            chunk(finish="tool_calls"),
        ]
    )

    assert blocks(heard) == [("tool_use", '{"a":1}'), ("tool_use", '{"b":2}'), ("text", "after"), ("tool_use", "")]


def test_a_whole_call_is_not_held_back() -> None:
    """The second of two calls is told as soon as the first is whole, not at the end."""
    telling = MESSAGES.stream(HI)
    telling.chunk(call(0, '{"a":1}', "a", "f"))

    heard = telling.chunk(call(1, "{", "b", "g")).decode()

    assert heard.count("content_block_stop") == 2  # name and type
    assert '"id":"b"' in heard


def test_calls_that_share_an_index_are_told_apart_by_their_ids() -> None:
    """Some vendors number every call 0."""
    heard = events([call(0, "{}", "a", "f"), call(0, "{}", "b", "g"), chunk(finish="stop")])

    assert blocks(heard) == [("tool_use", "{}"), ("tool_use", "{}")]
    assert heard[-2]["delta"]["stop_reason"] == "tool_use"


def test_an_empty_stream_is_an_empty_message() -> None:
    """A client that waits for a message gets one, though nothing was said."""
    assert [said["type"] for said in events([])] == ["message_start", "ping", "message_delta", "message_stop"]
