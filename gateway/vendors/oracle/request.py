"""A chat request as Oracle's Generative AI has it, in its generic format.

Source: docs.oracle.com/iaas/api/#/en/generative-ai-inference, ChatDetails and GenericChatRequest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.vendors.oracle import cohere
from gateway.vendors.vendor import Asked, Json, Unspoken

RENAMED = {
    "frequency_penalty": "frequencyPenalty",
    "logit_bias": "logitBias",
    "max_completion_tokens": "maxCompletionTokens",
    "max_tokens": "maxTokens",
    "metadata": "metadata",
    "n": "numGenerations",
    "parallel_tool_calls": "isParallelToolCalls",
    "prediction": "prediction",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
    "temperature": "temperature",
    "top_k": "topK",
    "top_logprobs": "logProbs",
    "top_p": "topP",
}
UPPER = {"reasoning_effort": "reasoningEffort", "verbosity": "verbosity", "service_tier": "serviceTier"}
"""Words that Oracle writes in capitals."""
URLS = {
    "image_url": ("IMAGE", "imageUrl"),
    "video_url": ("VIDEO", "videoUrl"),
    "document_url": ("DOCUMENT", "documentUrl"),
}


def request(said: Json, asked: Asked) -> Json:
    """Oracle's request of OpenAI's. Raises Unspoken."""
    if cohere.is_cohere(asked.model):
        return place(asked) | {"chatRequest": cohere.request(said, asked)}
    body: Json = {"apiFormat": "GENERIC", "messages": [turn(each) for each in said.get("messages") or ()]}
    body |= {other: said[name] for name, other in RENAMED.items() if said.get(name) is not None}
    body |= {other: str(said[name]).upper() for name, other in UPPER.items() if said.get(name) is not None}
    if said.get("stop"):
        body["stop"] = [said["stop"]] if isinstance(said["stop"], str) else said["stop"]
    body |= tools(said) | answer_format(said.get("response_format"))
    if asked.stream:
        body |= {"isStream": True, "streamOptions": {"isIncludeUsage": True}}
    return place(asked) | {"chatRequest": body}


def place(asked: Asked) -> Json:
    """Whose model is asked, and where it runs."""
    mode = asked.login.get("oracle_serving_mode", "ON_DEMAND").upper()
    name = "endpointId" if mode == "DEDICATED" else "modelId"
    compartment = asked.login.get("oracle_compartment_id") or asked.login.get("oracle_tenancy")
    return {"compartmentId": compartment, "servingMode": {"servingType": mode, name: asked.model}}


def turn(said: Json) -> Json:
    """One turn of the conversation."""
    role = str(said.get("role", "")).upper()
    body: Json = {"role": role, "content": list(parts(said.get("content")))}
    if said.get("name"):
        body["name"] = said["name"]
    if said.get("tool_call_id"):
        body["toolCallId"] = said["tool_call_id"]
    if said.get("reasoning_content"):
        body["reasoningContent"] = said["reasoning_content"]
    if said.get("tool_calls"):
        body["toolCalls"] = [call(each) for each in said["tool_calls"]]
    return body


def call(said: Json) -> Json:
    """A tool call of the model's."""
    return {"id": said.get("id"), "type": "FUNCTION", **(said.get("function") or {})}


def parts(content: Any) -> Iterator[Json]:
    """A turn's content, always in parts. Raises Unspoken for a kind that Oracle does not have."""
    given: list[Json] = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    for part in given:
        kind = part.get("type")
        if kind == "text":
            yield {"type": "TEXT", "text": part.get("text", "")}
        elif kind in URLS:
            name, field = URLS[kind]
            yield {"type": name, field: upper_detail(part[kind])}
        elif kind == "input_audio":
            audio = part["input_audio"]
            yield {"type": "AUDIO", "audioUrl": {"url": f"data:audio/{audio.get('format')};base64,{audio.get('data')}"}}
        else:
            raise Unspoken(
                f"Oracle takes text, pictures, audio and documents, and no part of type `{kind}`", "messages"
            )


def upper_detail(said: Any) -> Json:
    """Where a picture is, and how closely it is looked at."""
    where: Json = dict(said) if isinstance(said, dict) else {"url": said}
    return where | ({"detail": str(where["detail"]).upper()} if where.get("detail") else {})


def tools(said: Json) -> Json:
    """`tools` and `tool_choice`."""
    offered = [tool["function"] for tool in said.get("tools") or () if isinstance(tool.get("function"), dict)]
    if not offered:
        return {}
    names = ("name", "description", "parameters")
    body: Json = {"tools": [{"type": "FUNCTION", **{n: tool[n] for n in names if n in tool}} for tool in offered]}
    match said.get("tool_choice"):
        case str(choice):
            body["toolChoice"] = {"type": choice.upper()}
        case {"function": {"name": name}}:
            body["toolChoice"] = {"type": "FUNCTION", "name": name}
    return body


def answer_format(said: Json | None) -> Json:
    """`response_format`."""
    match said:
        case {"type": "json_schema", "json_schema": dict(schema)}:
            kept = {name: schema[name] for name in ("name", "description", "schema") if name in schema}
            strict = {"isStrict": schema["strict"]} if "strict" in schema else {}
            return {"responseFormat": {"type": "JSON_SCHEMA", "jsonSchema": kept | strict}}
        case {"type": str(kind)}:
            return {"responseFormat": {"type": kind.upper()}}
    return {}
