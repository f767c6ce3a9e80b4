"""Tools as Gemini has them: functions it may call, and those of Google's own that it uses by itself.

Source: ai.google.dev/api/caching#Tool and ai.google.dev/gemini-api/docs/function-calling.
"""

from __future__ import annotations

from typing import Any

from gateway.vendors.gemini.schemas import schema_field
from gateway.vendors.vendor import Json, Unspoken

NATIVE = {
    "googleSearch": "googleSearch",
    "googleSearchRetrieval": "googleSearchRetrieval",
    "enterpriseWebSearch": "enterpriseWebSearch",
    "googleMaps": "googleMaps",
    "urlContext": "urlContext",
    "codeExecution": "codeExecution",
    "computerUse": "computerUse",
    "fileSearch": "fileSearch",
    "retrieval": "retrieval",
    "google_search": "googleSearch",
    "google_search_retrieval": "googleSearchRetrieval",
    "enterprise_web_search": "enterpriseWebSearch",
    "google_maps": "googleMaps",
    "url_context": "urlContext",
    "code_execution": "codeExecution",
    "computer_use": "computerUse",
    "file_search": "fileSearch",
}
"""Google's tools, by the names that clients have for them; a function of such a name is one, as with Portkey."""
MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "any": "ANY", "validated": "VALIDATED"}


def tool_fields(asked: Json) -> Json:
    """`tools` and `toolConfig`, as far as the request has them."""
    functions: list[Json] = []
    tools: list[Json] = []
    legacy = [{"type": "function", "function": function} for function in asked.get("functions") or ()]
    for tool in asked.get("tools") or legacy:
        if native := native_tool(tool):
            tools.append(native)
        else:
            functions.append(declaration(tool))
    if asked.get("web_search_options") is not None and not any("googleSearch" in tool for tool in tools):
        tools.append({"googleSearch": {}})
    declared = [{"functionDeclarations": functions}] if functions else []
    said: Json = {"tools": [*declared, *tools]} if declared or tools else {}
    return said | (choice(asked) if functions else {})


def native_tool(tool: Json) -> Json:
    """One of Google's tools: by its `type`, by the name of a function, or as Google itself has it; else empty."""
    function = tool.get("function") or {}
    if (name := NATIVE.get(function.get("name", ""))) is not None:
        return {name: function.get("parameters") or {}}
    kind = tool.get("type", "")
    if (name := NATIVE.get(kind)) is not None:
        return {name: tool.get(kind) or {}}
    return {NATIVE[name]: said or {} for name, said in tool.items() if name in NATIVE} if not function else {}


def declaration(tool: Json) -> Json:
    """A function that may be called. Raises Unspoken for a tool of another kind."""
    function = tool.get("function")
    if not isinstance(function, dict):
        raise Unspoken(f"Gemini has no tool of type `{tool.get('type')}`; send functions or Google's own", "tools")
    said = {name: function[name] for name in ("name", "description") if function.get(name)}
    parameters = function.get("parameters") or {}
    if not parameters.get("properties") and "$ref" not in parameters and "additionalProperties" not in parameters:
        return said  # an object without properties is refused
    return said | schema_field("parameters", "parametersJsonSchema", parameters)


def choice(asked: Json) -> Json:
    """`tool_choice` as `toolConfig`."""
    said = asked.get("tool_choice") or asked.get("function_call")
    if said is None:
        return {}
    if isinstance(said, str):
        return calling(MODES.get(said, "AUTO"))
    if said.get("type") == "allowed_tools":
        allowed = said.get("allowed_tools") or said
        mode = "ANY" if allowed.get("mode") == "required" else "VALIDATED"
        return calling(mode, [named(tool) for tool in allowed.get("tools") or ()])
    return calling("ANY", [named(said)])


def named(tool: Json) -> Any:
    """The name of the function that a choice is about."""
    return (tool.get("function") or tool).get("name")


def calling(mode: str, names: list[Any] | None = None) -> Json:
    """The field that says whether functions are called, and which."""
    allowed = {"allowedFunctionNames": names} if names else {}
    return {"toolConfig": {"functionCallingConfig": {"mode": mode} | allowed}}
