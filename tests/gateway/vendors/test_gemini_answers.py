"""Gemini's answers and streams as a client gets them, against recorded pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.gemini import GOOGLE
from gateway.vendors.vendor import BadAnswer, Json
from store.records import Usage
from tests.gateway.vendors.test_gemini_vendor import asked

CHAT = GOOGLE.functions[Function.CHAT]
WANTED = ("google", "chat")
USAGE = {
    "promptTokenCount": 10,
    "toolUsePromptTokenCount": 1,
    "candidatesTokenCount": 5,
    "thoughtsTokenCount": 2,
    "cachedContentTokenCount": 3,
    "totalTokenCount": 18,
    "promptTokensDetails": [{"modality": "AUDIO", "tokenCount": 4}, {"modality": "TEXT", "tokenCount": 6}],
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1}],
}


def answered(answer: Json, *, strict: bool = True) -> Json:
    """The client's answer."""
    return dict(json.loads(CHAT.decode(msgspec.json.encode(answer), asked({}, strict=strict)).body))


def candidate(*parts: Json, finish: str = "STOP", **more: Any) -> Json:
    """An answer with one candidate."""
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, "finishReason": finish} | more]}


def streamed(*events: Json, strict: bool = True) -> tuple[list[Json], Any]:
    """The chunks of a stream, cut in the middle of an event, and its reader."""
    assert CHAT.reader is not None
    reader = CHAT.reader(asked({"stream": True}, strict=strict))
    raw = b"".join(b"data: " + msgspec.json.encode(event) + b"\r\n\r\n" for event in events)
    told = reader.feed(raw[:33]) + reader.feed(raw[33:])
    return [json.loads(line[6:]) for line in told.decode().split("\n\n") if line], reader


def recorded() -> list[Any]:
    """The recorded answers to chats, none where the folder is not; streams and blocked prompts have tests below."""
    path = Path("/work/shared/vectors/response-vectors.json")
    cases = json.loads(path.read_text()) if path.exists() else []
    return [pytest.param(each, id=each["strict"]) for each in cases if (each["provider"], each["case"]) == WANTED]


@pytest.mark.parametrize("case", recorded())
def test_answers_what_the_reference_answered(case: Json) -> None:
    """A recorded answer keeps its content, usage total and fields; the faults of the reference are mended."""
    expected = case["gateway_response"]["body"]
    was = expected["choices"][0]["message"]

    got = answered(case["upstream_response"]["body"], strict=case["strict"] == "true")

    message = got["choices"][0]["message"]
    for call in [*message["tool_calls"], *was["tool_calls"]]:
        del call["id"]
    assert message == was | {"reasoning_content": "th"}  # the reference drops thoughts for strict clients
    assert got["model"] == expected["model"]
    assert got["usage"] == expected["usage"] | {"completion_tokens": 7}  # thoughts are completion tokens with OpenAI
    strictly = "tool_calls"  # the reference says `stop`
    assert got["choices"][0]["finish_reason"] == (strictly if case["strict"] == "true" else "STOP")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("SOMETHING_NEW", "stop"),
    ],
)
def test_why_an_answer_ended(reason: str, expected: str) -> None:
    """A strict client reads OpenAI's words, any other Google's."""
    answer = candidate({"text": "x"}, finish=reason)

    assert answered(answer)["choices"][0]["finish_reason"] == expected
    assert answered(answer, strict=False)["choices"][0]["finish_reason"] == reason


def test_a_blocked_prompt_is_a_content_filter() -> None:
    """An answer that was withheld is told as OpenAI tells it, with its usage and the reason."""
    answer = answered({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}})

    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert answer["choices"][0]["message"] == {
        "role": "assistant",
        "content": None,
        "refusal": "The prompt was blocked: SAFETY.",
    }
    assert answer["usage"]["prompt_tokens"] == 3


@pytest.mark.parametrize(
    "answer", [{}, {"candidates": []}, {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL"}]}]
)
def test_no_answer_is_no_answer(answer: Json) -> None:
    """Nothing at all, or a call that the model wrote wrongly, is a failure that another target may mend."""
    with pytest.raises(BadAnswer):
        answered(answer)


def test_a_picture_sound_and_code_are_carried() -> None:
    """What is not text is part of the message; code that was run and what came of it is text."""
    answer = answered(
        candidate(
            {"executableCode": {"language": "PYTHON", "code": "1"}},
            {"codeExecutionResult": {"output": "2"}},
            {"inlineData": {"mimeType": "image/png", "data": "QQ=="}},
            {"inlineData": {"mimeType": "audio/L16", "data": "Qg=="}},
        )
    )

    message = answer["choices"][0]["message"]
    assert message["content"] == "\n```python\n1\n```\n\n```\n2\n```\n"
    assert message["images"] == [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}]
    assert message["audio"]["data"] == "Qg=="


def test_grounds_are_for_clients_that_are_not_strict() -> None:
    """What an answer rests on is told beside the choice, unless the client keeps to OpenAI's fields."""
    answer = candidate({"text": "x"}, groundingMetadata={"webSearchQueries": ["q"]})

    assert answered(answer, strict=False)["choices"][0]["groundingMetadata"] == {"webSearchQueries": ["q"]}
    assert "groundingMetadata" not in answered(answer)["choices"][0]


def test_probabilities_of_tokens() -> None:
    """Chosen tokens and those beside them have OpenAI's shape."""
    result = {
        "chosenCandidates": [{"token": "a", "logProbability": -0.1}],
        "topCandidates": [{"candidates": [{"token": "b", "logProbability": -2}]}],
    }

    answer = answered(candidate({"text": "a"}, logprobsResult=result))

    assert answer["choices"][0]["logprobs"]["content"] == [
        {
            "token": "a",
            "logprob": -0.1,
            "bytes": [97],
            "top_logprobs": [{"token": "b", "logprob": -2, "bytes": [98]}],
        }
    ]


def test_usage_is_read_and_retold() -> None:
    """Thoughts count as output, results of tools as input, whole or streamed."""
    used = CHAT.decode(msgspec.json.encode(candidate({"text": "x"}) | {"usageMetadata": USAGE}), asked({}))

    assert CHAT.usage(used.usage) == Usage(
        input_tokens=11, output_tokens=7, cached_tokens=3, reasoning_tokens=2, input_audio_tokens=4
    )
    assert json.loads(used.body)["usage"] == {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 3, "audio_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2, "audio_tokens": 0, "image_tokens": 1},
    }


def test_a_stream_is_retold() -> None:
    """Thoughts, text and calls come as they are, with one role, one end, and usage in a chunk of its own."""
    chunks, reader = streamed(
        candidate({"text": "th", "thought": True}, finish="", index=0) | {"modelVersion": "gemini-x"},
        candidate({"text": "Hel"}, finish=""),
        candidate({"text": "lo"}, {"functionCall": {"name": "f", "args": {"a": 1}}}, finish=""),
        candidate({"functionCall": {"name": "g"}}, finish="STOP") | {"usageMetadata": USAGE},
    )

    deltas = [chunk["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas[0] == {"role": "assistant", "reasoning_content": "th"}
    assert deltas[1] == {"content": "Hel"}
    assert [call["index"] for delta in deltas[2:] for call in delta["tool_calls"]] == [0, 1]
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None, None, None, "tool_calls"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 7
    assert reader.is_complete
    assert reader.model == "gemini-x"
    assert CHAT.usage(reader.usage) == CHAT.usage(msgspec.json.encode(USAGE))


def test_a_stream_for_clients_that_are_not_strict() -> None:
    """Blocks are counted as their kind changes and carry their signatures, as do calls."""
    chunks, _ = streamed(
        candidate({"text": "th", "thought": True}, finish=""),
        candidate({"text": "Hi"}, {"functionCall": {"name": "f"}, "thoughtSignature": "S"}, finish=""),
        candidate({"text": "", "thoughtSignature": "T"}, finish="STOP", groundingMetadata={"a": 1}),
        strict=False,
    )

    choices = [chunk["choices"][0] for chunk in chunks]
    assert [choice["delta"].get("content_blocks") for choice in choices] == [
        [{"index": 0, "delta": {"thinking": "th"}}],
        [{"index": 1, "delta": {"text": "Hi"}}],
        [{"index": 1, "delta": {"signature": "T"}}],
    ]
    assert choices[1]["delta"]["tool_calls"][0]["function"]["thought_signature"] == "S"
    assert choices[2]["finish_reason"] == "STOP"
    assert choices[2]["groundingMetadata"] == {"a": 1}


def test_candidates_of_a_stream_end_one_by_one() -> None:
    """The stream is whole when every candidate has ended."""
    first, second = ({"index": index, "content": {"parts": [{"text": "x"}]}} for index in (0, 1))

    _, reader = streamed({"candidates": [first, second]}, {"candidates": [{"index": 0, "finishReason": "STOP"}]})

    assert not reader.is_complete


def test_a_stream_that_breaks_off_is_not_whole() -> None:
    """Without a reason for the end there is no end."""
    _, reader = streamed(candidate({"text": "x"}, finish=""))

    assert not reader.is_complete
    assert reader.has_content


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}, "overloaded"),
        ({"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "finishMessage": "bad call"}]}, "bad call"),
    ],
)
def test_a_stream_that_fails_says_so(event: Json, message: str) -> None:
    """An error among the events, or an end without content that is the model's fault, is no answer."""
    chunks, reader = streamed(event)

    assert chunks == []
    assert json.loads(reader.error)["error"]["message"] == message
    assert not reader.is_complete


def test_an_event_of_an_unknown_shape_is_skipped() -> None:
    """What cannot be read in a stream does not end it."""
    chunks, reader = streamed({"candidates": [5]}, candidate({"text": "x"}))

    assert [chunk["choices"][0]["delta"]["content"] for chunk in chunks] == ["x"]
    assert reader.skipped == 1


def test_a_blocked_stream_ends_as_a_content_filter() -> None:
    """A prompt that is refused makes one whole chunk."""
    chunks, reader = streamed({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": USAGE})

    assert chunks[0]["choices"][0]["finish_reason"] == "content_filter"
    assert reader.is_complete
