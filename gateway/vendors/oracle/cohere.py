"""Cohere's models at Oracle, which are asked in a format of their own: one message, and what was said before it.

Source: docs.oracle.com/iaas/api/#/en/generative-ai-inference, CohereChatRequest and CohereChatResponse.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.vendors.vendor import Asked, Json, Unspoken

ROLES = {"user": "USER", "assistant": "CHATBOT", "system": "SYSTEM", "developer": "SYSTEM"}
RENAMED = {
    "frequency_penalty": "frequencyPenalty",
    "max_completion_tokens": "maxTokens",
    "max_tokens": "maxTokens",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
    "temperature": "temperature",
    "top_k": "topK",
    "top_p": "topP",
}
TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list", "object": "dict"}
"""JSON's types as Cohere's definitions of parameters call them."""


def is_cohere(model: str) -> bool:
    """Whether a model is asked in this format."""
    return model.startswith("cohere.")


def request(said: Json, asked: Asked) -> Json:
    """The chat request. Raises Unspoken for what the format has no words for."""
    turns = list(said.get("messages") or ())
    results: list[Json] = []
    while turns and turns[-1].get("role") == "tool":
        results.insert(0, turns.pop())
    body: Json = {"apiFormat": "COHERE"}
    if results:
        body |= {"message": "", "toolResults": list(results_of(results, turns))}
    elif turns and turns[-1].get("role") == "user":
        body["message"] = words(turns.pop().get("content"))
    else:
        raise Unspoken("Cohere's models at Oracle answer a user or a tool: the last message is neither", "messages")
    body["chatHistory"] = [turn(each) for each in turns]
    body |= {other: said[name] for name, other in RENAMED.items() if said.get(name) is not None}
    if stop := said.get("stop"):
        body["stopSequences"] = [stop] if isinstance(stop, str) else stop
    if offered := [tool["function"] for tool in said.get("tools") or () if isinstance(tool.get("function"), dict)]:
        body["tools"] = [tool_of(each) for each in offered]
    if asked.stream:
        body |= {"isStream": True, "streamOptions": {"isIncludeUsage": True}}
    return body | answer_format(said.get("response_format"))


def words(content: Any) -> str:
    """A turn's text. Raises Unspoken for anything that is none."""
    if isinstance(content, str) or content is None:
        return content or ""
    if any(part.get("type") != "text" for part in content):
        raise Unspoken("Cohere's models at Oracle read text only", "messages")
    return "\n".join(part.get("text") or "" for part in content)


def turn(said: Json) -> Json:
    """One turn of what was said before."""
    role = said.get("role")
    if role == "tool":
        return {"role": "TOOL", "toolResults": [result(said, {})]}
    calls = [call for call in said.get("tool_calls") or () if isinstance(call.get("function"), dict)]
    body: Json = {"role": ROLES.get(str(role), "USER"), "message": words(said.get("content"))}
    return body | ({"toolCalls": [call_of(each) for each in calls]} if calls else {})


def results_of(results: list[Json], turns: list[Json]) -> Iterator[Json]:
    """What the tools said, each with the call that it answers."""
    calls = {call["id"]: call for each in turns for call in each.get("tool_calls") or () if call.get("id")}
    for each in results:
        yield result(each, calls)


def result(said: Json, calls: Mapping[str, Json]) -> Json:
    """What one tool said."""
    call = calls.get(said.get("tool_call_id", ""))
    made = call_of(call) if call else {"name": said.get("name") or said.get("tool_call_id"), "parameters": {}}
    return {"call": made, "outputs": [{"output": words(said.get("content"))}]}


def call_of(call: Json) -> Json:
    """A tool call of the model's, its arguments as an object."""
    function = call["function"]
    return {"name": function.get("name"), "parameters": json.loads(function.get("arguments") or "{}")}


def tool_of(function: Json) -> Json:
    """A tool; of its parameters' schema what the format has words for."""
    schema = function.get("parameters") or {}
    needed = schema.get("required") or ()
    parameters = {
        name: {
            "type": TYPES.get(str(each.get("type")), "str"),
            "description": each.get("description") or name,
            "isRequired": name in needed,
        }
        for name, each in (schema.get("properties") or {}).items()
    }
    named = {"name": function.get("name"), "description": function.get("description") or function.get("name")}
    return named | ({"parameterDefinitions": parameters} if parameters else {})


def answer_format(said: Json | None) -> Json:
    """`response_format`."""
    match said:
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            return {"responseFormat": {"type": "JSON_OBJECT", "schema": schema}}
        case {"type": "json_object"}:
            return {"responseFormat": {"type": "JSON_OBJECT"}}
    return {}


def generic(said: Json, *, is_whole: bool) -> Json:
    """A response, or an event of a stream, as the generic format has it.

    The last event of a stream says the whole text once more, which is left out.
    """
    reason, calls = said.get("finishReason"), said.get("toolCalls") or ()
    text = said.get("text") if is_whole or not reason else None
    message: Json = {"role": "ASSISTANT", "content": [{"type": "TEXT", "text": text}] if text else []}
    if calls:
        message["toolCalls"] = [
            {
                "id": f"call_{secrets.token_hex(6)}",
                "name": call.get("name"),
                "arguments": json.dumps(call.get("parameters") or {}),
            }
            for call in calls
        ]
    if reason and calls:
        reason = "TOOL_CALL"
    return {"index": 0, "message": message, "finishReason": reason}
