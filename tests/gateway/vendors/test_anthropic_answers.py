"""What a client hears of Anthropic's answers and streams."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.anthropic import ANTHROPIC, CompletionTelling, MessagesTelling, decode_messages, usage_of_messages
from gateway.vendors.anthropic.format import ANSWER_TOOL
from gateway.vendors.anthropic.native import MessagesStream
from gateway.vendors.vendor import Asked, BadAnswer, Json, Reader
from store.records import Usage

USAGE: Json = {
    "input_tokens": 10,
    "output_tokens": 5,
    "cache_creation_input_tokens": 3,
    "cache_read_input_tokens": 4,
    "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 2},
    "output_tokens_details": {"thinking_tokens": 2},
    "server_tool_use": {"web_search_requests": 1},
    "service_tier": "priority",
}
THOUGHT: Json = {"type": "thinking", "thinking": "hmm", "signature": "sg"}
SAID: Json = {"type": "text", "text": "Hello"}
USE: Json = {"type": "tool_use", "id": "tu_1", "name": "f", "input": {"a": 1}}
ANSWER: Json = {"type": "tool_use", "id": "tu_2", "name": ANSWER_TOOL, "input": {"x": 1}}
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


def asked(**more: Any) -> Asked:
    """A chat."""
    return Asked(function=Function.CHAT, model="claude-x", **more)


def message(*blocks: Json, reason: str = "end_turn") -> Json:
    """A whole answer of Anthropic's."""
    return {"id": "msg_1", "model": "claude-y", "content": list(blocks), "stop_reason": reason, "usage": USAGE}


def events(*blocks: Json, reason: str = "end_turn") -> list[Json]:
    """The same as a stream, each text and each input in two pieces."""
    out: list[Json] = [{"type": "message_start", "message": message() | {"usage": USAGE | {"output_tokens": 1}}}]
    for index, block in enumerate(blocks):
        out += grown(index, block)
    delta = {"stop_reason": reason, "stop_sequence": None}
    return [*out, {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}, {"type": "message_stop"}]


def grown(index: int, block: Json) -> list[Json]:
    """The events of one block."""
    empty = {"text": "", "thinking": "", "input": {}}
    opened = {name: empty.get(name, value) for name, value in block.items() if name != "signature"}
    deltas: list[Json] = []
    for kind, name in (("text_delta", "text"), ("thinking_delta", "thinking")):
        if whole := block.get(name):
            deltas += [{"type": kind, name: whole[:2]}, {"type": kind, name: whole[2:]}]
    if whole := block.get("input"):
        written = msgspec.json.encode(whole).decode()
        deltas += [{"type": "input_json_delta", "partial_json": one} for one in ("", written[:3], written[3:])]
    if "signature" in block:
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    return [
        {"type": "content_block_start", "index": index, "content_block": opened},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def wire(said: list[Json]) -> bytes:
    """Events as bytes."""
    return b"".join(b"event: %s\ndata: %s\n\n" % (one["type"].encode(), msgspec.json.encode(one)) for one in said)


def chunks(said: list[Json], **more: Any) -> list[Json]:
    """What a client gets of events."""
    telling = MessagesTelling(asked(**more))
    return [chunk for one in said for chunk in telling.event("", one)]


def told(said: list[Json], name: str, **more: Any) -> list[Any]:
    """What the client's deltas say under a name."""
    deltas = (choice["delta"] for chunk in chunks(said, **more) for choice in chunk["choices"])
    return [delta[name] for delta in deltas if name in delta]


def chat_stream(**more: Any) -> Reader:
    """The reader of a chat's stream."""
    reader = ANTHROPIC.functions[Function.CHAT].reader
    assert reader is not None
    return reader(asked(**more))


def test_an_answer_in_openais_words() -> None:
    """A strict client gets text, thoughts, calls and a reason as OpenAI has them, and nothing of the vendor's."""
    answer = decode_messages(message(THOUGHT, SAID, USE, reason="tool_use"), asked())

    function = {"name": "f", "arguments": '{"a":1}'}
    assert answer["id"] == "msg_1"
    assert answer["model"] == "claude-y"
    assert answer["choices"] == [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "Hello",
                "reasoning_content": "hmm",
                "tool_calls": [{"id": "tu_1", "type": "function", "function": function}],
            },
            "logprobs": None,
            "finish_reason": "tool_calls",
        }
    ]


def test_a_client_that_is_not_strict_gets_the_vendors_blocks() -> None:
    """Signed thoughts and the vendor's own reason are there for who wants them."""
    choice = decode_messages(message(THOUGHT, SAID, USE, reason="tool_use"), asked(strict=False))["choices"][0]

    assert choice["message"]["content_blocks"] == [THOUGHT, SAID]
    assert choice["finish_reason"] == "tool_use"


def test_usage_includes_the_cache() -> None:
    """What is read from a cache and written to it is part of the prompt, for the client and for the price alike."""
    answer = decode_messages(message(SAID), asked())

    assert answer["usage"] == {
        "prompt_tokens": 17,
        "completion_tokens": 5,
        "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
        "cache_read_input_tokens": 4,
        "cache_creation_input_tokens": 3,
    }
    assert usage_of_messages(USAGE) == Usage(
        input_tokens=17,
        output_tokens=5,
        cached_tokens=4,
        cache_write_tokens=3,
        cache_write_1h_tokens=2,
        reasoning_tokens=2,
        searches=1,
        service_tier="priority",
    )


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("something_new", "stop"),
    ],
)
def test_reasons(reason: str, finish: str) -> None:
    """Every reason has a word of OpenAI's, whole and streamed, and is the vendor's for who is not strict."""
    whole = decode_messages(message(SAID, reason=reason), asked())
    streamed = [
        chunk["choices"][0]["finish_reason"] for chunk in chunks(events(SAID, reason=reason)) if chunk["choices"]
    ]
    loose = decode_messages(message(SAID, reason=reason), asked(strict=False))

    assert whole["choices"][0]["finish_reason"] == finish
    assert streamed[-1] == finish
    assert loose["choices"][0]["finish_reason"] == reason


def test_a_forced_tools_input_is_the_content() -> None:
    """A client that asked for JSON gets it as content, whole and streamed, beside the calls of its own tools."""
    alone = decode_messages(message(ANSWER, reason="tool_use"), asked())["choices"][0]
    both = decode_messages(message(ANSWER, USE, reason="tool_use"), asked())["choices"][0]
    streamed = events(ANSWER, reason="tool_use")

    assert alone["message"] == {"role": "assistant", "content": '{"x":1}'}
    assert alone["finish_reason"] == "stop"
    assert both["finish_reason"] == "tool_calls"
    assert "".join(told(streamed, "content")) == '{"x":1}'
    assert told(streamed, "tool_calls") == []
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks(streamed)[:-1]][-1] == "stop"


def test_a_body_that_is_no_message() -> None:
    """An error inside of a success is said to be one."""
    with pytest.raises(BadAnswer):
        decode_messages({"type": "error", "error": {}}, asked())
    with pytest.raises(BadAnswer):
        ANTHROPIC.functions[Function.MESSAGE].decode(b'{"type":"error","error":{}}', asked())


def test_calls_are_streamed_by_their_place() -> None:
    """Two calls after a text are numbered from 0, and one without input has an empty object."""
    empty = USE | {"id": "tu_2", "input": {}}

    deltas = [call for calls in told(events(SAID, USE, empty, reason="tool_use"), "tool_calls") for call in calls]

    assert [(call["index"], call.get("id")) for call in deltas if "id" in call] == [(0, "tu_1"), (1, "tu_2")]
    assert "".join(call["function"]["arguments"] for call in deltas if call["index"] == 0) == '{"a":1}'
    assert "".join(call["function"]["arguments"] for call in deltas if call["index"] == 1) == "{}"


def test_thoughts_are_streamed() -> None:
    """Every client gets thoughts as `reasoning_content`; their signature goes to who is not strict."""
    said = events(THOUGHT, SAID)

    blocks = [block for kept in told(said, "content_blocks", strict=False) for block in kept]

    assert "".join(told(said, "reasoning_content")) == "hmm"
    assert "".join(told(said, "content")) == "Hello"
    assert told(said, "content_blocks") == []
    assert {"index": 0, "delta": {"signature": "sg"}} in blocks
    assert {"index": 1, "delta": {"text": "He"}} in blocks


def test_usage_ends_the_stream() -> None:
    """Counts of the beginning and of the end are put together, and sent to who asked for them."""
    reader = chat_stream(wants_usage=True)

    out = reader.feed(wire(events(SAID)))

    last = msgspec.json.decode(out.rstrip().rpartition(b"data: ")[2])
    assert last["choices"] == []
    assert last["usage"]["total_tokens"] == 22
    assert reader.usage is not None
    assert ANTHROPIC.functions[Function.CHAT].usage(reader.usage) == usage_of_messages(USAGE)
    assert reader.is_complete
    assert b'"choices":[]' not in chat_stream().feed(wire(events(SAID)))


@pytest.mark.parametrize("make", [chat_stream, lambda: MessagesStream(asked())])
def test_a_broken_stream_is_not_whole(make: Any) -> None:
    """A stream that was cut is not complete, and an error in it is noted and kept from the client."""
    cut, failed = make(), make()
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}

    cut.feed(wire(events(SAID)[:-1]))
    out = failed.feed(wire([*events(SAID)[:4], error, *events(SAID)[4:]]))

    assert cut.has_content
    assert not cut.is_complete
    assert not failed.is_complete
    assert msgspec.json.decode(failed.error or b"") == error
    assert b"overloaded" not in out


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_messages_are_relayed_untouched(size: int) -> None:
    """Anthropic's client gets Anthropic's bytes however the network cuts them, and the end when all is settled."""
    whole = wire([{"type": "ping"}, *events(THOUGHT, SAID, USE)])
    stream = MessagesStream(asked())

    out = b"".join(stream.feed(whole[at : at + size]) for at in range(0, len(whole), size))

    assert out + stream.ending == whole
    assert stream.ending == STOP
    assert stream.is_complete
    assert stream.model == "claude-y"
    assert msgspec.json.decode(stream.usage or b"") == USAGE


def test_completions_are_answered_as_such() -> None:
    """An older client gets `text_completion` objects, whole and streamed."""
    wire_of = ANTHROPIC.functions[Function.COMPLETE]

    whole = msgspec.json.decode(wire_of.decode(msgspec.json.encode(message(SAID)), asked()).body)
    telling = CompletionTelling(asked())
    streamed = [chunk for one in events(THOUGHT, SAID) for chunk in telling.event("", one)]

    assert whole["object"] == "text_completion"
    assert whole["choices"] == [{"text": "Hello", "index": 0, "logprobs": None, "finish_reason": "stop"}]
    assert {chunk["object"] for chunk in streamed} == {"text_completion"}
    assert [choice["text"] for chunk in streamed for choice in chunk["choices"]] == ["He", "llo", ""]
