"""Tools and the choice among them in Anthropic's words.

Source: platform.claude.com/docs/en/agents-and-tools/tool-use/overview.
"""

from __future__ import annotations

from collections.abc import Iterator

from gateway.vendors.anthropic.turns import listed
from gateway.vendors.vendor import Json, Unspoken

ANY_OBJECT: Json = {"type": "object", "properties": {}}
CALL_ONE = "Call one of the tools now; do not answer in words."
CALL_NAMED = "Call the tool `{}` now; do not answer in words."


def tools_of(body: Json, turns: list[Json]) -> list[Json]:
    """The tools, those of OpenAI's older `functions` too.

    Where a conversation has calls but the request no longer names the tools, Anthropic wants to know of them still.
    """
    offered = body.get("tools") or [{"type": "function", "function": one} for one in body.get("functions") or ()]
    return [tool(one) for one in offered] or [
        {"name": name, "input_schema": ANY_OBJECT} for name in dict.fromkeys(called_in(turns))
    ]


def tool(offered: Json) -> Json:
    """One tool; Anthropic's own kinds, as `web_search_20250305`, pass as they are."""
    if offered.get("type") == "custom" and "custom" in offered:
        raise Unspoken("Claude has no free-text tools: use a tool of type `function`", "tools")
    if "function" not in offered:
        return offered
    function = offered["function"]
    said: Json = {"name": function.get("name")}
    if description := function.get("description"):
        said["description"] = description
    said["input_schema"] = {"type": "object"} | (function.get("parameters") or ANY_OBJECT)
    mark = offered.get("cache_control") or function.get("cache_control")
    return said | ({"cache_control": mark} if mark else {})


def called_in(turns: list[Json]) -> Iterator[str]:
    """The names of the tools that were called."""
    for turn in turns:
        yield from (block["name"] for block in listed(turn["content"]) if block.get("type") == "tool_use")


def choice_of(body: Json, *, is_offered: bool) -> Json | None:
    """Which tool is to be called; None leaves it to the model.

    `is_offered` is whether this request names the tools; those known from the conversation alone are not to be called.
    """
    if not is_offered:
        return {"type": "none"}
    choice = spelled(body.get("tool_choice", body.get("function_call")))
    if body.get("parallel_tool_calls") is False:
        choice = choice or {"type": "auto"}
        return choice if choice["type"] == "none" else choice | {"disable_parallel_tool_use": True}
    return choice


def spelled(said: object) -> Json | None:
    """OpenAI's `tool_choice`; Anthropic's own passes."""
    match said:
        case "auto" | "none":
            return {"type": said}
        case "required" | "any":
            return {"type": "any"}
        case {"type": "function", "function": {"name": str(name)}} | {"type": "function", "name": str(name)}:
            return {"type": "tool", "name": name}
        case {"type": "allowed_tools", "allowed_tools": {"mode": str(mode)}}:
            return {"type": "any" if mode == "required" else "auto"}
        case {"type": str()}:
            return dict(said)  # type: ignore[call-overload, no-any-return]
        case {"name": str(name)}:
            return {"type": "tool", "name": name}
        case _:
            return None


def insists(choice: Json | None) -> bool:
    """Whether a tool must be called."""
    return choice is not None and choice["type"] in ("any", "tool")


def asked_in_words(choice: Json) -> str:
    """The same for a model that takes no orders of this kind."""
    return CALL_NAMED.format(choice["name"]) if choice["type"] == "tool" else CALL_ONE


def unforced(choice: Json) -> Json:
    """The choice left to the model, what it says of parallel calls kept."""
    return {name: value for name, value in choice.items() if name != "name"} | {"type": "auto"}
