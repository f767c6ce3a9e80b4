"""A chat request as Cohere's v2 has it. Source: docs.cohere.com/reference/chat."""

from __future__ import annotations

from typing import Any

from gateway.vendors.shape import check, in_newer_words, only_text_once
from gateway.vendors.vendor import Asked, Json, Unspoken

RENAMED = {"top_p": "p", "top_k": "k", "max_completion_tokens": "max_tokens", "max_tokens": "max_tokens"}
KEPT = (
    *("temperature", "seed", "frequency_penalty", "presence_penalty", "logprobs", "k", "p", "stop_sequences"),
    *("documents", "citation_options", "safety_mode", "strict_tools", "priority", "raw_prompting"),
)
"""What Cohere has under the same name, or alone."""
CHOICES = {"required": "REQUIRED", "none": "NONE"}


def request(said: Json, asked: Asked) -> Json:
    """Cohere's request of OpenAI's. Raises Unspoken for several choices, and for parts that are no text or image."""
    check(said)
    only_text_once(said, "Cohere")
    said = in_newer_words(said)
    messages = [each for each in said["messages"] if not is_blank(each)] or said["messages"]
    body: Json = {"model": asked.model, "messages": [turn(each) for each in messages]}
    body |= {other: said[name] for name, other in RENAMED.items() if said.get(name) is not None}
    body |= {name: said[name] for name in KEPT if said.get(name) is not None}
    if said.get("stop"):
        body["stop_sequences"] = [said["stop"]] if isinstance(said["stop"], str) else said["stop"]
    body |= tools(said) | answer_format(said.get("response_format")) | thinking(said)
    return body | ({"stream": True} if asked.stream else {})


def is_blank(said: Json) -> bool:
    """Whether a turn says nothing; Cohere refuses such."""
    return not said.get("content") and not said.get("tool_calls") and said["role"] != "tool"


def turn(said: Json) -> Json:
    """One turn of the conversation."""
    role = said.get("role")
    if role in ("assistant", "tool"):
        return spoken(said) if role == "assistant" else result(said)
    return {"role": "system" if role == "developer" else role, "content": content(said.get("content"))}


def spoken(said: Json) -> Json:
    """The model's own turn, with what it thought, the tools it called and why."""
    kept = {name: said[name] for name in ("tool_calls", "tool_plan", "citations") if said.get(name)}
    thought, words = said.get("reasoning_content"), content(said.get("content"))
    if thought:
        blocks = [{"type": "text", "text": words}] if isinstance(words, str) and words else words or []
        return {"role": "assistant", "content": [{"type": "thinking", "thinking": thought}, *blocks], **kept}
    return {"role": "assistant", **({"content": words} if words or not kept else {}), **kept}


def result(said: Json) -> Json:
    """What a tool answered."""
    return {"role": "tool", "tool_call_id": said.get("tool_call_id"), "content": content(said.get("content")) or ""}


def content(said: Any) -> Any:
    """A turn's content: a text as it is, parts one by one."""
    return [part(each) for each in said] if isinstance(said, list) else said


def part(said: Json) -> Json:
    """One part. Raises Unspoken for what Cohere's models cannot take in."""
    match said.get("type"):
        case "text" | "input_text" | "refusal":
            return {"type": "text", "text": said.get("text") or said.get("refusal") or ""}
        case "image_url" | "document" | "thinking":
            return said
        case kind:
            raise Unspoken(f"Cohere takes text, images by URL and documents, and no part of type `{kind}`", "messages")


def tools(said: Json) -> Json:
    """`tools` and `tool_choice`. Cohere cannot be told a tool by name, but it can be given that one alone."""
    offered = said.get("tools") or []
    for tool in offered:
        if tool.get("type", "function") != "function":
            raise Unspoken(f"Cohere has no tools of type `{tool['type']}`: describe it as a `function`", "tools")
    choice = said.get("tool_choice")
    if isinstance(choice, dict):
        name = (choice.get("function") or {}).get("name")
        offered, choice = [tool for tool in offered if tool["function"].get("name") == name], "required"
    if not offered:
        return {}
    body: Json = {"tools": [tool_of(tool["function"]) for tool in offered]}
    if all(tool["function"].get("strict") for tool in offered):
        body["strict_tools"] = True
    return body | ({"tool_choice": CHOICES[choice]} if choice in CHOICES else {})


def tool_of(function: Json) -> Json:
    """A tool; one without parameters has an empty object of them."""
    kept = {name: function[name] for name in ("name", "description") if function.get(name) is not None}
    parameters = function.get("parameters") or {"type": "object", "properties": {}}
    return {"type": "function", "function": {**kept, "parameters": parameters}}


def answer_format(said: Json | None) -> Json:
    """`response_format`, where Cohere knows a schema as a kind of `json_object`."""
    match (said or {}).get("type"):
        case "json_schema":
            schema = ((said or {}).get("json_schema") or {}).get("schema")
            return {"response_format": {"type": "json_object", "json_schema": schema or {"type": "object"}}}
        case "json_object":
            return {"response_format": said}
    return {}


def thinking(said: Json) -> Json:
    """Whether to think first, and for how long; from Anthropic's `thinking` or OpenAI's `reasoning_effort`."""
    asked = said.get("thinking")
    if isinstance(asked, dict):
        budget = asked.get("token_budget", asked.get("budget_tokens"))
        kind = "disabled" if asked.get("type") == "disabled" else "enabled"
        return {"thinking": {"type": kind} | ({} if budget is None else {"token_budget": budget})}
    effort = said.get("reasoning_effort")
    return {"thinking": {"type": "disabled" if effort == "none" else "enabled"}} if effort else {}
