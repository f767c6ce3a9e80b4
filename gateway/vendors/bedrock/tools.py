"""Tools as Converse has them, and how they are chosen. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html.
"""

from __future__ import annotations

from gateway.vendors.anthropic.models import ability_of
from gateway.vendors.anthropic.thinking import is_thinking
from gateway.vendors.anthropic.tools import ANY_OBJECT, asked_in_words, insists, spelled
from gateway.vendors.bedrock.models import is_claude
from gateway.vendors.bedrock.turns import cache_point
from gateway.vendors.vendor import Json, Unspoken

ALL, ANY, NONE = frozenset({"auto", "any", "tool"}), frozenset({"auto", "any"}), frozenset[str]()
CHOICES = (("amazon.nova", ALL), ("mistral.", ANY))
"""How tools may be chosen, by how a model's name begins; with other makers only the model itself chooses."""


def choices_of(name: str, makers_fields: Json) -> frozenset[str]:
    """The choices that a model takes; a Claude that thinks, and the newest in any case, cannot be made to call."""
    if is_claude(name):
        return ALL if ability_of(name).can_force and not is_thinking(makers_fields) else frozenset({"auto"})
    return next((choices for start, choices in CHOICES if name.startswith(start)), NONE)


def with_tools(request: Json, body: Json, name: str) -> Json:
    """The request with the tools in it, and the choice among them; put in words where the model takes no orders."""
    offered = body.get("tools")
    choice = spelled(body.get("tool_choice")) or {"type": "auto"}
    if not offered or choice["type"] == "none":
        tools = [spec(one, {}) for one in called(request["messages"])]
        return request | ({"toolConfig": {"tools": tools}} if tools else {})
    request = request | {"toolConfig": {"tools": [block for tool in offered for block in tool_blocks(tool)]}}
    if body.get("tool_choice") is not None:
        request = chosen(request, choice, name)
    return one_at_a_time(request, choice, name) if body.get("parallel_tool_calls") is False else request


def chosen(request: Json, choice: Json, name: str) -> Json:
    """The request with a choice among its tools."""
    choices = choices_of(name, makers_fields(request))
    kind = choice["type"] if choice["type"] in choices or choice["type"] != "tool" else "any"
    if kind not in choices:
        return with_words(request, asked_in_words(choice)) if insists(choice) else request
    said = {"name": choice["name"]} if kind == "tool" else {}
    return request | {"toolConfig": request["toolConfig"] | {"toolChoice": {kind: said}}}


def one_at_a_time(request: Json, choice: Json, name: str) -> Json:
    """No calls beside each other: Claudes since 4.5 can be told so, in Anthropic's words."""
    if not (is_claude(name) and ability_of(name).has_formats):
        return request
    kind = choice if choice["type"] in choices_of(name, makers_fields(request)) else {"type": "auto"}
    fields = makers_fields(request) | {"tool_choice": kind | {"disable_parallel_tool_use": True}}
    return request | {"additionalModelRequestFields": fields}


def makers_fields(request: Json) -> Json:
    """The parameters that only models of one maker have."""
    fields: Json = request.get("additionalModelRequestFields") or {}
    return fields


def with_words(request: Json, words: str) -> Json:
    """One more sentence of the system."""
    return request | {"system": [*request.get("system", []), {"text": words}]}


def tool_blocks(tool: Json) -> list[Json]:
    """A function as a tool, and the mark up to which the prompt is to be cached. Raises Unspoken for another kind."""
    if not isinstance(function := tool.get("function"), dict):
        raise Unspoken(f"Bedrock has no tools of type `{tool.get('type')}`: describe it as a `function`", "tools")
    return [spec(function.get("name") or "", function), *cache_point(tool)]


def spec(name: str, function: Json) -> Json:
    """One tool."""
    said: Json = {"name": name}
    if description := function.get("description"):
        said["description"] = description
    return {"toolSpec": said | {"inputSchema": {"json": function.get("parameters") or ANY_OBJECT}}}


def called(turns: list[Json]) -> list[str]:
    """The names of the tools called in the conversation: Converse refuses calls where it knows of no tools."""
    blocks = (block for turn in turns for block in turn["content"])
    return list(dict.fromkeys(block["toolUse"]["name"] for block in blocks if "toolUse" in block))
