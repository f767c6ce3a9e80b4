"""Gemini's wire: what is sent for a chat, against recorded pairs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.functions import Function
from gateway.vendors.gemini import GOOGLE
from gateway.vendors.vendor import Asked, Json, Login, Unspoken

VECTORS = Path("/work/shared/vectors")
CHAT = GOOGLE.functions[Function.CHAT]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"a": {}}}}}


def asked(fields: Json, function: Function = Function.CHAT, **more: Any) -> Asked:
    """A request of a client's."""
    raw = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    stream = bool(fields.get("stream"))
    options = {"model": fields.get("model", "gemini-2.5-flash"), "stream": stream, "login": Login("KEY")} | more
    return Asked(function=function, fields=raw, wants_usage=True, **options)


def sent(fields: Json, model: str = "gemini-2.5-flash") -> Json:
    """The body that a chat makes."""
    told = {"messages": [{"role": "user", "content": "hi"}]} | fields
    return dict(json.loads(CHAT.encode(asked(told, model=model)).body))


def config(fields: Json, model: str = "gemini-2.5-flash") -> Json:
    """The `generationConfig` that a chat makes."""
    return dict(sent(fields, model).get("generationConfig", {}))


def turns(*messages: Json, model: str = "gemini-2.5-flash") -> list[Json]:
    """The `contents` that a conversation makes."""
    return list(sent({"messages": list(messages)}, model)["contents"])


DIFFERENT = {
    "chat-maxcompl": "Gemini 2.5 refuses `thinkingLevel`: it takes a budget; the thoughts are asked for as well",
}
"""Where we do not send what the reference sends, and why. Nowhere do we name the model in the body, for it is in the
path, nor write names with underscores, though Google reads both."""


def recorded(name: str, provider: str) -> list[Any]:
    """The vectors of a provider, none where the folder is not."""
    path = VECTORS / name
    cases = json.loads(path.read_text()) if path.exists() else []
    mine = [case for case in cases if case["provider"] == provider and "upstream" in case]
    return [pytest.param(case, id=case["case"]) for case in mine if case["case"] not in DIFFERENT]


def usual(value: Any) -> Any:
    """JSON with Google's names written one way."""
    if isinstance(value, dict):
        return {re.sub(r"_(.)", lambda found: found[1].upper(), name): usual(inner) for name, inner in value.items()}
    return [usual(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", recorded("request-vectors.json", "google"))
def test_sends_what_the_reference_sent(case: Json) -> None:
    """Every recorded chat makes the recorded body and path, but for the differences that are listed."""
    expected = usual(case["upstream"]["body"])
    del expected["model"]

    request = CHAT.encode(asked(case["request"]))

    assert usual(json.loads(request.body)) == expected
    assert request.path.split("?")[0] == case["upstream"]["path"].split("?")[0].removeprefix("/v1beta")


def test_logs_in_by_a_header() -> None:
    """The key never stands in the address, where proxies would log it."""
    request = CHAT.encode(asked({"messages": []}, model="models/gemini-2.5-flash"))

    assert GOOGLE.headers(Login("KEY")) == {"x-goog-api-key": "KEY"}
    assert request.path == "/models/gemini-2.5-flash:generateContent"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-2.5-flash", "/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("tunedModels/mine", "/tunedModels/mine:streamGenerateContent?alt=sse"),
        ("../x?y#z", "/models/..%2Fx%3Fy%23z:streamGenerateContent?alt=sse"),
    ],
)
def test_a_models_name_stays_a_name(model: str, path: str) -> None:
    """Whatever a model is called, the request goes to its method and nowhere else."""
    request = CHAT.encode(asked({"messages": [], "stream": True}, model=model))

    assert request.path == path


CALLS = [
    {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}', "thought_signature": "S"}},
    {"id": "c2", "type": "function", "function": {"name": "g", "arguments": ""}},
]


def test_tool_results_carry_the_name_of_their_function() -> None:
    """Results stand in one turn in the order of their calls, under the names that the calls had."""
    contents = turns(
        {"role": "user", "content": "do"},
        {"role": "assistant", "content": "ok", "tool_calls": CALLS},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": "two"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "one"},
        {"role": "user", "content": "and?"},
    )

    assert contents[1]["parts"] == [
        {"text": "ok"},
        {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "S"},
        {"functionCall": {"name": "g", "args": {}}},
    ]
    assert contents[2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"name": "f", "response": {"output": "one"}}},
            {"functionResponse": {"name": "g", "response": {"output": "two"}}},
        ],
    }
    assert contents[3] == {"role": "user", "parts": [{"text": "and?"}]}


def test_an_id_used_twice_keeps_the_newer_name() -> None:
    """Clients that number their calls anew in each turn get each result under its own function."""
    first = {"id": "0", "function": {"name": "f", "arguments": "{}"}}
    second = {"id": "0", "function": {"name": "g", "arguments": "{}"}}
    result = {"role": "tool", "tool_call_id": "0", "content": "x"}

    contents = turns(
        {"role": "assistant", "tool_calls": [first]}, result, {"role": "assistant", "tool_calls": [second]}, result
    )

    assert [turn["parts"][0]["functionResponse"]["name"] for turn in contents[1::2]] == ["f", "g"]


def test_gemini_3_gets_a_signature_for_every_step() -> None:
    """A call whose signature was lost on the way has the one that Google documents for it, or Gemini 3 refuses it."""
    contents = turns({"role": "assistant", "tool_calls": [CALLS[1]]}, model="gemini-3-pro-preview")

    assert contents[0]["parts"][0]["thoughtSignature"] == "skip_thought_signature_validator"


def test_blocks_come_back_with_their_signatures() -> None:
    """A client that is not strict gives a text's signature back by `content_blocks`; thoughts stay here."""
    blocks = [{"type": "thinking", "thinking": "th"}, {"type": "text", "text": "Hello", "signature": "S"}]

    contents = turns({"role": "assistant", "content": "Hello", "content_blocks": blocks})

    assert contents == [{"role": "model", "parts": [{"text": "Hello", "thoughtSignature": "S"}]}]


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (
            {"type": "image_url", "image_url": {"url": "gs://b/x", "mime_type": "image/webp"}},
            {"fileData": {"mimeType": "image/webp", "fileUri": "gs://b/x"}},
        ),
        (
            {"type": "image_url", "image_url": "https://e.com/a.png?x=1"},
            {"fileData": {"mimeType": "image/png", "fileUri": "https://e.com/a.png?x=1"}},
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "QQ==", "format": "mp3"}},
            {"inlineData": {"mimeType": "audio/mp3", "data": "QQ=="}},
        ),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,QQ==", "filename": "a.pdf"}},
            {"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}},
        ),
        (
            {"type": "file", "file": {"file_data": "QQ==", "filename": "a.txt"}},
            {"inlineData": {"mimeType": "text/plain", "data": "QQ=="}},
        ),
        (
            {"type": "file", "file": {"file_id": "https://generativelanguage.googleapis.com/v1beta/files/x"}},
            {
                "fileData": {
                    "mimeType": "application/pdf",
                    "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/x",
                }
            },
        ),
        (
            {"type": "video_url", "video_url": {"url": "https://youtu.be/x"}},
            {"fileData": {"mimeType": "video/mp4", "fileUri": "https://youtu.be/x"}},
        ),
    ],
)
def test_content_of_every_kind_is_carried(said: Json, part: Json) -> None:
    """Pictures, sound, films and files go along, by their data or by their address."""
    assert turns({"role": "user", "content": [said]}) == [{"role": "user", "parts": [part]}]


def test_a_part_of_an_unknown_kind_is_refused() -> None:
    """What cannot be said is told to the client, and not left out."""
    with pytest.raises(Unspoken, match="a part of type `hologram`"):
        turns({"role": "user", "content": [{"type": "hologram"}]})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"messages": [], "tools": ["x"]}, r"`tools\[0\]`: expected `object`, got `str`"),
        ({"messages": [], "response_format": 5}, "not of the shape"),
        ({"messages": [{"role": []}]}, r"`messages\[0\].role`: expected `str`, got `array`"),
    ],
)
def test_a_field_of_another_shape_is_the_callers_fault(fields: Json, said: str) -> None:
    """What is no request of OpenAI's is refused as one, and is no failure of ours."""
    with pytest.raises(Unspoken, match=said):
        sent(fields)


def test_words_of_the_system_alone_become_a_question() -> None:
    """Gemini refuses a request without contents."""
    body = sent({"messages": [{"role": "system", "content": "Say hello."}]})

    assert body == {"contents": [{"role": "user", "parts": [{"text": "Say hello."}]}]}


@pytest.mark.parametrize(
    ("model", "said", "expected"),
    [
        ("gemini-2.5-flash", {"reasoning_effort": "low"}, {"includeThoughts": True, "thinkingBudget": 1024}),
        ("gemini-2.5-flash", {"reasoning_effort": "none"}, {"thinkingBudget": 0}),
        ("gemini-2.5-pro", {"reasoning_effort": "none"}, {"thinkingBudget": 128}),
        ("gemini-2.5-pro", {"reasoning_effort": "high"}, {"includeThoughts": True, "thinkingBudget": 24576}),
        ("gemini-3-pro-preview", {"reasoning_effort": "medium"}, {"includeThoughts": True, "thinkingLevel": "high"}),
        (
            "gemini-3.1-pro-preview",
            {"reasoning_effort": "medium"},
            {"includeThoughts": True, "thinkingLevel": "medium"},
        ),
        ("gemini-3-flash-preview", {"reasoning_effort": "none"}, {"thinkingLevel": "minimal"}),
        ("gemini-3-flash-preview", {"reasoning_effort": "low"}, {"includeThoughts": True, "thinkingLevel": "low"}),
        (
            "gemini-2.5-flash",
            {"thinking": {"type": "enabled", "budget_tokens": 9}, "reasoning_effort": "low"},
            {"includeThoughts": True, "thinkingBudget": 9},
        ),
        ("gemini-2.5-flash", {"thinking": {"type": "adaptive"}}, {"includeThoughts": True}),
        ("gemini-2.5-flash", {"thinking": {"type": "disabled"}}, {"thinkingBudget": 0}),
        ("gemini-2.5-flash", {"extra_body": {"google": {"thinking_config": {"x": 1}}}}, {"x": 1}),
        ("gemini-2.0-flash", {"reasoning_effort": "low"}, None),
    ],
)
def test_effort_is_said_as_the_model_has_it(model: str, said: Json, expected: Json | None) -> None:
    """Levels since Gemini 3, budgets for 2.5, nothing for models that do not think."""
    assert config(said, model).get("thinkingConfig") == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"n": 2, "top_k": 4}, {"candidateCount": 2, "topK": 4}),
        ({"logprobs": True, "top_logprobs": 3}, {"responseLogprobs": True, "logprobs": 3}),
        ({"presence_penalty": 0.1, "frequency_penalty": 0.2}, {"presencePenalty": 0.1, "frequencyPenalty": 0.2}),
        ({"max_tokens": 1, "max_completion_tokens": 2}, {"maxOutputTokens": 2}),
        ({"temperature": 0, "stop": "x"}, {"temperature": 0, "stopSequences": ["x"]}),
        ({"modalities": ["text", "image"]}, {"responseModalities": ["TEXT", "IMAGE"]}),
        (
            {"modalities": ["audio"], "audio": {"voice": "Kore", "format": "wav"}},
            {
                "responseModalities": ["AUDIO"],
                "speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": "Kore"}}},
            },
        ),
        ({"generationConfig": {"topK": 9}}, {"topK": 9}),
    ],
)
def test_parameters_have_googles_names(said: Json, expected: Json) -> None:
    """Nothing that Gemini knows is dropped."""
    assert config(said) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"safety_settings": [{"category": "X"}]}, {"safetySettings": [{"category": "X"}]}),
        ({"service_tier": "default"}, {"serviceTier": "standard"}),
        ({"service_tier": "auto"}, {}),
        ({"cached_content": "cachedContents/1"}, {"cachedContent": "cachedContents/1"}),
        ({"tools": [{"type": "google_search"}]}, {"tools": [{"googleSearch": {}}]}),
        ({"tools": [{"google_search": {}}]}, {"tools": [{"googleSearch": {}}]}),
        ({"tools": [{"urlContext": {}}], "tool_choice": "auto"}, {"tools": [{"urlContext": {}}]}),
        ({"tools": [{"type": "function", "function": {"name": "googleSearch"}}]}, {"tools": [{"googleSearch": {}}]}),
        ({"web_search_options": {}}, {"tools": [{"googleSearch": {}}]}),
    ],
)
def test_what_stands_beside_the_configuration(said: Json, expected: Json) -> None:
    """Google's own parameters and tools are carried along."""
    body = sent(said)

    assert {name: value for name, value in body.items() if name != "contents"} == expected


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ({"type": "function", "function": {"name": "f"}}, {"mode": "ANY", "allowedFunctionNames": ["f"]}),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"function": {"name": "f"}}]}},
            {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        ),
    ],
)
def test_the_choice_of_tools(choice: Any, expected: Json) -> None:
    """Every form of `tool_choice` has its mode."""
    body = sent({"tools": [TOOL], "tool_choice": choice})

    assert body["toolConfig"] == {"functionCallingConfig": expected}


def test_a_function_without_parameters_has_none() -> None:
    """Gemini refuses an object without properties."""
    function = {"name": "now", "strict": True, "parameters": {"type": "object", "properties": {}}}

    assert sent({"tools": [{"type": "function", "function": function}]})["tools"] == [
        {"functionDeclarations": [{"name": "now"}]}
    ]
