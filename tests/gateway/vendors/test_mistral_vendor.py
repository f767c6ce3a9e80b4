"""Mistral, where it is not quite OpenAI."""

from __future__ import annotations

import re

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.mistral import MISTRAL
from gateway.vendors.vendor import Asked, BadAnswer, Json, Login, Sent, Unspoken
from store.records import Usage
from tests.gateway.recorded import Recording, as_parameters, differences, raw, spoken

CHAT, COMPLETE = Function.CHAT, Function.COMPLETE
PARTS: list[Json] = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "mm"}]},
    {"type": "text", "text": "Hi"},
    {"type": "reference", "reference_ids": [1]},
]
USAGE: Json = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
CHANGED = {
    "chat-basic": {"n"},  # Mistral has it since 2025
    "chat-maxcompl": {"reasoning_effort"},
    "chat-jsonobject": {"response_format"},
    "embeddings": {"output_dimension"},  # the reference drops `dimensions`
}
"""Fields in which we differ from the reference, for it does not know what Mistral has learned."""


def asked(request: Json, function: Function = CHAT, *, model: str = "m", strict: bool = True, fim: str = "") -> Asked:
    """A request for a Mistral model."""
    login = Login("k", {"mistral_fim_completion": fim})
    return Asked(function=function, model=model, fields=raw(request), strict=strict, login=login, wants_usage=True)


def sent(request: Json, function: Function = CHAT, *, model: str = "m", fim: str = "") -> tuple[Sent, Json]:
    """What Mistral gets of a request."""
    encoded = MISTRAL.functions[function].encode(asked(request, function, model=model, fim=fim))
    return encoded, msgspec.json.decode(encoded.body)


def answered(choice: Json, function: Function = CHAT, *, strict: bool = True) -> Json:
    """The choice that the client gets of Mistral's."""
    body = msgspec.json.encode({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]})
    answer = msgspec.json.decode(MISTRAL.functions[function].decode(body, asked({}, function, strict=strict)).body)
    got: Json = answer["choices"][0]
    return got


@pytest.mark.parametrize("recording", as_parameters("mistral-ai"))
def test_requests_are_as_recorded(recording: Recording) -> None:
    """Mistral gets what the reference sends it, and what the reference drops although Mistral has it."""
    ours = spoken(MISTRAL, recording)

    assert ours.path == recording.upstream["path"]
    assert differences(ours, recording) <= CHANGED.get(recording.case, set())


@pytest.mark.parametrize("name", ["user", "stream_options", "logprobs", "store", "thinking", "logit_bias"])
def test_fields_that_mistral_refuses_are_left_out(name: str) -> None:
    """What OpenAI's clients send along and Mistral answers with 422 does not reach it."""
    _, said = sent({"messages": [], name: 1, "safe_prompt": True})

    assert said == {"model": "m", "messages": [], "safe_prompt": True}


def test_tool_call_ids_fit_and_stay_a_pair() -> None:
    """A call of another vendor and its result get the same id, in nine letters or digits; a good one stays."""
    call: Json = {"id": "call_VeryLong-1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns: list[Json] = [
        {"role": "assistant", "content": None, "tool_calls": [call, call | {"id": "abcDEF123"}], "refusal": None},
        {"role": "tool", "tool_call_id": "call_VeryLong-1", "name": "f", "content": "x"},
    ]

    _, said = sent({"messages": turns, "tool_choice": "required"})

    calls = said["messages"][0]["tool_calls"]
    assert re.fullmatch("[A-Za-z0-9]{9}", calls[0]["id"])
    assert said["messages"][1] == {"role": "tool", "tool_call_id": calls[0]["id"], "name": "f", "content": "x"}
    assert calls[1]["id"] == "abcDEF123"
    assert "refusal" not in said["messages"][0]
    assert said["tool_choice"] == "any"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "text", "text": "a", "cache_control": {}}, {"type": "text", "text": "a"}),
        (
            {"type": "input_audio", "input_audio": {"data": "AA", "format": "wav"}},
            {"type": "input_audio", "input_audio": "AA"},
        ),
        ({"type": "file", "file": {"file_id": "f1"}}, {"type": "file", "file_id": "f1"}),
        (
            {"type": "file", "file": {"file_data": "data:x", "filename": "a.pdf"}},
            {"type": "document_url", "document_url": "data:x", "document_name": "a.pdf"},
        ),
    ],
)
def test_parts_have_mistral_shapes(part: Json, expected: Json) -> None:
    """Audio and documents reach the model in the shape it reads."""
    _, said = sent({"messages": [{"role": "user", "content": [part]}]})

    assert said["messages"][0]["content"] == [expected]


def test_thoughts_of_earlier_turns_return() -> None:
    """What the model thought before goes back to where Mistral keeps it."""
    _, said = sent({"messages": [{"role": "assistant", "content": "Hi", "reasoning_content": "hmm"}]})

    thought, words = said["messages"][0]["content"]
    assert thought == {"type": "thinking", "thinking": [{"type": "text", "text": "hmm"}]}
    assert words == {"type": "text", "text": "Hi"}


@pytest.mark.parametrize("strict", [True, False])
def test_thoughts_stand_beside_the_words(strict: bool) -> None:
    """Content in parts becomes a text, thoughts a field of their own, and the parts stay for who wants them."""
    choice = answered({"message": {"content": PARTS}, "finish_reason": "model_length"}, strict=strict)

    assert choice["message"]["content"] == "Hi"
    assert choice["message"]["reasoning_content"] == "hmm"
    assert choice["message"].get("content_blocks") == (None if strict else PARTS)
    assert choice["finish_reason"] == ("length" if strict else "model_length")


@pytest.mark.parametrize("size", [1, 9, 10_000])
def test_stream(size: int) -> None:
    """A stream's thoughts, words and calls arrive as OpenAI's, its usage in a chunk of its own at the end."""
    deltas: list[tuple[Json, str | None]] = [
        ({"content": PARTS[:1]}, None),
        ({"content": "Hi"}, None),
        ({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}, "tool_calls"),
    ]
    chunks: list[Json] = [{"model": "m", "choices": [{"index": 0, "delta": d, "finish_reason": f}]} for d, f in deltas]
    chunks[-1]["usage"] = USAGE
    data = b"".join(b"data: " + msgspec.json.encode(each) + b"\n\n" for each in chunks) + b"data: [DONE]\n\n"
    make = MISTRAL.functions[CHAT].reader
    assert make is not None
    reader = make(asked({}))

    out = b"".join(reader.feed(data[start : start + size]) for start in range(0, len(data), size))

    told = [msgspec.json.decode(each[6:]) for each in out.split(b"\n\n") if each]
    assert told[0]["choices"][0]["delta"] == {"content": "", "reasoning_content": "hmm"}
    assert told[1]["choices"][0]["delta"] == {"content": "Hi"}
    assert told[2]["choices"][0]["delta"]["tool_calls"][0]["type"] == "function"
    assert told[3] == {"model": "m", "choices": [], "usage": USAGE}
    assert reader.is_complete
    assert reader.is_done


@pytest.mark.parametrize(
    ("function", "request_fields", "more", "path"),
    [
        (CHAT, {"messages": []}, {}, "/chat/completions"),
        (CHAT, {"prompt": "a", "suffix": "b"}, {"fim": "true"}, "/fim/completions"),
        (COMPLETE, {"prompt": "a", "suffix": "b"}, {}, "/fim/completions"),
        (COMPLETE, {"prompt": ["a"]}, {"model": "codestral-latest"}, "/fim/completions"),
        (COMPLETE, {"prompt": "a", "echo": False}, {}, "/chat/completions"),
    ],
)
def test_where_a_text_is_filled_in(function: Function, request_fields: Json, more: dict[str, str], path: str) -> None:
    """Filling in between two ends has an address of its own; other completions are turns of a chat."""
    encoded, said = sent(request_fields, function, **more)

    assert encoded.path == path
    assert said.get("prompt") == ("a" if path.startswith("/fim") else None)
    assert "messages" not in said or said["messages"] in ([], [{"role": "user", "content": "a"}])


def test_completion_is_a_text() -> None:
    """Whoever asked for a completion gets one, though Mistral answers with a turn."""
    choice = answered({"index": 0, "message": {"content": "b"}, "finish_reason": "stop"}, COMPLETE)

    assert choice == {"index": 0, "text": "b", "finish_reason": "stop", "logprobs": None}


def test_several_prompts_are_refused() -> None:
    """A completion of several texts at once is refused with the parameter that is to blame."""
    with pytest.raises(Unspoken) as refused:
        sent({"prompt": ["a", "b"]}, COMPLETE)

    assert refused.value.param == "prompt"


def test_answer_that_broke_off_is_none() -> None:
    """An answer that Mistral ends with `error` is not passed for a whole one."""
    with pytest.raises(BadAnswer):
        answered({"message": {"content": "Hal"}, "finish_reason": "error"})


def test_moderation_says_what_is_flagged() -> None:
    """A moderation has OpenAI's `flagged`, which Mistral leaves to be seen from the categories."""
    body = msgspec.json.encode({"id": "1", "model": "m", "results": [{"categories": {"pii": True, "law": False}}]})

    answer = MISTRAL.functions[Function.MODERATE].decode(body, asked({}, Function.MODERATE))

    assert msgspec.json.decode(answer.body)["results"][0]["flagged"] is True


def test_what_is_paid_for() -> None:
    """Usage is read as OpenAI's."""
    used = MISTRAL.functions[CHAT].usage(msgspec.json.encode(USAGE))

    assert used == Usage(input_tokens=3, output_tokens=2)
