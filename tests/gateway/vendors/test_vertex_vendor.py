"""Vertex AI: where each model is asked and in whose dialect, against recorded pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.vendor import Asked, Json, Login
from gateway.vendors.vertex import VERTEX
from store.records import Usage
from tests.gateway.vendors.test_gemini_vendor import asked, usual

SETTINGS = {"vertex_project_id": "proj", "vertex_region": "us-central1"}
LOGIN = Login("KEY", SETTINGS)
PROJECT = "/projects/proj/locations/us-central1"
CHAT, EMBED, MESSAGE, COUNT = (
    VERTEX.functions[each] for each in (Function.CHAT, Function.EMBED, Function.MESSAGE, Function.COUNT_TOKENS)
)
HI = {"messages": [{"role": "user", "content": "hi"}]}


def at_vertex(fields: Json, model: str, function: Function = Function.CHAT, **more: Any) -> Asked:
    """A request of a client's to a model at Vertex."""
    return asked(fields, function, model=model, **{"login": LOGIN} | more)


# The recorded pairs ---------------------------------------------------------------------------------------------------

FUNCTIONS = {"/v1/chat/completions": Function.CHAT, "/v1/images/generations": Function.GENERATE_IMAGE}
DIFFERENT = {
    ("vertex-ai", "chat-maxcompl"): "Gemini 2.5 refuses `thinkingLevel`: it takes a budget; thoughts are asked for too",
    ("vertex-ai", "chat-tools"): "the reference calls every function `gateway-tool-filler-name`, in a role of its own",
    ("vertex-ai", "images"): "a Gemini model does not draw by predict; Imagen, which does, has the recorded body",
    ("vertex-ai#claude", "chat-maxcompl"): "the reference drops `reasoning_effort`; a text stays text where it may",
    ("vertex-ai#claude", "chat-jsonobject"): "the reference drops `response_format`, and sends no `max_tokens`",
}
"""Where we do not send what the reference sends, and why."""


def recorded(names: tuple[str, ...]) -> list[Any]:
    """The vectors of a provider, none where the folder is not."""
    path = Path("/work/shared/vectors/request-vectors.json")
    cases = json.loads(path.read_text()) if path.exists() else []
    mine = [case for case in cases if case["provider"] in names and "upstream" in case]
    kept = [case for case in mine if (case["provider"], case["case"]) not in DIFFERENT]
    return [pytest.param(case, id=f"{case['provider']}-{case['case']}") for case in kept]


def without_habits(body: Json) -> Json:
    """A recorded body without what the reference always adds: an empty system, empty definitions, the model."""
    body = {name: value for name, value in body.items() if name != "model" and value != []}
    for tool in body.get("tools", ()):
        tool.get("input_schema", {}).pop("$defs", None)
    return body


@pytest.mark.parametrize("case", recorded(("vertex-ai", "vertex-ai#claude")))
def test_sends_what_the_reference_sent(case: Json) -> None:
    """Every recorded request makes the recorded body at the recorded place, but for the differences that are listed."""
    region = case["request_headers"]["x-portkey-vertex-region"]
    login = Login("KEY", SETTINGS | {"vertex_region": region})
    function = FUNCTIONS[case["path"]]
    expected = usual(without_habits(case["upstream"]["body"]))

    sent = VERTEX.functions[function].encode(
        at_vertex(case["request"], case["request"]["model"], function, login=login)
    )

    body = usual(json.loads(sent.body))
    if "max_tokens" not in case["request"] and "anthropicVersion" in body:
        assert body.pop("maxTokens") > 0  # Anthropic insists on it, the reference sends none
    assert body == expected
    assert "/v1" + sent.path == case["upstream"]["path"]
    assert VERTEX.address(login) == f"https://{region}-aiplatform.googleapis.com/v1"


def test_imagen_is_sent_what_the_reference_sent() -> None:
    """The recorded body of a picture, for a model that takes it."""
    request = {"prompt": "cat", "n": 2, "quality": "hd", "response_format": "b64_json"}
    wire = VERTEX.functions[Function.GENERATE_IMAGE]

    sent = wire.encode(at_vertex(request, "imagen-4.0-generate-001", Function.GENERATE_IMAGE))

    assert sent.path == f"{PROJECT}/publishers/google/models/imagen-4.0-generate-001:predict"
    assert json.loads(sent.body) == {
        "instances": [{"prompt": "cat"}],
        "parameters": {"sampleCount": 2, "outputOptions": {"compressionQuality": 100}},
    }


# Models ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-2.5-flash", "/publishers/google/models/gemini-2.5-flash:generateContent"),
        ("google.gemini-2.5-flash", "/publishers/google/models/gemini-2.5-flash:generateContent"),
        ("google/gemini-2.5-flash", "/publishers/google/models/gemini-2.5-flash:generateContent"),
        ("publishers/google/models/gemini-3", "/publishers/google/models/gemini-3:generateContent"),
        ("claude-sonnet-4@20250514", "/publishers/anthropic/models/claude-sonnet-4@20250514:rawPredict"),
        ("anthropic.claude-opus-4-1", "/publishers/anthropic/models/claude-opus-4-1:rawPredict"),
        ("mistral-large-2411", "/publishers/mistralai/models/mistral-large-2411:rawPredict"),
        ("mistralai.codestral-2501", "/publishers/mistralai/models/codestral-2501:rawPredict"),
        ("meta.llama-3.3-70b-instruct-maas", "/endpoints/openapi/chat/completions"),
        ("endpoints.123", "/endpoints/123/chat/completions"),
        ("endpoints.../x", "/endpoints/..%2Fx/chat/completions"),
    ],
)
def test_each_model_is_asked_at_its_place(model: str, path: str) -> None:
    """A model is found by its name, with its publisher before it or without."""
    assert CHAT.encode(at_vertex(HI, model)).path == PROJECT + path


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-2.5-flash", "/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("claude-opus-4-1", "/publishers/anthropic/models/claude-opus-4-1:streamRawPredict"),
        ("mistral-large-2411", "/publishers/mistralai/models/mistral-large-2411:streamRawPredict"),
    ],
)
def test_streams_have_methods_of_their_own(model: str, path: str) -> None:
    """A stream is asked for by the method, whatever the body says."""
    assert CHAT.encode(at_vertex(HI | {"stream": True}, model)).path == PROJECT + path


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("meta.llama-3.3-70b-instruct-maas", "meta/llama-3.3-70b-instruct-maas"),
        ("llama-4-scout-maas", "meta/llama-4-scout-maas"),
        ("deepseek-ai/deepseek-v3.1-maas", "deepseek-ai/deepseek-v3.1-maas"),
        ("gpt-oss-120b-maas", "openai/gpt-oss-120b-maas"),
        ("newcomer/model-1-maas", "newcomer/model-1-maas"),
        ("mistral-large-2411", "mistral-large-2411"),
    ],
)
def test_others_speak_openai(model: str, name: str) -> None:
    """Models of other publishers get OpenAI's body, under the name that Vertex has for them."""
    body = json.loads(CHAT.encode(at_vertex(HI | {"stream": True}, model)).body)

    assert body == HI | {"model": name, "stream": True, "stream_options": {"include_usage": True}}


ANSWERS: list[tuple[str, Json]] = [
    (
        "gemini-2.5-flash",
        {
            "candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 2},
        },
    ),
    (
        "anthropic.claude-opus-4-1",
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "text", "text": "hi"}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 3, "output_tokens": 2},
        },
    ),
    (
        "meta.llama-3.3",
        {
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
        },
    ),
]


@pytest.mark.parametrize(("model", "answer"), ANSWERS)
def test_answers_are_read_in_their_dialect(model: str, answer: Json) -> None:
    """Every publisher's answer becomes a chat completion, and its usage is read."""
    got = CHAT.decode(msgspec.json.encode(answer), at_vertex(HI, model))

    choice = json.loads(got.body)["choices"][0]
    assert choice["message"]["content"] == "hi"
    assert choice["finish_reason"] == "stop"
    assert CHAT.usage(got.usage) == Usage(input_tokens=3, output_tokens=2)


STREAMS = [
    (
        "gemini-2.5-flash",
        b'data: {"candidates":[{"content":{"parts":[{"text":"hi"}]},"finishReason":"STOP"}],'
        b'"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":2}}\n\n',
    ),
    (
        "claude-opus-4-1",
        b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3}}}\n\n'
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        b'"delta":{"type":"text_delta","text":"hi"}}\n\n'
        b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
        b'"usage":{"output_tokens":2}}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n',
    ),
    (
        "meta.llama-3.3",
        b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'
        b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}\n\ndata: [DONE]\n\n',
    ),
]


@pytest.mark.parametrize(("model", "stream"), STREAMS)
def test_streams_are_read_in_their_dialect(model: str, stream: bytes) -> None:
    """Every publisher's stream becomes OpenAI's chunks, and its usage is read."""
    assert CHAT.reader is not None
    reader = CHAT.reader(at_vertex(HI | {"stream": True}, model))

    told = reader.feed(stream)

    assert b'"content":"hi"' in told
    assert reader.is_complete
    assert reader.usage is not None
    assert CHAT.usage(reader.usage) == Usage(input_tokens=3, output_tokens=2)


# Claude natively ------------------------------------------------------------------------------------------------------


def test_messages_go_to_claude_as_they_are() -> None:
    """Anthropic's own clients are passed through, with the model in the path and the version in the body."""
    request = at_vertex(
        HI | {"max_tokens": 5, "stream": True, "service_tier": "auto"},
        "anthropic.claude-opus-4-1",
        Function.MESSAGE,
        headers={"anthropic-beta": "context-1m-2025-08-07", "anthropic-version": "2023-06-01"},
    )

    sent = MESSAGE.encode(request)

    assert sent.path == f"{PROJECT}/publishers/anthropic/models/claude-opus-4-1:streamRawPredict"
    assert json.loads(sent.body) == HI | {"max_tokens": 5, "stream": True, "anthropic_version": "vertex-2023-10-16"}
    assert sent.headers == {"anthropic-beta": "context-1m-2025-08-07"}


def test_claude_counts_tokens() -> None:
    """Counting has a place of its own, and names the model in the body."""
    sent = COUNT.encode(at_vertex(HI, "anthropic.claude-opus-4-1", Function.COUNT_TOKENS))

    assert sent.path == f"{PROJECT}/publishers/anthropic/models/count-tokens:rawPredict"
    assert json.loads(sent.body) == HI | {"model": "claude-opus-4-1", "anthropic_version": "vertex-2023-10-16"}


@pytest.mark.parametrize("function", [Function.MESSAGE, Function.COUNT_TOKENS, Function.EMBED, Function.GENERATE_IMAGE])
@pytest.mark.parametrize("model", ["claude-opus-4-1", "gemini-2.5-flash", "llama-4-maas"])
def test_functions_say_which_models_have_them(function: Function, model: str) -> None:
    """Messages are Claude's alone, embeddings and pictures Google's."""
    speaks = VERTEX.functions[function].speaks

    assert speaks is not None
    wanted = "claude" if function in (Function.MESSAGE, Function.COUNT_TOKENS) else "gemini"
    assert speaks(model) == (wanted in model)


# Embeddings -----------------------------------------------------------------------------------------------------------


def test_texts_are_embedded_by_predict() -> None:
    """A list goes as instances; the tokens of all of them are counted together."""
    request = at_vertex(
        {"input": ["a", "b"], "dimensions": 2, "task_type": "CLUSTERING"}, "text-embedding-005", Function.EMBED
    )
    one = {"embeddings": {"values": [0.5], "statistics": {"token_count": 3}}}

    sent = EMBED.encode(request)
    got = EMBED.decode(msgspec.json.encode({"predictions": [one, one]}), request)

    assert sent.path == f"{PROJECT}/publishers/google/models/text-embedding-005:predict"
    assert json.loads(sent.body) == {
        "instances": [{"content": "a", "task_type": "CLUSTERING"}, {"content": "b", "task_type": "CLUSTERING"}],
        "parameters": {"outputDimensionality": 2},
    }
    assert [each["embedding"] for each in json.loads(got.body)["data"]] == [[0.5], [0.5]]
    assert json.loads(got.body)["usage"] == {"prompt_tokens": 6, "total_tokens": 6}
    assert EMBED.usage(got.usage) == Usage(input_tokens=6)


def test_newer_models_embed_by_a_method_of_their_own() -> None:
    """What is optional stands in an object of its own there."""
    sent = EMBED.encode(at_vertex({"input": "a", "dimensions": 2}, "gemini-embedding-2", Function.EMBED))

    assert sent.path.endswith("/gemini-embedding-2:embedContent")
    assert json.loads(sent.body) == {
        "content": {"parts": [{"text": "a"}]},
        "embedContentConfig": {"outputDimensionality": 2},
    }
