"""OpenAI's `response_format` on Bedrock: a schema where the model takes one, a tool that has to be called where it does
not, and words where neither is possible.

Source: docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html.
"""

from __future__ import annotations

import re

from gateway.vendors.anthropic.format import (
    ANSWER_TOOL,
    ANSWER_WITH,
    IN_WORDS,
    closed,
    is_closable,
    object_of,
    schema_of,
)
from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.bedrock.models import is_claude
from gateway.vendors.bedrock.tools import choices_of, chosen, makers_fields, spec, with_words
from gateway.vendors.translated import text
from gateway.vendors.vendor import Json

SHAPED = re.compile(
    r"(?:openai|qwen|google|minimax|moonshot|moonshotai|nvidia|zai)\.|deepseek\.v3"
    r"|mistral\.(?:magistral|ministral|voxtral|mistral-large-3)"
)
"""Open models that take a schema, by how their names begin."""


def with_format(request: Json, body: Json, name: str) -> Json:
    """The request with the shape of the answer in it. Raises Unspoken for a format without its schema."""
    schema = schema_of(body.get("response_format"))
    if schema is None:
        return request
    if schema and takes_schemas(name) and is_closable(schema):
        return with_schema(request, schema, body["response_format"]["json_schema"])
    if "any" in choices_of(name, makers_fields(request)):
        return with_answer_tool(request, schema, name)
    fitting = f"\nIt must fit this JSON schema: {text(schema).decode()}" if schema else ""
    return with_words(request, IN_WORDS + fitting)


def takes_schemas(name: str) -> bool:
    """Whether a model takes a schema for its text."""
    return ability_of(name).has_formats if is_claude(name) else SHAPED.match(name) is not None


def with_schema(request: Json, schema: Json, about: Json) -> Json:
    """The schema as Converse has it: as a text."""
    said = {"schema": text(closed(schema)).decode()}
    said |= {field: about[field] for field in ("name", "description") if about.get(field)}
    shape = {"type": "json_schema", "structure": {"jsonSchema": said}}
    return request | {"outputConfig": (request.get("outputConfig") or {}) | {"textFormat": shape}}


def with_answer_tool(request: Json, schema: Json, name: str) -> Json:
    """The answer as a tool's input. A choice that insists on another tool, or on any, leaves no room for an answer."""
    config = request.get("toolConfig") or {}
    if {"any", "tool"} & config.get("toolChoice", {}).keys():
        return request
    answer = spec(ANSWER_TOOL, {"description": ANSWER_WITH, "parameters": object_of(schema)})
    tools = config.get("tools") or []
    choice = {"type": "any"} if tools else {"type": "tool", "name": ANSWER_TOOL}
    return chosen(request | {"toolConfig": config | {"tools": [*tools, answer]}}, choice, name)
