"""A chat request as Gemini's generateContent has it, at AI Studio and at Vertex.

Source: ai.google.dev/api/generate-content.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.vendors.gemini.schemas import schema_field
from gateway.vendors.gemini.thinking import has_levels, thinking_config
from gateway.vendors.gemini.tools import tool_fields
from gateway.vendors.gemini.turns import contents, instructions
from gateway.vendors.shape import check
from gateway.vendors.vendor import Asked, Json

CONFIG = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens",
    "seed": "seed",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "media_resolution": "mediaResolution",
    "image_config": "imageConfig",
    "speech_config": "speechConfig",
}
"""Parameters that say the same in `generationConfig`; later ones go before earlier ones."""
TOP = {
    "safety_settings": "safetySettings",
    "safetySettings": "safetySettings",
    "cached_content": "cachedContent",
    "cachedContent": "cachedContent",
    "labels": "labels",
}
"""Google's own parameters, beside the configuration."""


def encode_chat(asked: Json, request: Asked) -> Json:
    """The body of a generateContent; what the client wrote in Google's own words is carried along."""
    check(asked)
    messages = asked["messages"]
    extra = (asked.get("extra_body") or asked).get("google") or {}
    config = generation_config(asked, request.model) | renamed(extra, GOOGLES)
    config |= asked.get("generationConfig") or asked.get("generation_config") or {}
    system = instructions(messages)
    turns = contents(messages, is_signed=has_levels(request.model))
    if not turns and system:
        system, turns = {}, [{"role": "user", "parts": system["systemInstruction"]["parts"]}]
    said = {"contents": turns} | system | ({"generationConfig": config} if config else {})
    return said | tool_fields(asked) | renamed(asked | extra, TOP)


GOOGLES = {"thinking_config": "thinkingConfig", "image_config": "imageConfig"}
"""What `extra_body.google` may say at Google's own OpenAI endpoint. Source: ai.google.dev/gemini-api/docs/openai."""


def generation_config(asked: Json, model: str) -> Json:
    """All that is not about what is said but how it is answered."""
    config = renamed(asked, CONFIG) | thinking_config(asked, model) | response_format(asked)
    if (stop := asked.get("stop")) is not None:
        config["stopSequences"] = [stop] if isinstance(stop, str) else stop
    if (count := asked.get("n")) not in (None, 1):
        config["candidateCount"] = count
    if modalities := asked.get("modalities"):
        config["responseModalities"] = [str(name).upper() for name in modalities]
    return voice(asked) | config


def renamed(asked: Json, names: Mapping[str, str]) -> Json:
    """The parameters that are set, under Google's names."""
    return {to: value for name, to in names.items() if (value := asked.get(name)) is not None}


def response_format(asked: Json) -> Json:
    """JSON, of a schema if there is one."""
    said = asked.get("response_format") or {}
    if said.get("type") not in ("json_object", "json_schema"):
        return {}
    schema: Any = (said.get("json_schema") or {}).get("schema") or said.get("schema")
    return {"responseMimeType": "application/json"} | schema_field("responseSchema", "responseJsonSchema", schema)


def voice(asked: Json) -> Json:
    """OpenAI's `audio` as a voice of Google's."""
    name = (asked.get("audio") or {}).get("voice")
    return {"speechConfig": {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": name}}}} if name else {}
