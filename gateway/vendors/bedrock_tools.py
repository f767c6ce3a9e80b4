"""Tools and answers in a given shape, as Converse has them. No I/O.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html.
"""

from __future__ import annotations

from typing import Any

from gateway.vendors.bedrock_turns import cache_point
from gateway.vendors.vendor import Json

JSON_TOOL = "json_answer"
"""The tool that a model is made to call where the answer has to follow a schema; its input is the answer."""


def tool_config(body: Json, *, may_force: bool) -> Json | None:
    """The tools and how they are chosen; None where there are none.

    `may_force` says whether the model can be made to call one: a Claude that thinks cannot.
    """
    tools = [block for tool in body.get("tools") or () for block in tool_blocks(tool)]
    choice = tool_choice(body.get("tool_choice"))
    if body.get("tool_choice") == "none":
        tools = []
    if (schema := schema_in(body)) is not None:
        choice = {"any": {}} if tools else {"tool": {"name": JSON_TOOL}}
        tools.append(json_tool(schema))
    if not (tools := tools or tools_called(body)):
        return None
    return {"tools": tools} | ({"toolChoice": choice} if choice and (may_force or "auto" in choice) else {})


def is_forced(body: Json) -> bool:
    """Whether the model is made to call a tool."""
    return schema_in(body) is not None or tool_choice(body.get("tool_choice")) not in (None, {"auto": {}})


def tool_blocks(tool: Json) -> list[Json]:
    """A function as a tool, and the mark up to which the prompt is to be cached."""
    function = tool.get("function") or {}
    spec: Json = {"name": function.get("name") or ""}
    spec |= {"description": function["description"]} if function.get("description") else {}
    spec["inputSchema"] = {"json": function.get("parameters") or {"type": "object", "properties": {}}}
    return [{"toolSpec": spec}, *cache_point(tool)]


def tool_choice(said: Any) -> Json | None:
    """How the model chooses; None where nothing is said, or nothing that Converse has a word for."""
    if isinstance(said, dict):
        name = (said.get("function") or {}).get("name")
        return {"tool": {"name": name}} if name else None
    return {"auto": {"auto": {}}, "required": {"any": {}}, "any": {"any": {}}}.get(said)


def schema_in(body: Json) -> Json | None:
    """What `response_format` says of the answer's shape, if it has a schema."""
    form = body.get("response_format")
    if isinstance(form, dict) and form.get("type") == "json_schema" and isinstance(form.get("json_schema"), dict):
        return dict(form["json_schema"])
    return None


def json_tool(schema: Json) -> Json:
    """The tool that takes the answer."""
    about = schema.get("description") or f"Gives the answer, {schema.get('name') or 'as JSON'}, to the user."
    inputs = schema.get("schema") or {"type": "object"}
    return {"toolSpec": {"name": JSON_TOOL, "description": about, "inputSchema": {"json": inputs}}}


def tools_called(body: Json) -> list[Json]:
    """Tools for the calls in the conversation: Converse refuses calls where there are no tools."""
    calls = (call for message in body.get("messages") or () for call in message.get("tool_calls") or ())
    names = dict.fromkeys((call.get("function") or {}).get("name") or "" for call in calls)
    return [{"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}} for name in names]
