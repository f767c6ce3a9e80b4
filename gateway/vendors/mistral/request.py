"""A chat request as Mistral has it. Its API refuses every field that it does not know.

Source: docs.mistral.ai/api.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

from gateway.functions import Function
from gateway.vendors.vendor import Asked, Json, Unspoken

RENAMED = {"max_completion_tokens": "max_tokens", "seed": "random_seed"}
UNKNOWN = (
    *("audio", "cache_control", "function_call", "functions", "logit_bias", "logprobs", "modalities"),
    *("prompt_cache_key", "prompt_cache_retention", "safety_identifier", "service_tier", "store", "stream_options"),
    *("thinking", "top_logprobs", "user", "verbosity", "web_search_options"),
)
"""Fields of OpenAI's, or Anthropic's, that Mistral answers with 422."""
TURN = ("role", "content", "tool_calls", "tool_call_id", "prefix")
GOOD_ID = re.compile(r"[A-Za-z0-9]{9}")
FILLING = ("prompt", "suffix", "min_tokens", "max_tokens", "temperature", "top_p", "stop", "random_seed", "stream")


def request(said: Json, asked: Asked) -> Json:
    """Mistral's request of OpenAI's."""
    body: Json = {name: value for name, value in said.items() if name not in UNKNOWN} | {"model": asked.model}
    for name, other in RENAMED.items():
        if name in body:
            value = body.pop(name)
            body.setdefault(other, value)
    if body.get("tool_choice") == "required":
        body["tool_choice"] = "any"
    if "messages" in body:
        body["messages"] = [turn(each) for each in body["messages"]]
    return body


def completion(said: Json, asked: Asked) -> Json:
    """A text to go on with: between two ends by a model that fills in, otherwise as the turn of a chat."""
    prompt = said.pop("prompt", "")
    if isinstance(prompt, list) and len(prompt) == 1:
        prompt = prompt[0]
    if not isinstance(prompt, str):
        raise Unspoken("Mistral goes on with one text at a time; send `prompt` as a string", "prompt")
    if fills_in(asked):
        body = request(said | {"prompt": prompt}, asked)
        return {"model": asked.model} | {name: body[name] for name in FILLING if body.get(name) is not None}
    kept = {name: value for name, value in said.items() if name not in ("best_of", "echo", "suffix")}
    return request(kept | {"messages": [{"role": "user", "content": prompt}]}, asked)


def fills_in(asked: Asked) -> bool:
    """Whether a text is wanted between two ends; `mistral_fim_completion` is Portkey's way to say so."""
    if asked.login.get("mistral_fim_completion").lower() == "true":
        return True
    return asked.function is Function.COMPLETE and ("suffix" in asked.fields or asked.model.startswith("codestral"))


def turn(said: Json) -> Json:
    """One turn, with nothing that Mistral does not know."""
    kept = {name: said[name] for name in TURN if name in said}
    if said.get("role") == "developer":
        kept["role"] = "system"
    if said.get("role") == "tool" and said.get("name"):
        kept["name"] = said["name"]
    if isinstance(said.get("content"), list):
        kept["content"] = [part(each) for each in said["content"]]
    if kept.get("tool_call_id"):
        kept["tool_call_id"] = short(kept["tool_call_id"])
    if kept.get("tool_calls"):
        kept["tool_calls"] = [call | {"id": short(call.get("id", ""))} for call in kept["tool_calls"]]
    return kept | thoughts(said.get("reasoning_content"), kept.get("content"))


def thoughts(thought: Any, content: Any) -> Json:
    """The content of a turn whose thoughts are kept, which Mistral has among the parts."""
    if not thought or not isinstance(thought, str):
        return {}
    words = content if isinstance(content, list) else [{"type": "text", "text": content}] if content else []
    return {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": thought}]}, *words]}


def part(said: Json) -> Json:
    """One part of a turn's content."""
    match said.get("type"):
        case "input_audio" if isinstance(said.get("input_audio"), dict):
            return {"type": "input_audio", "input_audio": said["input_audio"].get("data")}
        case "file" if isinstance(file := said.get("file"), dict):
            if file.get("file_id"):
                return {"type": "file", "file_id": file["file_id"]}
            name = {"document_name": file["filename"]} if file.get("filename") else {}
            return {"type": "document_url", "document_url": file.get("file_data"), **name}
    return {name: value for name, value in said.items() if name != "cache_control"}


def short(id: str) -> str:
    """A tool call's id in nine letters or digits, as Mistral insists; the same for the call and its result."""
    return id if GOOD_ID.fullmatch(id) else sha256(id.encode()).hexdigest()[:9]
