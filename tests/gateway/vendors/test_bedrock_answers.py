"""What comes of Bedrock's answers and streams: against the recorded vectors, and case by case."""

from __future__ import annotations

from base64 import b64encode
from binascii import crc32
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.vendor import Asked, BadAnswer, Json, Reader
from store.records import Usage
from tests.gateway.asking_bedrock import ANSWER_TOOL, answered, asked

VECTORS = Path(__file__).parents[4] / "shared" / "vectors" / "response-vectors.json"
USAGE = {"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 3}
SPENT = Usage(input_tokens=17, output_tokens=5, cached_tokens=4, cache_write_tokens=3)


def converse(*blocks: Json, stop: str = "end_turn") -> Json:
    """A whole answer of Converse's."""
    return {"output": {"message": {"role": "assistant", "content": [*blocks]}}, "stopReason": stop, "usage": USAGE}


def recorded() -> list[Any]:
    """The reference's own answers to Bedrock's, if they are here."""
    cases = msgspec.json.decode(VECTORS.read_bytes()) if VECTORS.exists() else []
    mine = [case for case in cases if case["provider"] == "bedrock" and case["case"] == "chat"]
    return [pytest.param(case, id=case["strict"]) for case in mine]


@pytest.mark.parametrize("case", recorded())
def test_answers_as_the_reference_does(case: Json) -> None:
    """The recorded answer, but for ids and times, and with the thoughts that the reference leaves out if strict."""
    request = asked(case["request"], strict=case["strict"] == "true")
    theirs = case["gateway_response"]["body"]

    said, known = answered(case["upstream_response"]["body"], request)

    message = said["choices"][0]["message"]
    assert message.pop("reasoning_content") == "hm"
    assert message == theirs["choices"][0]["message"]
    assert said["choices"][0]["finish_reason"] == theirs["choices"][0]["finish_reason"]
    assert (said["usage"], said["model"], said["object"]) == (theirs["usage"], theirs["model"], theirs["object"])
    assert BEDROCK.functions[Function.CHAT].usage(known.usage) == SPENT


@pytest.mark.parametrize(
    ("stop", "strict", "finish"),
    [
        ("end_turn", True, "stop"),
        ("max_tokens", True, "length"),
        ("model_context_window_exceeded", True, "length"),
        ("guardrail_intervened", True, "content_filter"),
        ("malformed_model_output", True, "stop"),
        ("stop_sequence", False, "stop_sequence"),
    ],
)
def test_why_it_ended(stop: str, strict: bool, finish: str) -> None:
    """Strict clients hear OpenAI's reasons, others the vendor's."""
    said, _ = answered(converse({"text": "x"}, stop=stop), asked(strict=strict))

    assert said["choices"][0]["finish_reason"] == finish


def test_a_shaped_answer_is_content() -> None:
    """The answer through the tool for it is text, and no call that the client would have to make."""
    use = {"toolUse": {"toolUseId": "t", "name": ANSWER_TOOL, "input": {"a": 1}}}

    said, _ = answered(converse(use, stop="tool_use"), asked())

    assert said["choices"][0]["message"] == {"role": "assistant", "content": '{"a":1}'}
    assert said["choices"][0]["finish_reason"] == "stop"


def test_sources_are_part_of_the_text() -> None:
    """A block with citations is text all the same."""
    said, _ = answered(converse({"text": "a "}, {"citationsContent": {"content": [{"text": "b"}]}}), asked())

    assert said["choices"][0]["message"]["content"] == "a b"


@pytest.mark.parametrize("answer", [{}, {"output": {}}, {"message": "no"}])
def test_no_answer_at_all(answer: Json) -> None:
    """Whatever has no message is no answer."""
    with pytest.raises(BadAnswer):
        answered(answer, asked())


def frame(name: str, data: Json, kind: str = "event") -> bytes:
    """One message of an event stream."""
    head = b""
    for key, value in ((f":{kind}-type", name), (":message-type", kind)):
        head += bytes([len(key)]) + key.encode() + b"\x07" + pack(">H", len(value)) + value.encode()
    payload = msgspec.json.encode(data)
    prelude = pack(">II", 16 + len(head) + len(payload), len(head))
    whole = prelude + pack(">I", crc32(prelude)) + head + payload
    return whole + pack(">I", crc32(whole))


def block(index: int, **delta: Any) -> bytes:
    """Some more of a block."""
    return frame("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})


def call(index: int, name: str) -> bytes:
    """The beginning of a call."""
    use = {"toolUse": {"toolUseId": f"t{index}", "name": name}}
    return frame("contentBlockStart", {"contentBlockIndex": index, "start": use})


def stop(index: int) -> bytes:
    """The end of a block."""
    return frame("contentBlockStop", {"contentBlockIndex": index})


def end(reason: str) -> bytes:
    """The end of a message, and what it cost."""
    return frame("messageStop", {"stopReason": reason}) + frame("metadata", {"usage": USAGE, "metrics": {}})


START = frame("messageStart", {"role": "assistant"})
STREAM = b"".join(
    (
        START,
        block(0, reasoningContent={"text": "hm"}),
        block(0, reasoningContent={"signature": "sig"}),
        stop(0),
        block(1, text="Hel"),
        block(1, text="lo"),
        stop(1),
        call(2, "f"),
        block(2, toolUse={"input": '{"a":'}),
        block(2, toolUse={"input": "1}"}),
        stop(2),
        call(3, "g"),
        block(3, toolUse={"input": ""}),
        stop(3),
        end("tool_use"),
    )
)


def reading(request: Asked) -> Reader:
    """What reads a stream."""
    made = BEDROCK.functions[request.function].reader
    assert made is not None
    return made(request)


def chunks(told: bytes) -> Iterator[Json]:
    """The objects in events."""
    for event in told.split(b"\n\n"):
        if event:
            yield msgspec.json.decode(event.rpartition(b"data: ")[2])


def deltas(told: bytes) -> list[Json]:
    """What the chunks say."""
    return [chunk["choices"][0]["delta"] for chunk in chunks(told) if chunk["choices"]]


def test_a_stream_is_retold() -> None:
    """Thoughts, text, calls with their places, an end and the usage come as OpenAI's chunks."""
    reader = reading(asked(wants_usage=True))

    told = reader.feed(STREAM)

    calls = [one for delta in deltas(told) for one in delta.get("tool_calls", ())]
    *_, last, usage = chunks(told)
    assert "".join(delta.get("content") or "" for delta in deltas(told)) == "Hello"
    assert [delta["reasoning_content"] for delta in deltas(told) if "reasoning_content" in delta] == ["hm"]
    assert [(one["index"], one["function"]["arguments"]) for one in calls] == [
        (0, ""),
        (0, '{"a":'),
        (0, "1}"),
        (1, ""),
        (1, "{}"),
    ]
    assert [one["id"] for one in calls if "id" in one] == ["t2", "t3"]
    assert last["choices"][0]["finish_reason"] == "tool_calls"
    assert (usage["choices"], usage["usage"]["prompt_tokens"]) == ([], 17)
    assert reader.is_complete
    assert reader.usage is not None
    assert BEDROCK.functions[Function.CHAT].usage(reader.usage) == SPENT


def test_a_stream_survives_any_cut() -> None:
    """Byte by byte the stream tells what it tells whole."""
    whole, cut = reading(asked()), reading(asked())

    told = deltas(whole.feed(STREAM))

    assert deltas(b"".join(cut.feed(STREAM[at : at + 1]) for at in range(len(STREAM)))) == told


def test_signatures_for_clients_that_are_not_strict() -> None:
    """Who wants more than OpenAI's fields gets the blocks, with the signature that Claude wants back."""
    told = reading(asked(strict=False)).feed(STREAM)

    blocks = [one for delta in deltas(told) for one in delta.get("content_blocks", ())]
    assert blocks[:3] == [
        {"index": 0, "delta": {"thinking": "hm"}},
        {"index": 0, "delta": {"signature": "sig"}},
        {"index": 1, "delta": {"text": "Hel"}},
    ]


def test_a_shaped_answer_streams_as_content() -> None:
    """The input of the tool for answers comes as text, and the stream ends with a stop."""
    stream = START + call(0, ANSWER_TOOL) + block(0, toolUse={"input": '{"a":1}'}) + stop(0) + end("tool_use")

    told = reading(asked()).feed(stream)

    assert "".join(delta.get("content", "") for delta in deltas(told)) == '{"a":1}'
    assert not any("tool_calls" in delta for delta in deltas(told))
    assert list(chunks(told))[-1]["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("function", [Function.CHAT, Function.COMPLETE, Function.MESSAGE])
def test_a_failure_within_a_stream(function: Function) -> None:
    """An exception ends the stream as an error with Bedrock's own words, and never as a whole answer."""
    reader = reading(asked(function=function))

    reader.feed(START + frame("throttlingException", {"message": "Too many tokens"}, "exception"))

    assert reader.error is not None
    assert msgspec.json.decode(reader.error)["error"] == {"message": "Too many tokens", "type": "throttlingException"}
    assert not reader.is_complete


def test_a_stream_that_breaks_off_is_not_whole() -> None:
    """Without the end of the message there is no answer."""
    reader = reading(asked())

    reader.feed(START + block(0, text="Hel"))

    assert reader.has_content
    assert not reader.is_complete


def test_messages_stream_as_anthropic_streams() -> None:
    """Anthropic's events come out of their wrapping as server-sent events, the last one kept for the end."""
    events = [
        {"type": "message_start", "message": {"model": "claude-x", "usage": {"input_tokens": 10, "output_tokens": 1}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]
    wrapped = [frame("chunk", {"bytes": b64encode(msgspec.json.encode(event)).decode()}) for event in events]
    reader = reading(asked(function=Function.MESSAGE))

    told = reader.feed(b"".join(wrapped))

    assert list(chunks(told)) == events[:3]
    assert told.startswith(b"event: message_start\ndata: ")
    assert reader.ending.startswith(b"event: message_stop\n")
    assert (reader.is_complete, reader.model) == (True, "claude-x")
    assert reader.usage == b'{"input_tokens":10,"output_tokens":9}'


def test_completions_by_conversation() -> None:
    """A prompt is a turn, an answer and a stream are text."""
    request = asked({"prompt": "once", "max_tokens": 5}, function=Function.COMPLETE)

    sent = msgspec.json.decode(BEDROCK.functions[Function.COMPLETE].encode(request).body)
    said, _ = answered(converse({"text": "upon"}), request)
    told = list(chunks(reading(request).feed(STREAM)))

    assert sent["messages"] == [{"role": "user", "content": [{"text": "once"}]}]
    assert said["choices"] == [{"index": 0, "text": "upon", "logprobs": None, "finish_reason": "stop"}]
    assert "".join(chunk["choices"][0]["text"] for chunk in told) == "Hello"
    assert {chunk["object"] for chunk in told} == {"text_completion"}
