"""OpenAI's `response_format` for Claude: a schema where the model takes one, a forced tool where it does not, and words
where neither is possible.

Newer models have `output_config.format`; on the newest, and whenever Claude thinks, no tool can be forced. The tool's
input is turned back into content by whoever reads the answer; see `ANSWER_TOOL`.
Source: platform.claude.com/docs/en/build-with-claude/structured-outputs.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.vendors.anthropic.models import Ability
from gateway.vendors.anthropic.thinking import is_thinking
from gateway.vendors.vendor import Json, Unspoken

ANSWER_TOOL = "tollhouse_answer"
"""The tool whose input is the answer."""
ANSWER_WITH = (
    "Give your whole answer through this tool, as one JSON object with the names that the conversation asks for."
)
IN_WORDS = "Answer with one JSON object and nothing else: no code fence, no words before or after it."
TAKEN = frozenset(
    {"$ref", "$defs", "definitions", "type", "enum", "const", "default", "title", "description", "format", "items"}
    | {"properties", "required", "anyOf", "allOf", "additionalProperties"}
)
"""The words of JSON Schema that `output_config.format` takes; others are moved into the description."""
NAMED = ("properties", "$defs", "definitions")
"""Words that hold schemas by name."""
LISTED = ("anyOf", "allOf")

text = msgspec.json.Encoder().encode


def with_format(fields: Json, body: Json, ability: Ability) -> Json:
    """The request with the shape of the answer in it."""
    schema = schema_of(body.get("response_format"))
    if schema is None:
        return fields
    if schema and ability.has_formats and is_closable(schema):
        config = fields.get("output_config") or {}
        return fields | {"output_config": config | {"format": {"type": "json_schema", "schema": closed(schema)}}}
    if ability.can_force and not is_thinking(fields):
        return with_answer_tool(fields, schema)
    return with_words(
        fields, f"{IN_WORDS}\nIt must fit this JSON schema: {text(schema).decode()}" if schema else IN_WORDS
    )


def schema_of(said: object) -> Json | None:
    """The schema asked for, empty for any object; None where text is asked for."""
    match said:
        case {"type": "json_object"}:
            return {}
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            return schema
        case {"type": "json_schema"}:
            raise Unspoken("`response_format` has no `json_schema.schema`", "response_format")
        case _:
            return None


def with_answer_tool(fields: Json, schema: Json) -> Json:
    """The answer as a tool's input. A choice that insists on another tool, or on any, leaves no room for an answer."""
    choice = fields.get("tool_choice") or {"type": "auto"}
    if choice["type"] in ("any", "tool"):
        return fields
    tools = fields.get("tools") or []
    answer = {"name": ANSWER_TOOL, "description": ANSWER_WITH, "input_schema": object_of(schema)}
    if tools and choice["type"] == "auto":
        return fields | {"tools": [*tools, answer], "tool_choice": choice | {"type": "any"}}
    forced = {"type": "tool", "name": ANSWER_TOOL, "disable_parallel_tool_use": True}
    return fields | {"tools": [*tools, answer], "tool_choice": forced}


def object_of(schema: Json) -> Json:
    """A schema as that of a tool, whose input is always an object."""
    return schema if schema.get("type") == "object" else {"type": "object", "additionalProperties": True} | schema


def with_words(fields: Json, words: str) -> Json:
    """One more sentence of the system."""
    return fields | {"system": [*fields.get("system", []), {"type": "text", "text": words}]}


def is_closable(schema: Any) -> bool:
    """Whether no object of the schema has names that are not known beforehand, which Anthropic's formats cannot say."""
    if isinstance(schema, list):
        return all(is_closable(one) for one in schema)
    if not isinstance(schema, dict):
        return True
    if schema.get("additionalProperties") not in (None, False):
        return False
    return all(is_closable(value) for value in schema.values())


def closed(schema: Json) -> Json:
    """The schema as Anthropic takes it: objects without other names, and no words that it does not know."""
    if "oneOf" in schema:
        schema = {"anyOf": schema["oneOf"]} | {name: value for name, value in schema.items() if name != "oneOf"}
    said = {name: within(name, value) for name, value in schema.items() if name in TAKEN}
    if left := {name: value for name, value in schema.items() if name not in TAKEN and not name.startswith("$")}:
        said["description"] = f"{schema.get('description', '')} {text(left).decode()}".strip()
    return said | ({"additionalProperties": False} if schema.get("type") == "object" or "properties" in schema else {})


def within(name: str, value: Any) -> Any:
    """The schemas inside of one word."""
    if name in NAMED and isinstance(value, dict):
        return {key: closed(one) if isinstance(one, dict) else one for key, one in value.items()}
    if name in LISTED and isinstance(value, list):
        return [closed(one) if isinstance(one, dict) else one for one in value]
    return closed(value) if name == "items" and isinstance(value, dict) else value
