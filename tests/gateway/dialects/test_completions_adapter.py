"""Legacy completions served by chat."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types import Completion

from gateway.adapters.adapter import retold
from gateway.adapters.completions import COMPLETIONS, failure_event
from gateway.vendors.vendor import Json, Unspoken

ONCE: Json = {"model": "m", "prompt": "once"}
USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
LOGPROBS = {"content": [{"token": " upon", "logprob": -0.5, "top_logprobs": [{"token": " upon", "logprob": -0.5}]}]}


def chunk(text: str | None, finish: str | None = None, index: int = 0, **choice: Any) -> Json:
    """A chat chunk."""
    said = {"index": index, "delta": {"content": text}, "finish_reason": finish} | choice
    return {"id": "chatcmpl-1", "created": 1, "model": "x", "choices": [said]}


def events(chunks: list[Json], **fields: Any) -> list[Json]:
    """What a client hears, up to the mark of the end."""
    *heard, done = retold(COMPLETIONS.stream(ONCE | fields), chunks).decode().strip().split("\n\n")
    assert done == "data: [DONE]"
    return [json.loads(one.removeprefix("data: ")) for one in heard]


@pytest.mark.parametrize("prompt", ["once", ["once"]])
def test_the_prompt_is_what_the_user_says(prompt: object) -> None:
    """A prompt becomes one message; what chat has too is kept, and so is what nobody knows."""
    asked = {"model": "m", "prompt": prompt, "max_tokens": 5, "stop": "x", "echo": True, "best_of": 1, "new": 1}

    made = COMPLETIONS.request(asked | {"logprobs": 3})

    kept = {"model": "m", "max_tokens": 5, "stop": "x", "new": 1, "logprobs": True, "top_logprobs": 3}
    assert made == kept | {"messages": [{"role": "user", "content": "once"}]}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"prompt": ["a", "b"]}, "prompt"),
        ({"prompt": [1, 2]}, "prompt"),
        ({"prompt": [[1, 2]]}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"suffix": "end"}, "suffix"),
        ({"best_of": 3}, "best_of"),
    ],
)
def test_what_a_conversation_cannot_say_is_refused(fields: Json, param: str) -> None:
    """A refusal names the field."""
    with pytest.raises(Unspoken) as refusal:
        COMPLETIONS.request(ONCE | fields)

    assert refusal.value.param == param


@pytest.mark.parametrize(("echo", "text", "offset"), [(False, " upon", 0), (True, "once upon", 4)])
def test_an_answer_is_the_text_that_follows(echo: bool, text: str, offset: int) -> None:
    """Every choice is told with its finish reason and log probabilities, after the prompt if that is wanted."""
    message = {"role": "assistant", "content": " upon"}
    choice = {"index": 0, "message": message, "finish_reason": "length", "logprobs": LOGPROBS}

    made = COMPLETIONS.answer(
        {"id": "chatcmpl-1", "created": 1, "model": "x", "choices": [choice], "usage": USAGE}, ONCE | {"echo": echo}
    )

    logprobs = {
        "tokens": [" upon"],
        "token_logprobs": [-0.5],
        "top_logprobs": [{" upon": -0.5}],
        "text_offset": [offset],
    }
    assert made == {
        "id": "cmpl-1",
        "object": "text_completion",
        "created": 1,
        "model": "x",
        "choices": [{"text": text, "index": 0, "logprobs": logprobs, "finish_reason": "length"}],
        "usage": USAGE,
    }
    Completion.model_validate(made)


def test_a_stream_is_text_by_text() -> None:
    """Chunks that say nothing make no event, and the usage is told to those who asked for it."""
    chunks = [chunk(""), chunk("a"), chunk("b"), chunk(None, "stop"), chunk(None) | {"choices": [], "usage": USAGE}]

    heard = events(chunks, stream_options={"include_usage": True})

    assert [one["choices"][0]["text"] for one in heard[:-1]] == ["a", "b", ""]
    assert heard[-2]["choices"][0]["finish_reason"] == "stop"
    assert (heard[-1]["choices"], heard[-1]["usage"]) == ([], USAGE)
    assert events(chunks) == heard[:-1]


def test_what_is_echoed_comes_once_for_each_choice() -> None:
    """The prompt stands before the first text of a choice, and tokens are counted from it."""
    heard = events(
        [chunk(" upon", logprobs=LOGPROBS), chunk(" upon", logprobs=LOGPROBS), chunk("!", index=1)], echo=True
    )

    choices = [one["choices"][0] for one in heard]
    assert [choice["text"] for choice in choices] == ["once upon", " upon", "once!"]
    assert [choice["logprobs"]["text_offset"] for choice in choices[:2]] == [[4], [9]]


def test_a_broken_stream_ends_with_an_error() -> None:
    """OpenAI's error object stands in an event of its own."""
    assert failure_event({"message": "m"}) == b'data: {"error":{"message":"m"}}\n\n'
