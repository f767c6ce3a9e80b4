"""What we send is what Google's own SDK sends; only where the package google-genai is installed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from gateway.functions import Function
from gateway.vendors.gemini import GOOGLE
from gateway.vendors.vendor import Json
from tests.gateway.vendors.test_gemini_vendor import asked, usual

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
MAP = {"type": "object", "additionalProperties": {"type": "integer"}}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a":"x"}', "thought_signature": "U0lH"}}
HI = {"messages": [{"role": "user", "content": "hi"}]}

CHATS: list[tuple[str, Json, Any, Json]] = [
    (
        "gemini-2.5-flash",
        {
            "messages": [{"role": "system", "content": "sys"}, {"role": "user", "content": "hi"}],
            "temperature": 0.2,
            "top_p": 0.9,
            "max_tokens": 10,
            "stop": "END",
            "seed": 1,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "n": 2,
            "logprobs": True,
            "top_logprobs": 3,
            "service_tier": "flex",
        },
        "hi",
        {
            "system_instruction": "sys",
            "temperature": 0.2,
            "top_p": 0.9,
            "max_output_tokens": 10,
            "stop_sequences": ["END"],
            "seed": 1,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "candidate_count": 2,
            "response_logprobs": True,
            "logprobs": 3,
            "service_tier": "flex",
        },
    ),
    (
        "gemini-2.5-flash",
        {
            "messages": [
                {"role": "user", "content": "w?"},
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "1", "content": "sunny"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}}],
            "tool_choice": "required",
        },
        [
            {"role": "user", "parts": [{"text": "w?"}]},
            {
                "role": "model",
                "parts": [{"function_call": {"name": "f", "args": {"a": "x"}}, "thought_signature": b"SIG"}],
            },
            {"role": "user", "parts": [{"function_response": {"name": "f", "response": {"output": "sunny"}}}]},
        ],
        {
            "tools": [{"function_declarations": [{"name": "f", "description": "d", "parameters": SCHEMA}]}],
            "tool_config": {"function_calling_config": {"mode": "ANY"}},
            "automatic_function_calling": {"disable": True},
        },
    ),
    (
        "gemini-2.5-flash",
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "what"},
                        {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
                        {"type": "image_url", "image_url": {"url": "https://e.com/a.png"}},
                    ],
                }
            ]
        },
        [
            {
                "role": "user",
                "parts": [
                    {"text": "what"},
                    {"inline_data": {"mime_type": "image/png", "data": b"abc"}},
                    {"file_data": {"mime_type": "image/png", "file_uri": "https://e.com/a.png"}},
                ],
            }
        ],
        {},
    ),
    (
        "gemini-2.5-flash",
        HI | {"response_format": {"type": "json_schema", "json_schema": {"schema": MAP}}},
        "hi",
        {"response_mime_type": "application/json", "response_json_schema": MAP},
    ),
    (
        "gemini-3-flash-preview",
        HI | {"reasoning_effort": "low"},
        "hi",
        {"thinking_config": {"include_thoughts": True, "thinking_level": "low"}},
    ),
    (
        "gemini-2.5-flash",
        HI
        | {
            "tools": [{"type": "google_search"}],
            "modalities": ["text", "image"],
            "image_config": {"aspectRatio": "16:9"},
            "audio": {"voice": "Kore"},
            "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        },
        "hi",
        {
            "tools": [{"google_search": {}}],
            "response_modalities": ["TEXT", "IMAGE"],
            "image_config": {"aspect_ratio": "16:9"},
            "speech_config": {"voice_config": {"prebuilt_voice_config": {"voice_name": "Kore"}}},
            "safety_settings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        },
    ),
]
"""(model, request of a client's, contents for the SDK, its configuration)."""


class Watched:
    """Google's SDK before a vendor that keeps what it is sent."""

    def __init__(self) -> None:
        genai = pytest.importorskip("google.genai")
        self.seen: list[httpx.Request] = []
        transport = httpx.MockTransport(self._answer)
        options = {"httpx_client": httpx.Client(transport=transport), "api_version": "v1beta"}
        self.models: Any = genai.Client(api_key="KEY", http_options=options).models

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        candidate = {"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}
        return httpx.Response(200, json={"candidates": [candidate], "embeddings": [{"values": [1]}] * 2})


def alike(body: Json) -> Json:
    """A body without what means the same either way: how names are cut, the case of levels, whose words instruct."""
    body = dict(usual(body))
    body.get("systemInstruction", {}).pop("role", None)
    for each in body.get("requests", ()):
        each["content"].pop("role", None)
    config = body.get("generationConfig", {})
    if "thinkingLevel" in config.get("thinkingConfig", {}):
        config["thinkingConfig"]["thinkingLevel"] = config["thinkingConfig"]["thinkingLevel"].lower()
    return {name: each for name, each in usual(lowered(body)).items() if each != {}}


def lowered(value: Any) -> Any:
    """Types of a schema in small letters."""
    if isinstance(value, dict):
        return {
            name: each.lower() if name == "type" and isinstance(each, str) else lowered(each)
            for name, each in value.items()
        }
    return [lowered(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("model", "fields", "contents", "config"), CHATS)
def test_a_chat_is_what_the_sdk_sends(model: str, fields: Json, contents: Any, config: Json) -> None:
    """The address, the key and the body are those of Google's SDK."""
    sdk = Watched()

    sent = GOOGLE.functions[Function.CHAT].encode(asked(fields, model=model))
    sdk.models.generate_content(model=model, contents=contents, config=config)

    theirs = sdk.seen[0]
    assert str(theirs.url) == f"{GOOGLE.base_url}{sent.path}"
    assert theirs.headers["x-goog-api-key"] == "KEY"
    assert alike(json.loads(sent.body)) == alike(json.loads(theirs.content))


def test_embeddings_are_what_the_sdk_sends() -> None:
    """A list of texts makes the body of Google's SDK."""
    sdk = Watched()
    fields = {"input": ["a", "b"], "dimensions": 2, "task_type": "CLUSTERING"}

    sent = GOOGLE.functions[Function.EMBED].encode(asked(fields, Function.EMBED, model="gemini-embedding-001"))
    options = {"output_dimensionality": 2, "task_type": "CLUSTERING"}
    sdk.models.embed_content(model="gemini-embedding-001", contents=["a", "b"], config=options)

    assert str(sdk.seen[0].url) == f"{GOOGLE.base_url}{sent.path}"
    assert alike(json.loads(sent.body)) == alike(json.loads(sdk.seen[0].content))
